import { renewalWindow } from '../lifecycle/due.ts';
import { isStuck } from '../lifecycle/is-stuck.ts';
import { lineageIn, type ReadLane } from '../lifecycle/lineage-in.ts';
import { type LaneStep, laneOf, VAULT_LANE } from '../lifecycle/next-step.ts';
import { newestOf, type Observed } from '../lifecycle/observed.ts';
import { explain } from '../lifecycle/reasons.ts';
import { heldIn } from '../lifecycle/reference-situation.ts';
import { readReferences } from '../lifecycle/reference-slots.ts';
import { unmaskWebhook } from '../lifecycle/reference-webhook.ts';
import { isFull } from '../lifecycle/service-lane.ts';
import type { Enrollment } from '../ports.ts';
import type { Decided } from './decide-on.ts';
import type { Looked } from './look-at.ts';
import type { Obstacle, PlannedEntry, PlannedService } from './planned.ts';
import { UNKNOWN_STATE } from './reading-ports.ts';

/** What is in the way of one CA: what its lanes say, and what they would say later. */
export function obstaclesOf(looked: Looked, now: Date): readonly Obstacle[] {
  const { ca } = looked;
  if (looked.kind === 'failed') return [];
  if (looked.kind === 'refused') {
    const { reason, message } = looked;
    return [{ severity: 'attention', reason, ca, message: `${explain(reason)} (${message})` }];
  }
  const present = presentObstacles(looked, now);
  const said = new Set(present.map(({ reason }) => reason));
  const foreseen = [...foreseenInVault(looked.observed), ...looked.observed.services.flatMap(foreseenIn(looked, now))];
  return [...present, ...foreseen.filter(({ reason }) => !said.has(reason))];
}

/** What is in the way of a DPS and of its entries, whoever's they are. */
export function serviceObstacles(service: PlannedService, now: Date): readonly Obstacle[] {
  if (service.kind === 'unreadable') return [];
  const { id: dps, state } = service;
  const isQuiet = state === 'Active' || state === UNKNOWN_STATE;
  const message = `${explain('service-not-active')} (${state})`;
  return [
    ...(isQuiet ? [] : [{ severity: 'attention', reason: 'service-not-active', dps, message } as const]),
    ...service.entries.flatMap((entry) => [...expiringUnmanaged(entry, dps, now), ...entryObstacles(entry, dps, now)]),
  ];
}

function presentObstacles({ observed, steps }: Decided, now: Date): readonly Obstacle[] {
  const { ca, vault } = observed;
  const { notAfter } = newestOf(observed).certificate;
  const expired: Obstacle = {
    severity: 'attention',
    reason: 'expired',
    ca,
    message: `The newest generation of this CA has expired (at ${notAfter.toISOString()})`,
  };
  return [
    ...(notAfter < now ? [expired] : pausedAndDue(observed, now)),
    ...steps.flatMap((step): Obstacle[] => {
      // What state a DPS is in is said of the DPS, once.
      if ((step.step !== 'refuse' && !isStuck(step)) || step.reason === 'service-not-active') return [];
      const { reason, detail } = step;
      const csr = reason === 'external-signature' ? vault.pending?.csr : undefined;
      const message = `${explain(reason)}${detail === undefined ? '' : ` (${detail})`}`;
      const found: Obstacle = { severity: 'attention', reason, ca, ...dpsOf(step), message };
      return [csr ? { ...found, csr: Buffer.from(csr).toString('base64') } : found];
    }),
  ];
}

/** Whoever pauses a CA knows it that day, not when its window opens months later. */
function pausedAndDue(observed: Observed, now: Date): readonly Obstacle[] {
  const { ca, tags } = observed;
  const opens = renewalWindow(observed);
  if (!tags.paused || opens === undefined || opens > now) return [];
  const { notAfter } = newestOf(observed).certificate;
  const message = `This CA is in its renewal window and paused; it expires at ${notAfter.toISOString()}`;
  return [{ severity: 'attention', reason: 'paused-and-due', ca, message }];
}

function dpsOf(step: LaneStep): { readonly dps?: string } {
  const lane = laneOf(step);
  return lane === VAULT_LANE ? {} : { dps: lane };
}

/** What the vault's lane will refuse once it is due. */
function foreseenInVault({ ca, tags, vault }: Observed): readonly Obstacle[] {
  const isRequested = tags.issuer !== 'external' && vault.generations[0].certificate.isCa;
  if (vault.issuer.kind !== 'missing' || !isRequested) return [];
  const reason = 'issuer-not-in-vault';
  return [{ severity: 'note', reason, ca, message: `When this CA is due: ${explain(reason)}` }];
}

