import { messageOf, Refused } from '../errors.ts';
import type { RefusalEvent, ScanFailure } from '../events.ts';
import { isStuck } from '../lifecycle/is-stuck.ts';
import { isAction, laneOf } from '../lifecycle/next-step.ts';
import type { CaId } from '../lifecycle/observed.ts';
import { explain } from '../lifecycle/reasons.ts';
import type { Ports } from '../ports.ts';
import type { App } from './app.ts';
import { keyOf, writeCatalogue } from './catalogue.ts';
import { decideOn } from './decide-on.ts';
import { findManaged, type UnmanagedEntry } from './find-managed.ts';
import { publishHubs } from './publish-hubs.ts';
import { refusalOf } from './refusal.ts';
import { sayRefusals } from './say-refusals.ts';
import { sayTrusted, type TrustedEvent, trustedEvent } from './say-trusted.ts';
import { sideBySide } from './side-by-side.ts';
import { observeWorld, type World } from './world.ts';

/** How one CA stands. */
type Standing =
  | { readonly kind: 'renew' }
  | { readonly kind: 'wait'; readonly trusted?: TrustedEvent }
  | { readonly kind: 'refused'; readonly refusals: readonly RefusalEvent[]; readonly failure?: ScanFailure | undefined }
  | { readonly kind: 'failed'; readonly failure: ScanFailure };

/**
 * Looks at everything that is managed and returns the CAs that have a step to take now. Writes nothing. What cannot be
 * read is named in `scan_completed` and hides nothing else; throws only if nothing could be read at all.
 */
export async function scan(app: App): Promise<readonly CaId[]> {
  const { ports } = app;
  const now = ports.now();
  const world = observeWorld(ports);
  const [vaults, services] = await Promise.all([world.vaults(), world.services()]);
  const unreadable = [
    ...vaults.flatMap((listed) =>
      listed.kind === 'unreadable' ? { target: listed.vault.url, message: listed.detail } : [],
    ),
    ...services.flatMap((service) =>
      service.kind === 'unreadable' ? { target: service.id, message: service.detail } : [],
    ),
  ];
  const { managed, unmanaged, failures } = await findManaged(world);
  for (const entry of unmanaged) ports.emit({ event: 'certificate_unmanaged', ...describe(entry) });
  // All versions of all CAs first: the enrollments are read once for all, and some may embed an older one. What fails
  // here fails again where the CA is looked at.
  await sideBySide(managed, (ca) => world.versions(ca).catch(() => []));
  const standings = await sideBySide(managed, (ca) => standingOf(app, world, ca, now));
  const kinds = standings.map(({ kind }) => kind);
  const renewing = managed.filter((_, index) => kinds[index] === 'renew');
  // What a renewal is about to do may be refused only then: of that CA's refusals nothing is known here.
  const settled = managed.filter((_, index) => kinds[index] === 'wait' || kinds[index] === 'refused');
  const refusals = standings.flatMap((standing) => (standing.kind === 'refused' ? standing.refusals : []));
  const trusted = standings.flatMap((standing) => (standing.kind === 'wait' && standing.trusted) || []);
  const forgotten = [
    await sayRefusals(ports, refusals, settled),
    await sayTrusted(ports, trusted),
    await learn(ports, world),
    await publishHubs(ports, services, now),
  ];
  const allFailures = oncePerTarget([
    ...unreadable,
    ...failures,
    ...standings.flatMap((standing) => ('failure' in standing && standing.failure) || []),
    ...forgotten.flatMap((message) => (message === undefined ? [] : { target: 'status', message })),
  ]);
  ports.emit({
    event: 'scan_completed',
    managed: managed.length,
    renewing: renewing.map(({ vaultUrl, name }) => ({ vault: vaultUrl, ca: name })),
    mode: app.mode,
    waiting: kinds.filter((kind) => kind === 'wait').length,
    refused: kinds.filter((kind) => kind === 'refused').length,
    unmanaged: unmanaged.length,
    failures: allFailures,
    durationMs: ports.now().getTime() - now.getTime(),
  });
  if (vaults.every(({ kind }) => kind === 'unreadable') || services.every(({ kind }) => kind === 'unreadable')) {
    const reasons = allFailures.map(({ target, message }) => `${target}: ${message}`).join('; ');
    throw new Error(`Cannot scan: no vault or no DPS could be read (${reasons})`);
  }
  return app.mode === 'plan' ? [] : renewing;
}

/** Asks the same function as the renewal does. A refusal is left to a renewal where there will be one. */
async function standingOf(app: App, world: World, ca: CaId, now: Date): Promise<Standing> {
  const failed = (message: string) => ({ kind: 'failed', failure: { target: keyOf(ca), message } }) as const;
  try {
    const { observed, steps } = await decideOn(app, world, ca, now);
    // What waits for its issuer is renewed right after it, by its own message.
    if (steps.some((step) => isAction(step) || step.reason === 'issuer-due')) return { kind: 'renew' };
    // Due, and nobody can do anything about it now: if that lasts, the CA expires while every scan looks well.
    const stuck = steps.filter(isStuck).map(({ reason, detail = '' }) => `${explain(reason)} (${detail})`);
    const standing = stuck.length > 0 ? failed(stuck.join('; ')) : undefined;
    const refusals = steps.filter((step) => step.step === 'refuse');
    if (refusals.length > 0) {
      const said = refusals.map((step) => refusalOf(ca, step, { lane: laneOf(step) }));
      return { kind: 'refused', refusals: said, failure: standing?.failure };
    }
    if (standing !== undefined) return standing;
    const trusted = trustedEvent(observed, now);
    return { kind: 'wait', ...(trusted && { trusted }) };
  } catch (error) {
    if (!(error instanceof Refused)) return failed(messageOf(error));
    return { kind: 'refused', refusals: [refusalOf(ca, error)] };
  }
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

/** What could not be read is missed in several places. */
function oncePerTarget(failures: readonly ScanFailure[]): readonly ScanFailure[] {
  return [...new Map(failures.map((failure) => [failure.target, failure])).values()];
}

function describe({ dps, entry }: UnmanagedEntry) {
  return { dps, entry: entry.name, thumbprint: entry.thumbprint, notAfter: entry.notAfter?.toISOString() };
}
