import { messageOf } from '../errors.ts';
import type { RefusalEvent, ScanFailure } from '../events.ts';
import { renewalWindow } from '../lifecycle/due.ts';
import { isStuck } from '../lifecycle/is-stuck.ts';
import { isAction, laneOf } from '../lifecycle/next-step.ts';
import type { CaId } from '../lifecycle/observed.ts';
import { explain, UNREAD_REASONS, type WaitReason } from '../lifecycle/reasons.ts';
import type { Ports } from '../ports.ts';
import type { App } from './app.ts';
import { boundedScan } from './bounded-scan.ts';
import { keyOf, writeCatalogue } from './catalogue.ts';
import type { UnmanagedEntry } from './find-managed.ts';
import { rememberingPorts } from './happenings.ts';
import type { Looked } from './look-at.ts';
import { metricsOf } from './metrics-of.ts';
import { planOf } from './plan-of.ts';
import { publishHubs } from './publish-hubs.ts';
import { publishBlindScan, publishScan } from './publish-snapshot.ts';
import { refusalOf } from './refusal.ts';
import { sayRefusals } from './say-refusals.ts';
import { sayTrusted, type TrustedEvent, trustedEvent } from './say-trusted.ts';
import type { Happening } from './snapshot.ts';
import { oncePerTarget, type Survey, survey } from './survey.ts';
import type { World } from './world.ts';

/** How one CA stands. */
type Standing =
  | { readonly kind: 'renew' }
  | { readonly kind: 'wait'; readonly trusted?: TrustedEvent }
  | { readonly kind: 'refused'; readonly refusals: readonly RefusalEvent[]; readonly failure?: ScanFailure | undefined }
  | { readonly kind: 'failed'; readonly failure: ScanFailure };

/**
 * Looks at everything that is managed and returns the CAs that have a step to take now. Writes nothing but the app's own
 * documents, and into one of them all that it has seen, for the status page. What cannot be read is named in
 * `scan_completed` and hides nothing else; throws only if no vault or no DPS could be read at all.
 */
export async function scan(app: App): Promise<readonly CaId[]> {
  const { ports, told } = rememberingPorts(app.ports);
  const found = await survey({ ports, wishes: app.wishes }, 'refused');
  const { now, managed, unmanaged } = found;
  for (const entry of unmanaged) ports.emit({ event: 'certificate_unmanaged', ...describe(entry) });
  const standings = found.looked.map((looked) => standingOf(looked, now));
  const kinds = standings.map(({ kind }) => kind);
  const renewing = managed.filter((_, index) => kinds[index] === 'renew');
  // What a renewal is about to do may be refused only then: of that CA's refusals nothing is known here.
  const settled = managed.filter((_, index) => kinds[index] === 'wait' || kinds[index] === 'refused');
  const refusals = standings.flatMap((standing) => (standing.kind === 'refused' ? standing.refusals : []));
  const trusted = standings.flatMap((standing) => (standing.kind === 'wait' && standing.trusted) || []);
  const failures = [
    ...found.failures,
    ...standings.flatMap((standing) => ('failure' in standing && standing.failure) || []),
    ...forgottenOf(await sayRefusals(ports, refusals, settled)),
    ...forgottenOf(await sayTrusted(ports, trusted)),
    ...forgottenOf(await learn(ports, found.world)),
    ...forgottenOf(await publishHubs(ports, found.services, now)),
  ];
  const unpublished = await publish(app, found, oncePerTarget(failures), told());
  const allFailures = oncePerTarget([...failures, ...forgottenOf(unpublished)]);
  // A CA that waits for somebody was read like any other.
  if (allFailures.every(({ reason }) => reason !== undefined)) {
    const value = Math.floor(now.getTime() / 1000);
    ports.measure?.({ name: 'scan_last_success_timestamp_seconds', value, dimensions: {} });
  }
  const completed = boundedScan({
    event: 'scan_completed',
    managed: managed.length,
    renewing: renewing.map(({ vaultUrl, name }) => ({ vault: vaultUrl, ca: name })),
    due: dueOf(found.looked, now),
    mode: app.mode,
    waiting: kinds.filter((kind) => kind === 'wait').length,
    refused: kinds.filter((kind) => kind === 'refused').length,
    unmanaged: unmanaged.length,
    failures: allFailures,
    durationMs: ports.now().getTime() - now.getTime(),
  });
  ports.emit(completed);
  if (isBlind(found)) {
    const reasons = completed.failures.map(({ target, message }) => `${target}: ${message}`).join('; ');
    throw new Error(`Cannot scan: no vault or no DPS could be read (${reasons})`);
  }
  return app.mode === 'plan' ? [] : renewing;
}

