import type { Observed } from './observed.ts';
import { type ServiceStep, serviceStep } from './service-lane.ts';
import { type VaultStep, vaultStep } from './vault-lane.ts';

// Start reading here. A CA has one vault lane, where a new generation is requested and issued, and one lane for each
// DPS that holds it, where the generation is uploaded, its possession proved, the enrollments moved, and older
// generations retired. Each lane's first match wins:
//
//   vault   issue → tidy → request → wait | refuse             vault-lane.ts
//   DPS     retire → prove → upload → move → wait | refuse     service-lane.ts, reference-lane.ts
//
// Lanes do not wait for each other: a refusal in one leaves the others going.

/** What to do next in one lane. */
export type LaneStep =
  | ({ readonly lane: 'vault' } & VaultStep)
  | ({ readonly lane: 'dps'; readonly dps: string } & ServiceStep);

/** A step that writes. */
export type Action = Exclude<LaneStep, { readonly step: 'wait' | 'refuse' }>;

/**
 * The next step of every lane of one CA, the vault's first: what it issues, the others distribute. Pure: scan asks it
 * whether a renewal is worth a message, the renewal asks it what to do, and both get the same answer.
 */
export function nextSteps(observed: Observed, now: Date): readonly LaneStep[] {
  const paused = observed.tags.paused ? ({ step: 'wait', reason: 'paused' } as const) : undefined;
  return [
    { lane: 'vault', ...(paused ?? vaultStep(observed, now)) },
    ...observed.services.map((service): LaneStep => {
      const step = paused ?? serviceStep(observed, service, now);
      return { lane: 'dps', dps: service.id, ...step };
    }),
  ];
}

/** Whether a step writes something. */
export function isAction(step: LaneStep): step is Action {
  return step.step !== 'wait' && step.step !== 'refuse';
}

/** The name of the one lane that is no DPS's. */
export const VAULT_LANE = 'vault';

/** The name of the lane that a step belongs to, the same at every decision: `vault`, or the DPS's resource id. */
export function laneOf(step: LaneStep): string {
  return step.lane === 'dps' ? step.dps : VAULT_LANE;
}
