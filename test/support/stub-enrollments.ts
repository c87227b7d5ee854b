import { inspect } from 'node:util';
import type { JsonObject } from '../../shared/json.ts';
import type { Enrollment, Enrollments } from '../../shared/ports.ts';
import type { StubAnswer, StubDps } from './stub-dps.ts';

/** What no error may show, whatever goes wrong: the key of a webhook. */
export const WEBHOOK_KEY = 'f4nct10n-k3y';
export const WEBHOOK_URL = `https://app.example/api/allocate?code=${WEBHOOK_KEY}`;
export const RECORD = {
  registrationId: 'dev-1',
  etag: '"1"',
  customAllocationDefinition: { webhookUrl: WEBHOOK_URL },
};

export const unchanged = (record: JsonObject) => record;

/** A stub's answer with this body. */
export function json(value: unknown, answer: Omit<StubAnswer, 'text'> = {}): StubAnswer {
  return { ...answer, text: JSON.stringify(value) };
}

export async function listed(enrollments: Enrollments): Promise<readonly Enrollment[]> {
  const all = [];
  for await (const page of enrollments.enrollments('individual')) all.push(...page);
  return all;
}

/** The one enrollment of a stub, as an adapter reads it. */
export async function readOne(
  dps: StubDps,
  enrollments: Enrollments,
  text = JSON.stringify(RECORD),
): Promise<Enrollment> {
  dps.answer(() => ({ text }));
  const enrollment = await enrollments.enrollment('individual', 'dev-1');
  if (!enrollment) throw new Error('the stub was expected to answer with an enrollment');
  return enrollment;
}

export async function errorOf(call: Promise<unknown>): Promise<Error> {
  const outcome = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome instanceof Error) return outcome;
  throw new Error('the call was expected to fail with an Error');
}

/** All that a logger could make of an error. */
export function shown(error: Error): string {
  return inspect(error, { depth: Infinity }) + JSON.stringify([error, error.cause]) + error.stack;
}
