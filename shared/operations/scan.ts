import { messageOf, Refused } from '../errors.ts';
import type { ScanFailure } from '../events.ts';
import { isAction, laneOf, nextSteps } from '../lifecycle/next-step.ts';
import type { CaId } from '../lifecycle/observed.ts';
import { explain, type WaitReason } from '../lifecycle/reasons.ts';
import type { App } from './app.ts';
import { findManaged, type UnmanagedEntry } from './find-managed.ts';
import { observe } from './observe.ts';
import { refusalOf } from './refusal.ts';
import { sideBySide } from './side-by-side.ts';
import { observeWorld, type World } from './world.ts';

/** Why the vault lane of a CA that is due may rest without having settled anything. */
const STUCK: ReadonlySet<WaitReason> = new Set([
  'no-service-ready',
  'vault-unreadable',
  'operation-running',
  'external-signature',
]);

/** How one CA stands. */
type Standing = 'renew' | 'wait' | 'refused' | ScanFailure;

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
  const standings = await sideBySide(managed, (ca) => standingOf(app, world, ca, now));
  const renewing = managed.filter((_, index) => standings[index] === 'renew');
  const allFailures = [...unreadable, ...failures, ...standings.filter((standing) => typeof standing === 'object')];
  ports.emit({
    event: 'scan_completed',
    managed: managed.length,
    renewing: renewing.map(({ vaultUrl, name }) => ({ vault: vaultUrl, ca: name })),
    mode: app.mode,
    waiting: standings.filter((standing) => standing === 'wait').length,
    refused: standings.filter((standing) => standing === 'refused').length,
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

/** Asks the same function as the renewal does. A refusal is said here unless a renewal will say it. */
async function standingOf({ ports, renewBefore }: App, world: World, ca: CaId, now: Date): Promise<Standing> {
  const target = `${ca.vaultUrl}/${ca.name}`;
  try {
    const steps = nextSteps(await observe(ports, world, ca, { renewBefore, now }), now);
    // What waits for its issuer is renewed right after it, by its own message.
    if (steps.some((step) => isAction(step) || step.reason === 'issuer-due')) return 'renew';
    const refusals = steps.filter((step) => step.step === 'refuse');
    for (const step of refusals) ports.emit(refusalOf(ca, step, { lane: laneOf(step) }));
    if (refusals.length > 0) return 'refused';
    // Due, and nobody can do anything about it now: if that lasts, the CA expires while every scan looks well.
    const stuck = steps.find((step) => step.lane === 'vault' && step.step === 'wait' && STUCK.has(step.reason));
    return stuck?.step === 'wait' ? { target, message: `${explain(stuck.reason)} (${stuck.detail ?? ''})` } : 'wait';
  } catch (error) {
    if (!(error instanceof Refused)) return { target, message: messageOf(error) };
    ports.emit(refusalOf(ca, error));
    return 'refused';
  }
}

function describe({ dps, entry }: UnmanagedEntry) {
  return { dps, entry: entry.name, thumbprint: entry.thumbprint, notAfter: entry.notAfter?.toISOString() };
}
