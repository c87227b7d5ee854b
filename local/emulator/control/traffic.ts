import type { ServiceName } from '../service.ts';
import { armFaults, type EffectOn, type Fault, type FaultEffect, type FaultTarget } from './faults.ts';
import { createPastAnswers, type PastAnswers } from './past-answers.ts';

/** One request that was answered or dropped. */
export interface LoggedRequest {
  /** `identity` also for what anybody may ask of the resource manager before having a token. */
  readonly service: ServiceName;
  /** Which vault or DPS. */
  readonly instance: string;
  readonly method: string;
  /** The URL's path alone, percent-encoded; `.` and `..` resolved, as every URL parser does (WHATWG URL). */
  readonly path: string;
  /** The URL's query, decoded. */
  readonly query: Readonly<Record<string, string>>;
  /** 0 where the connection was broken instead of an answer. */
  readonly status: number;
  /** When it came in, by the emulator's clock, ISO 8601. */
  readonly at: string;
  /** Parsed JSON of up to 16 kB. Never of a token request or a key import: no secret gets into the log. */
  readonly body?: unknown;
}

/** What passes through the servers of one emulator, and what is done to it on the way. */
export interface Traffic {
  /** In the order of their answers; an answer that a client has seen is in here. */
  requests(): readonly LoggedRequest[];
  clearRequests(): void;
  record(request: LoggedRequest): void;
  /** Replaces all faults; skips and times count from here. */
  setFaults(faults: readonly Fault[]): void;
  clearFaults(): void;
  /** Replaces all faults by somebody in this process who says of each request what befalls it. */
  interfere(effectOn: EffectOn): void;
  /** Counts the request against the faults and tells what befalls it. */
  effectOn(target: FaultTarget): FaultEffect | undefined;
  /** What an instance has answered, while a read may have to be stale; `undefined` while none may. */
  pastAnswers(instance: string): PastAnswers | undefined;
  /** Milliseconds by which every answer is late. */
  latencyMs(): number;
  setLatency(ms: number): void;
}

export function createTraffic(): Traffic {
  let requests: LoggedRequest[] = [];
  let effectOn = armFaults([]);
  let latency = 0;
  let past: Map<string, PastAnswers> | undefined;
  const replace = (by: EffectOn, remembers: boolean) => {
    effectOn = by;
    past = remembers ? new Map() : undefined;
  };
  return {
    requests: () => [...requests],
    clearRequests: () => {
      requests = [];
    },
    record: (request) => {
      requests.push(request);
    },
    setFaults: (faults) =>
      replace(
        armFaults(faults),
        faults.some(({ effect }) => 'stale' in effect),
      ),
    clearFaults: () => replace(armFaults([]), false),
    interfere: (by) => replace(by, true),
    effectOn: (target) => effectOn(target),
    pastAnswers: (instance) => {
      if (past === undefined) return undefined;
      const answers = past.get(instance) ?? createPastAnswers();
      past.set(instance, answers);
      return answers;
    },
    latencyMs: () => latency,
    setLatency: (ms) => {
      latency = ms;
    },
  };
}