/** What the lane of a DPS will refuse once there is a new generation. */
function foreseenIn({ observed }: Decided, now: Date): (service: Observed['services'][number]) => readonly Obstacle[] {
  const { ca } = observed;
  return (service) => {
    if (service.kind === 'unreadable') return [];
    const found = { severity: 'note', ca, dps: service.id } as const;
    const full = isFull(service, newestOf(observed)) && {
      ...found,
      reason: 'no-free-slot' as const,
      message: `When this CA is due: ${explain('no-free-slot')} (${service.entries.length} in use)`,
    };
    const { referring } = service;
    const enrollments = referring.kind === 'all' ? referring.enrollments : [];
    const taken = enrollments.filter((enrollment) => isTaken(observed, service, enrollment, now));
    const webhook = observed.referenceWishes.webhookUrl;
    const masked = enrollments.filter(({ record }) => 'masked' in unmaskWebhook(record, webhook));
    return [
      ...(full ? [full] : []),
      ...foreseenFor('both-slots-taken', taken, found),
      ...foreseenFor('webhook-masked', masked, found),
    ];
  };
}

function foreseenFor(
  reason: 'both-slots-taken' | 'webhook-masked',
  enrollments: readonly Enrollment[],
  found: Pick<Obstacle, 'severity' | 'ca' | 'dps'>,
): readonly Obstacle[] {
  if (enrollments.length === 0) return [];
  const names = enrollments.slice(0, 3).map(({ kind, id }) => `${kind} '${id}'`);
  const more = enrollments.length > names.length ? `, … ${enrollments.length} in all` : '';
  return [{ ...found, reason, message: `When this CA moves: ${explain(reason)} (${names.join(', ')}${more})` }];
}

/** Whether a stranger stands beside a version of this CA. */
function isTaken(observed: Observed, service: ReadLane, { record }: Enrollment, now: Date): boolean {
  const references = readReferences(record);
  if (references === undefined) return false;
  const { primary, secondary } = heldIn(lineageIn(observed, service), references, now);
  const holders = [primary.holder, secondary.holder];
  return holders.includes('F') && holders.some((holder) => holder === 'N' || holder === 'O');
}

function entryObstacles(entry: PlannedEntry, dps: string, now: Date): readonly Obstacle[] {
  const { name, ca, generation, isVerified, notAfter, references, next } = entry;
  const count = references?.count ?? 0;
  if (count === 0 || name === undefined) return [];
  const found = { dps, entry: name, ...(ca && { ca }) };
  const enrollments = `${count} ${count === 1 ? 'enrollment refers' : 'enrollments refer'} to it`;
  // An older one leaves its references by itself; the newest is told of by its CA.
  const isExpired = notAfter !== undefined && notAfter < now && generation !== 'newest';
  const isProved = next?.step === 'prove';
  return [
    ...(isExpired
      ? ([
          {
            ...found,
            severity: generation === undefined ? 'attention' : 'note',
            reason: 'expired-in-use',
            message: `The entry has expired (at ${notAfter.toISOString()}), and ${enrollments}`,
          },
        ] as const)
      : []),
    ...(isVerified === false
      ? ([
          {
            ...found,
            severity: isProved ? 'note' : 'attention',
            reason: 'unverified-in-use',
            message: `The entry is not verified, so no device can register under it, and ${enrollments}`,
          },
        ] as const)
      : []),
  ];
}

/** The alert `expiring-unmanaged` looks as far ahead. */
const SOON_MS = 60 * 86_400_000;

/** It matters now if enrollments refer to the entry, or might. */
function expiringUnmanaged(entry: PlannedEntry, dps: string, now: Date): readonly Obstacle[] {
  const { name, standing, notAfter, references } = entry;
  const isSoon = notAfter !== undefined && notAfter >= now && notAfter.getTime() < now.getTime() + SOON_MS;
  if (name === undefined || standing !== 'unmanaged' || !isSoon) return [];
  const isUnused = references?.isComplete === true && references.count === 0;
  const severity = isUnused ? 'note' : 'attention';
  const message = `The entry expires at ${notAfter.toISOString()}, and nobody renews it${isUnused ? '; no enrollment refers to it' : ''}`;
  return [{ severity, reason: 'expiring-unmanaged', dps, entry: name, message }];
}
