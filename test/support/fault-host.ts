import { randomBytes, randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { documentsInMemory } from '../../shared/documents-in-memory.ts';
import type { LifecycleEvent } from '../../shared/events.ts';
import type { App } from '../../shared/operations/app.ts';
import type { CaMessage } from '../../shared/operations/ca-message.ts';
import { renewMessage } from '../../shared/operations/renew-message.ts';
import { scan } from '../../shared/operations/scan.ts';
import type { Documents } from '../../shared/ports.ts';
import { throwAwayPublicKey } from '../../shared/randomness.ts';
import { attestationsInMemory } from './attestations-in-memory.ts';
import { advance, type FaultClock } from './fault-clock.ts';
import { type PlannedFault, playFaults } from './fault-effects.ts';
import type { FaultScenario } from './fault-scenarios.ts';
import type { FaultWorld } from './fault-stage.ts';
import { isMistaken, unexpectedIn } from './foreseen-errors.ts';

const [MINUTE_MS, HOUR_MS] = [60_000, 3_600_000];
/** host.json: maxDequeueCount and visibilityTimeout. */
const [MOST_DELIVERIES, VISIBLE_AGAIN_MS] = [5, MINUTE_MS];
/** host.json: functionTimeout, less the two minutes that the app leaves of it. */
const TIME_TO_WORK_MS = 8 * MINUTE_MS;
/** What a call takes by the life's clock, so that whoever calls for ever runs out of time. */
const CALL_MS = 100;
/** Put back on the queue more often than that, a message goes round for ever. */
const MOST_MESSAGES = 20;
/** A message of a process that has gone is seen again when its ten minutes are over. */
const LEFT_BEHIND_MS = 10 * MINUTE_MS;
/** Hourly scans of one day, at most: by then a CA has settled, or never will. */
const MOST_SCANS = 12;

/** A process of the app: once it is gone, nothing that it does reaches anything any more. */
interface Process {
  isGone: boolean;
  readonly app: Omit<App, 'deadline'>;
}

/** The Functions host, as far as it concerns one CA: fires the scan, delivers messages, starts a process that died. */
export class HostDriver {
  readonly events: LifecycleEvent[] = [];
  readonly attestations = attestationsInMemory();
  readonly play: ReturnType<typeof playFaults>;
  /** What the app threw, or reported of a scan, that no adapter says and no rule foresees. */
  readonly unexpected: string[] = [];
  /** Every error that left the app, as a host that shows all of it would write it: with causes, to any depth. */
  readonly errors: string[] = [];
  abandoned = 0;
  readonly #world: FaultWorld;
  readonly #scenario: FaultScenario;
  readonly #clock: FaultClock;
  readonly #documents = documentsInMemory();
  #process: Process;

  constructor(world: FaultWorld, scenario: FaultScenario, clock: FaultClock, planned: readonly PlannedFault[]) {
    this.#world = world;
    this.#scenario = scenario;
    this.#clock = clock;
    this.#process = this.#start();
    this.play = playFaults(
      planned,
      () => this.#process.isGone,
      () => {
        this.#process.isGone = true;
      },
    );
    world.traffic.interfere((target) => {
      advance(this.#clock, CALL_MS);
      return this.play.effectOn(target);
    });
  }

  /** Scans every hour and delivers what the scans say. Returns whether a scan found nothing to do any more. */
  async settle(): Promise<boolean> {
    for (let scans = 0; scans < MOST_SCANS; scans += 1) {
      advance(this.#clock, HOUR_MS);
      const found = await this.#run((app) => scan(app));
      if (found.kind !== 'done') continue;
      const { failures } = this.events.findLast((event) => event.event === 'scan_completed') ?? { failures: [] };
      if (found.value.length === 0 && failures.length === 0) return true;
      for (const ca of found.value) await this.#deliver(ca);
    }
    return false;
  }

  async #deliver(first: CaMessage): Promise<void> {
    let message: CaMessage | undefined = first;
    // What is put back is a message of its own, which is delivered from the first time on.
    for (let messages = 0; message !== undefined && messages < MOST_MESSAGES; messages += 1) {
      message = await this.#deliverOne(message);
    }
    if (message !== undefined) this.abandoned += 1;
  }

  /** Returns the message that is put back. */
  async #deliverOne(message: CaMessage): Promise<CaMessage | undefined> {
    for (let deliveries = 1; deliveries <= MOST_DELIVERIES; deliveries += 1) {
      const ended = await this.#run((app) => renewMessage(app, message, randomUUID()));
      if (ended.kind === 'done') return ended.value;
      advance(this.#clock, ended.kind === 'gone' ? LEFT_BEHIND_MS : VISIBLE_AGAIN_MS);
    }
    this.abandoned += 1;
    return undefined;
  }

  /** One invocation. A process that died in it has ended when this returns, and another one has been started. */
  async #run<T>(work: (app: App) => Promise<T>): Promise<Ended<T>> {
    const process = this.#process;
    const deadline = new Date(this.#clock.now.getTime() + TIME_TO_WORK_MS);
    const ended = await work({ ...process.app, deadline }).then(
      (value) => ({ kind: 'done', value }) as const,
      (error: unknown) => ({ kind: 'failed', error }) as const,
    );
    if (ended.kind === 'failed') this.errors.push(inspect(ended.error, { depth: Number.POSITIVE_INFINITY }));
    if (!process.isGone) {
      if (ended.kind === 'failed') this.unexpected.push(...unexpectedIn(ended.error));
      return ended;
    }
    this.#process = this.#start();
    return { kind: 'gone' };
  }

  #start(): Process {
    const clock = this.#clock;
    const process: Process = {
      isGone: false,
      app: {
        ports: {
          ...this.#world.coldPorts(),
          documents: ofProcess(this.#documents, () => process.isGone),
          attestations: this.attestations,
          now: () => clock.now,
          randomBytes,
          throwAwayPublicKey,
          pause: async (milliseconds) => advance(clock, milliseconds),
          emit: (event) => {
            if (process.isGone) return;
            this.events.push(event);
            if (event.event === 'scan_completed') {
              this.unexpected.push(...event.failures.map(({ message }) => message).filter(isMistaken));
            }
          },
        },
        wishes: this.#scenario.wishes,
        mode: 'enforce',
      },
    };
    return process;
  }
}

type Ended<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'gone' };

/** The app's storage as a process sees it: after its end it reads and writes nothing. */
function ofProcess(documents: Documents, isGone: () => boolean): Documents {
  const alive = () => {
    if (isGone()) throw new Error('This process has been killed');
  };
  return {
    read: async (name) => {
      alive();
      return documents.read(name);
    },
    write: async (name, value, read) => {
      alive();
      return documents.write(name, value, read);
    },
  };
}
