import type { EffectOn, FaultEffect, FaultTarget } from '../../local/emulator/control/faults.ts';

/** Those that every call suffers in the matrix. */
export const FAULT_EFFECT_NAMES = [
  'drop-before',
  'drop-after',
  '429',
  '500',
  '503x3',
  '412',
  '401',
  'truncated',
  'killed',
] as const;
/** Those that a sample of calls suffers: what outlasts the SDKs' retries, and what looks like an answer and is none. */
export const FURTHER_EFFECT_NAMES = ['503x4', 'content-type', 'stale'] as const;
export type FaultEffectName = (typeof FAULT_EFFECT_NAMES)[number] | (typeof FURTHER_EFFECT_NAMES)[number];

/** What befalls a call, and how many requests in a row it befalls: the call, and its repetitions. */
const FAULT_EFFECTS: Readonly<Record<FaultEffectName, { readonly effect: FaultEffect; readonly times: number }>> = {
  'drop-before': { effect: { drop: 'before' }, times: 1 },
  'drop-after': { effect: { drop: 'after' }, times: 1 },
  429: { effect: { status: 429, retryAfter: 1 }, times: 1 },
  500: { effect: { status: 500 }, times: 1 },
  '503x3': { effect: { status: 503 }, times: 3 },
  // A call of the SDKs is four requests at most: this one fails, or several do whose call is never repeated.
  '503x4': { effect: { status: 503 }, times: 4 },
  412: { effect: { status: 412 }, times: 1 },
  401: { effect: { expireToken: true }, times: 1 },
  truncated: { effect: { truncate: true }, times: 1 },
  // As a proxy or a gateway on the way answers, with status 200.
  'content-type': { effect: { contentType: 'text/html' }, times: 1 },
  stale: { effect: { stale: true }, times: 1 },
  // The process ends once the call has been carried out: nobody gets the answer, and nothing more comes from it.
  killed: { effect: { drop: 'after' }, times: 1 },
};

/** A call of a life: what is called, and the how manieth such call it is, from 1. */
export interface FaultCall {
  /** Method, instance and path, without what differs from one life to the next. */
  readonly label: string;
  readonly occurrence: number;
}

/** Whether an effect does anything to a call: only what is read can be stale. */
export function isEffective(effect: FaultEffectName, { label }: FaultCall): boolean {
  return effect !== 'stale' || /^GET |\/query$/.test(label);
}

export interface PlannedFault {
  readonly call: FaultCall;
  readonly effect: FaultEffectName;
}

/** Watches the calls of a life go by, and does to some of them what was planned. */
export interface FaultPlay {
  readonly effectOn: EffectOn;
  /** In the order in which they came in; those of a process that has been killed are not among them. */
  readonly calls: readonly FaultCall[];
  /** How many of the planned faults have come to pass. */
  reached(): number;
}

/**
 * @param isGone whether the process that calls has been killed; its calls get nowhere
 * @param kill told when a call's process ends with that call
 */
export function playFaults(planned: readonly PlannedFault[], isGone: () => boolean, kill: () => void): FaultPlay {
  const counts = new Map<string, number>();
  const calls: FaultCall[] = [];
  let reached = 0;
  return {
    calls,
    reached: () => reached,
    effectOn: (target) => {
      if (isGone()) return { drop: 'before' };
      // Calls are what reaches a vault or a DPS; when a token is asked for depends on what ran before.
      if (target.service === 'identity') return undefined;
      const label = labelOf(target);
      const occurrence = (counts.get(label) ?? 0) + 1;
      counts.set(label, occurrence);
      calls.push({ label, occurrence });
      for (const { call, effect: name } of planned) {
        const { effect, times } = FAULT_EFFECTS[name];
        const since = occurrence - call.occurrence;
        if (label !== call.label || since < 0 || since >= times) continue;
        if (since === 0) reached += 1;
        if (name === 'killed') kill();
        return effect;
      }
      return undefined;
    },
  };
}

/** Versions and thumbprints differ from one life to the next; ids of resources say nothing that the rest does not. */
function labelOf({ instance, method, path }: FaultTarget): string {
  const short = path
    .replace(/^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Devices\/provisioningServices/i, '')
    .replace(/\b[0-9a-f]{32}\b/g, 'VERSION')
    .replace(/[0-9A-F]{40}/g, 'THUMBPRINT');
  return `${method} ${instance} ${short}`;
}
