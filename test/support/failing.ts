import type { App } from '../../shared/operations/app.ts';
import type { Enrollments, Ports } from '../../shared/ports.ts';
import { randomFrom } from './interleave.ts';
import type { Scene } from './scene.ts';

/** As often as the SDKs' pipelines: once, and three retries. */
const TRIES = 4;
/** What is never sent again: whether it was carried out cannot be told from a second answer. */
const ONCE = new Set<PropertyKey>(['createRequest', 'createSeed']);

/**
 * Has a random third of all calls of a scene fail: half of these before they are carried out, half with their answer
 * lost. The same seed fails the same calls in the same order.
 */
export function failAThird(scene: Scene, seed: number): void {
  const random = randomFrom(seed);
  scene.intercept = () => {
    if (random() < 1 / 6) throw new Error('connection lost before the call');
  };
  scene.answered = () => {
    // Of the five sixths that are left.
    if (random() < 1 / 5) throw new Error('connection lost after the call');
  };
}

export function failNoMore(scene: Scene): void {
  Object.assign(scene, { intercept: () => undefined, answered: () => undefined });
}

/** An app like the scene's, whose ports try a call again as the SDKs' pipelines do. */
export function withRetries({ app }: Scene): App {
  const { vaults, services, enrollments } = app.ports;
  const ports: Ports = {
    ...app.ports,
    vaults: new Map([...vaults].map(([key, vault]) => [key, retrying(vault)])),
    services: new Map([...services].map(([key, service]) => [key, retrying(service)])),
    enrollments: new Map([...enrollments].map(([key, each]) => [key, retryingEnrollments(each)])),
  };
  return { ...app, ports };
}

function retrying<T extends object>(port: T): T {
  return new Proxy(port, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== 'function' || ONCE.has(key)) return value;
      return (...given: unknown[]) => triedAgain(async () => Reflect.apply(value, target, given) as unknown);
    },
  });
}

function retryingEnrollments(enrollments: Enrollments): Enrollments {
  return {
    ...retrying(enrollments),
    enrollment: (kind, id) => triedAgain(() => enrollments.enrollment(kind, id)),
    replaceEnrollment: (enrollment, change) => triedAgain(() => enrollments.replaceEnrollment(enrollment, change)),
    async *enrollments(kind) {
      yield* await triedAgain(() => allOf(enrollments.enrollments(kind)));
    },
    async *registrations(enrollment) {
      yield* await triedAgain(() => allOf(enrollments.registrations(enrollment)));
    },
  };
}

async function allOf<T>(pages: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const page of pages) all.push(page);
  return all;
}

async function triedAgain<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      const isLost = error instanceof Error && error.message.startsWith('connection lost');
      if (!isLost || tries === TRIES) throw error;
    }
  }
}