/** Whether nothing can be said of the CAs at all. */
function isBlind({ vaults, services }: Survey): boolean {
  return vaults.every(({ kind }) => kind === 'unreadable') || services.every(({ kind }) => kind === 'unreadable');
}

/** Writes down what was found, for the status page. Returns what kept it from that, if anything did. */
async function publish(
  { ports, mode }: App,
  found: Survey,
  failures: readonly ScanFailure[],
  told: readonly Happening[],
): Promise<string | undefined> {
  const scan = { mode, durationMs: ports.now().getTime() - found.now.getTime(), failures };
  try {
    const plan = await planOf(found);
    for (const metric of metricsOf(plan, found.looked)) ports.measure?.(metric);
    return await (isBlind(found) ? publishBlindScan(ports, plan, scan) : publishScan(ports, plan, scan, told));
  } catch (error) {
    return messageOf(error);
  }
}

/** A refusal is left to a renewal where there will be one. */
function standingOf(looked: Looked, now: Date): Standing {
  const { ca } = looked;
  const failed = (message: string, reason?: WaitReason) =>
    ({ kind: 'failed', failure: { target: keyOf(ca), message, ...(reason && { reason }) } }) as const;
  if (looked.kind === 'failed') return failed(looked.message);
  if (looked.kind === 'refused') return { kind: 'refused', refusals: [refusalOf(ca, looked)] };
  const { observed, steps } = looked;
  // What waits for its issuer is renewed right after it, by its own message.
  if (steps.some((step) => isAction(step) || step.reason === 'issuer-due')) return { kind: 'renew' };
  // Due, and nobody can do anything about it now: if that lasts, the CA expires while every scan looks well.
  const stuck = steps.filter(isStuck);
  const texts = stuck.map(({ reason, detail = '' }) => `${explain(reason)} (${detail})`);
  const isUnread = stuck.some(({ reason }) => UNREAD_REASONS.includes(reason));
  const standing = stuck[0] ? failed(texts.join('; '), isUnread ? undefined : stuck[0].reason) : undefined;
  const refusals = steps.filter((step) => step.step === 'refuse');
  if (refusals.length > 0) {
    const said = refusals.map((step) => refusalOf(ca, step, { lane: laneOf(step) }));
    return { kind: 'refused', refusals: said, failure: standing?.failure };
  }
  if (standing !== undefined) return standing;
  const trusted = trustedEvent(observed, now);
  return { kind: 'wait', ...(trusted && { trusted }) };
}

/** Notes what this scan had to read, so that the next one need not. Returns what kept it from that, if anything did. */
async function learn({ documents }: Ports, world: World): Promise<string | undefined> {
  const failure = await world.catalogueFailure();
  if (failure !== undefined) return failure;
  // Of a vault that could not be listed nothing is known, and nothing forgotten.
  if ((await world.vaults()).some(({ kind }) => kind === 'unreadable')) return undefined;
  const listed = new Set((await world.names()).map(({ ca }) => keyOf(ca)));
  try {
    await writeCatalogue(documents, world.learnt, (key) => listed.has(key));
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** The CAs whose renewal window has opened: those that end first, first. What nobody has missed is left alone. */
function dueOf(looked: readonly Looked[], now: Date) {
  return looked
    .flatMap((each) => {
      const isMissed = each.kind === 'decided' && each.steps.every(({ reason }) => reason !== 'expired-unused');
      const since = isMissed ? renewalWindow(each.observed) : undefined;
      const [newest] = each.generations;
      if (since === undefined || since > now || newest === undefined) return [];
      const { notAfter } = newest.certificate;
      const { vaultUrl: vault, name: ca } = each.ca;
      return { vault, ca, since: since.toISOString(), notAfter: notAfter.toISOString() };
    })
    .sort((a, b) => a.notAfter.localeCompare(b.notAfter));
}

/** What the app could not write down for itself. */
function forgottenOf(message: string | undefined): readonly ScanFailure[] {
  return message === undefined ? [] : [{ target: 'status', message }];
}

function describe({ dps, entry }: UnmanagedEntry) {
  return { dps, entry: entry.name, thumbprint: entry.thumbprint, notAfter: entry.notAfter?.toISOString() };
}
