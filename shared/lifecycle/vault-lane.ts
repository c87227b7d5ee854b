import type { PendingRequest } from '../ports.ts';
import { samePublicKey } from '../x509/public-key.ts';
import { type AskedKey, askedKey } from './asked-key.ts';
import { type DueReason, dueReason } from './due.ts';
import { foreignRequest } from './foreign-request.ts';
import { type Issuance, issuance } from './issuance.ts';
import { isMadeTwice } from './made-twice.ts';
import { entryOf, type Generation, newestOf, type Observed, type ObservedService } from './observed.ts';
import { windowOpens } from './renew-before.ts';
import type { RestingStep } from './resting-step.ts';
import { canTakeNew, isFull, serviceStep } from './service-lane.ts';

/** The next step in the vault, or why there is none. */
export type VaultStep =
  | ({ readonly step: 'issue'; readonly reason: 'request-pending'; readonly request: PendingRequest } & Issuance)
  | {
      readonly step: 'tidy';
      /** `seed-left`: the policy is restored, too. */
      readonly reason: 'seed-left' | 'made-twice';
      /** To be disabled. */
      readonly versions: readonly Generation[];
    }
  | { readonly step: 'request'; readonly reason: DueReason; readonly key: AskedKey }
  | RestingStep;

/** Decides the vault lane. The first match wins. */
export function vaultStep(observed: Observed, now: Date): VaultStep {
  const newest = newestOf(observed);
  if (!newest.certificate.isCa) return { step: 'wait', reason: 'device-certificate' };
  const { pending, seeds, rolledBack, generations } = observed.vault;
  const [, former] = generations;
  if (former !== undefined && isMadeTwice(newest, former)) {
    return { step: 'tidy', reason: 'made-twice', versions: [newest] };
  }
  const due = dueReason(observed, newest, observed.vault.issuer, now);
  const unneeded = due !== undefined ? seeds.filter((seed) => isSpent(seed, observed)) : seeds;
  if (unneeded.length > 0) return { step: 'tidy', reason: 'seed-left', versions: unneeded };
  if (due === undefined) {
    return { step: 'wait', reason: 'not-due', until: windowOpens(newest.certificate, observed.renewBefore) };
  }
  if (rolledBack && (due !== 'forced' || isReturning(observed, now))) return { step: 'wait', reason: 'rolled-back' };
  if (due !== 'forced' && isForgotten(observed, now)) {
    return { step: 'wait', reason: 'expired-unused', detail: `until ${newest.certificate.notAfter.toISOString()}` };
  }
  const blocked = takers(observed, newest);
  if (blocked !== undefined) return blocked;
  const external = observed.tags.issuer === 'external';
  const issuing = external ? undefined : issuance(observed, newest, due, now);
  if (issuing !== undefined && 'step' in issuing) return issuing;
  if (pending === undefined) {
    const planted = plantedSeed(observed);
    if (planted !== undefined) return { step: 'refuse', reason: 'foreign-request', detail: planted };
    return { step: 'request', reason: due, key: askedKey(observed) };
  }
  if (pending.issuerName !== 'Unknown') {
    return { step: 'wait', reason: 'operation-running', detail: `its issuer is '${pending.issuerName}'` };
  }
  const foreign = foreignRequest(observed, pending);
  if (foreign !== undefined) return { step: 'refuse', reason: 'foreign-request', detail: foreign };
  if (issuing === undefined)
    return { step: 'wait', reason: 'external-signature', detail: `request ${pending.requestId}` };
  return { step: 'issue', reason: 'request-pending', request: pending, ...issuing };
}

/**
 * Whether references are yet to leave what was rolled back. Were there a newer generation before they have, that would
 * be one version among the older ones, which nothing tells from those that devices need.
 */
function isReturning(observed: Observed, now: Date): boolean {
  return observed.services.some((service) => {
    const step = serviceStep(observed, service, now);
    return (step.step === 'move' || step.step === 'retire') && step.reason === 'rolled-back';
  });
}

/** Whether the key of a seed is a generation's by now. */
function isSpent(seed: Generation, { vault }: Observed): boolean {
  return vault.generations.some(({ certificate }) => samePublicKey(certificate.spki, seed.certificate.spki));
}

/** Why a seed is not one of ours, whose policy never lets its key out: its key is not reused, so nothing is signed for it. */
function plantedSeed({ vault: { seeds, keyPolicy } }: Observed): string | undefined {
  const [seed] = seeds;
  return seed && keyPolicy.exportable ? `the key of version ${seed.version} is exportable; disable it` : undefined;
}

/**
 * Whether nobody has missed a CA: it has expired, and no DPS holds a generation of it. Otherwise whatever an issuer has
 * ever signed would come back, were it only put into a vault.
 */
function isForgotten({ services, vault }: Observed, now: Date): boolean {
  const [newest] = vault.generations;
  const isHeldBy = (service: ObservedService) =>
    service.kind === 'unreadable' ||
    // Embedded by an enrollment.
    !service.registers ||
    vault.generations.some((generation) => entryOf(service.entries, generation));
  return newest.certificate.notAfter < now && !services.some(isHeldBy);
}

/** Why no DPS could use a new generation; `undefined` if one could, or none is to have it. */
function takers({ services }: Observed, newest: Generation): RestingStep | undefined {
  if (services.length === 0 || services.some((service) => canTakeNew(service, newest))) return undefined;
  const full = services.filter((service) => isFull(service, newest)).map(({ name }) => name);
  if (full.length > 0) return { step: 'refuse', reason: 'no-free-slot', detail: full.join(', ') };
  const states = services.map(
    (service) => `${service.name}: ${service.kind === 'read' ? service.state : service.detail}`,
  );
  return { step: 'wait', reason: 'no-service-ready', detail: states.join('; ') };
}
