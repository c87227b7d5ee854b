import { renewalWindow } from '../lifecycle/due.ts';
import { isAction, type LaneStep, laneOf, VAULT_LANE } from '../lifecycle/next-step.ts';
import { type Generation, newestOf } from '../lifecycle/observed.ts';
import { type OlderVersion, olderVersions, retirementAfter } from '../lifecycle/older-versions.ts';
import { explain } from '../lifecycle/reasons.ts';
import type { Decided } from './decide-on.ts';
import { keyOfSpki } from './key-of-spki.ts';
import type { Looked } from './look-at.ts';
import type { PlannedCa, PlannedDate, PlannedGeneration, PlannedIssuer, PlannedStep } from './planned.ts';

/** What is planned for one CA, in its vault and in each DPS. */
export function planCa(looked: Looked, now: Date): PlannedCa {
  const { ca } = looked;
  const generations = looked.generations.map(generationOf);
  if (looked.kind !== 'decided') {
    return { ca, generations, issuer: undefined, next: [unplanned(looked)], dates: expiries(looked.generations) };
  }
  const { observed, steps } = looked;
  const opens = renewalWindow(observed);
  const waitsForSignature = steps.some((step) => step.step === 'wait' && step.reason === 'external-signature');
  const csr = waitsForSignature ? observed.vault.pending?.csr : undefined;
  return {
    ca,
    generations,
    issuer: issuerOf(looked),
    ...(opens && { windowOpens: opens }),
    next: steps.map((step) => planStep(step, now)),
    dates: datesOf(looked, now),
    ...(csr && { csr: Buffer.from(csr).toString('base64') }),
  };
}

/** A step of a lane as plain data. */
export function planStep(step: LaneStep, now: Date): PlannedStep {
  const common = { lane: laneOf(step), step: step.step, reason: step.reason, explanation: explain(step.reason) };
  if (step.step === 'refuse') return { ...common, detail: step.detail };
  if (isAction(step)) {
    const moves = step.step === 'move' && { detail: countOf(step.count), count: step.count };
    return { ...common, at: now, ...moves };
  }
  const { until, detail } = step;
  const towards = step.lane === 'vault' ? 'request' : 'retire';
  return { ...common, ...(detail !== undefined && { detail }), ...(until && { at: until, towards }) };
}

/** Why an older version stays where it is, and until when. */
export function planRetirement(lane: string, { mayGo, reason, detail }: OlderVersion): PlannedStep {
  return {
    lane,
    step: 'wait',
    reason,
    explanation: explain(reason),
    ...(detail !== undefined && { detail }),
    ...(mayGo && { at: mayGo }),
    towards: 'retire',
  };
}

function unplanned(looked: Exclude<Looked, { kind: 'decided' }>): PlannedStep {
  if (looked.kind === 'failed') {
    const explanation = 'What matters could not be read; the next scan tries again.';
    return { lane: VAULT_LANE, step: 'unknown', reason: undefined, explanation, detail: looked.message };
  }
  const { reason, message } = looked;
  return { lane: VAULT_LANE, step: 'refuse', reason, explanation: explain(reason), detail: message };
}

function generationOf({ version, createdOn, certificate }: Generation): PlannedGeneration {
  const { thumbprint, notBefore, notAfter, spki } = certificate;
  return { version, thumbprint, notBefore, notAfter, createdOn, key: keyOfSpki(spki) };
}

function issuerOf({ observed }: Decided): PlannedIssuer {
  const { issuer } = observed.vault;
  if (observed.tags.issuer === 'external') return { kind: 'external' };
  if (issuer.kind !== 'found') return { kind: issuer.kind };
  return { kind: 'found', ca: issuer.ca, notAfter: issuer.generation.certificate.notAfter };
}

function expiries(generations: readonly Generation[]): readonly PlannedDate[] {
  return generations.slice(0, 1).map(({ certificate: { thumbprint, notAfter } }) => ({
    at: notAfter,
    what: 'expires',
    thumbprint,
    earliest: false,
  }));
}

/** Every later moment that is known, in their order. */
function datesOf({ observed, steps }: Decided, now: Date): readonly PlannedDate[] {
  const { thumbprint } = newestOf(observed).certificate;
  const read = observed.services.flatMap((service) => (service.kind === 'read' ? service : []));
  const dates: PlannedDate[] = [...expiries(observed.vault.generations)];
  const opens = renewalWindow(observed);
  if (opens) dates.push({ at: opens, what: 'window-opens', thumbprint, earliest: false });
  for (const service of read) {
    for (const older of olderVersions(observed, service, now)) dates.push(...datesOfOlder(older, service.id));
  }
  const renewed = willBeRenewed(steps, opens, now);
  // Where no DPS has the CA, nothing overlaps.
  const [first] = read;
  if (renewed !== undefined && first !== undefined) {
    const { overlapEnds, mayGo, reason } = retirementAfter(observed, first, renewed);
    dates.push({ at: overlapEnds, what: 'overlap-ends', thumbprint, earliest: true });
    if (mayGo) dates.push({ at: mayGo, what: 'may-retire', thumbprint, earliest: true, reason });
  }
  return dates.filter(({ at }) => at > now).sort((a, b) => a.at.getTime() - b.at.getTime());
}

function datesOfOlder({ thumbprint, overlapEnds, mayGo, reason }: OlderVersion, dps: string): readonly PlannedDate[] {
  const common = { thumbprint, dps, earliest: true };
  return [
    ...(overlapEnds ? [{ at: overlapEnds, what: 'overlap-ends', ...common } as const] : []),
    ...(mayGo ? [{ at: mayGo, what: 'may-retire', ...common, reason } as const] : []),
  ];
}

/** When the newest generation is replaced, if nothing is in the way. */
function willBeRenewed(steps: readonly LaneStep[], opens: Date | undefined, now: Date): Date | undefined {
  const vault = steps.find((step) => step.lane === 'vault');
  if (vault === undefined || vault.step === 'refuse') return undefined;
  if (isAction(vault)) return now;
  return vault.reason === 'not-due' ? opens : undefined;
}

function countOf(count: number): string {
  return `${count} ${count === 1 ? 'enrollment' : 'enrollments'}`;
}
