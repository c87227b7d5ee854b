import type { Entry } from '../ports.ts';
import { entryName } from './entry-name.ts';
import type { ReadLane } from './lineage-in.ts';
import { entryOf, type Generation, type Observed, type ObservedService } from './observed.ts';
import { type MoveStep, moveStep, type RetireStep, restingReferences, retireStep, tallyOf } from './reference-lane.ts';
import { isValidAt } from './renewed-validity.ts';
import type { RestingStep } from './resting-step.ts';
import { unsupportedKey } from './unsupported-key.ts';

/** CA certificates per DPS, the service's own limit. A DPS that holds more has had it raised, nobody tells to what. */
const MOST_ENTRIES = 25;

/** The next step in one DPS, or why there is none. */
export type ServiceStep =
  | {
      readonly step: 'upload';
      readonly reason: 'entry-missing';
      readonly generation: Generation;
      readonly name: string;
    }
  | {
      readonly step: 'prove';
      readonly reason: 'entry-unverified';
      readonly generation: Generation;
      readonly entry: Entry;
    }
  | RetireStep
  | MoveStep
  | RestingStep;

/**
 * Decides the lane of one DPS that holds a generation of the CA. The first match wins: what may go makes room for what
 * comes, and references move once the newest generation is verified.
 */
export function serviceStep(observed: Observed, service: ObservedService, now: Date): ServiceStep {
  if (service.kind === 'unreadable') return { step: 'wait', reason: 'service-unreadable', detail: service.detail };
  if (service.state !== 'Active') return { step: 'wait', reason: 'service-not-active', detail: service.state };
  const sum = tallyOf(observed, service, now);
  const retire = sum && retireStep(observed, service, sum, now);
  if (retire !== undefined) return retire;
  const registration = service.registers ? registrationStep(observed, service, now) : undefined;
  if (registration !== undefined) return registration;
  if (sum === undefined) return { step: 'wait', reason: 'enrollments-unreadable', ...detailOf(service) };
  return moveStep(sum) ?? restingReferences(observed, service, sum, now);
}

/** What is left to do until the newest generation is a verified entry; `undefined` once it is. */
function registrationStep({ ca, vault }: Observed, service: ReadLane, now: Date): ServiceStep | undefined {
  const [newest] = vault.generations;
  const entry = entryOf(service.entries, newest);
  if (entry?.isVerified) return undefined;
  if (!isValidAt(newest.certificate, now)) {
    // Key Vault signs only within the certificate's validity, so the entry could never be verified.
    const { notBefore, notAfter } = newest.certificate;
    const detail = `valid from ${notBefore.toISOString()} to ${notAfter.toISOString()}`;
    return { step: 'refuse', reason: 'generation-expired', detail };
  }
  const unsupported = unsupportedKey(newest.certificate);
  if (unsupported !== undefined) return { step: 'refuse', reason: 'unsupported-key', detail: unsupported };
  if (entry !== undefined) return { step: 'prove', reason: 'entry-unverified', generation: newest, entry };
  if (isFull(service, undefined)) {
    return { step: 'refuse', reason: 'no-free-slot', detail: `${service.name}: ${service.entries.length} in use` };
  }
  const name = entryName(ca.name, newest.certificate.thumbprint);
  return { step: 'upload', reason: 'entry-missing', generation: newest, name };
}

function detailOf({ referring }: ReadLane): { readonly detail?: string } {
  return referring.kind === 'unreadable' ? { detail: referring.detail } : {};
}

/** Whether a DPS could take one more generation now: no certificate is asked for that no DPS could use. */
export function canTakeNew(service: ObservedService, newest: Generation): boolean {
  if (service.kind === 'read' && !service.registers) return service.state === 'Active';
  return service.kind === 'read' && service.state === 'Active' && !isFull(service, newest);
}

/** Whether a DPS lacks the slot for one more entry; or for two, where the generation `before` it is not there yet. */
export function isFull(service: ObservedService, before: Generation | undefined): boolean {
  if (service.kind !== 'read' || !service.registers || service.entries.length > MOST_ENTRIES) return false;
  const needed = before !== undefined && entryOf(service.entries, before) === undefined ? 2 : 1;
  return service.entries.length + needed > MOST_ENTRIES;
}
