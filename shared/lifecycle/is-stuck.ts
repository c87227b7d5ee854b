import type { LaneStep } from './next-step.ts';
import type { WaitReason } from './reasons.ts';

/** Why a lane may rest without having settled anything: if it lasts, a person should look. */
const STUCK: Readonly<Record<LaneStep['lane'], ReadonlySet<WaitReason>>> = {
  vault: new Set(['no-service-ready', 'vault-unreadable', 'operation-running', 'external-signature', 'rolled-back']),
  dps: new Set([
    'service-not-active',
    'enrollments-unreadable',
    'newest-not-trusted',
    'older-generation-in-use',
    'newest-not-valid',
    'overlap-unknown',
    'expiry-unknown',
  ]),
};

type Wait = Extract<LaneStep, { readonly step: 'wait' }>;

/** Whether a lane waits for what may never come: if nobody looks, the CA expires while everything seems well. */
export function isStuck(step: LaneStep): step is Wait {
  return step.step === 'wait' && STUCK[step.lane].has(step.reason);
}
