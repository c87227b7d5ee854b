import type { ScanFailure } from '../events.ts';
import type { CaId, ServiceFacts } from '../lifecycle/observed.ts';
import type { Ports } from '../ports.ts';
import type { App } from './app.ts';
import { keyOf } from './catalogue.ts';
import { findManaged, type UnmanagedEntry } from './find-managed.ts';
import { type Looked, lookAt } from './look-at.ts';
import { type MissingPermission, readingPorts } from './reading-ports.ts';
import { sideBySide } from './side-by-side.ts';
import { type ListedVault, observeWorld, type World } from './world.ts';

/** One look at everything that the settings name: what scan and plan are made of. */
export interface Survey {
  readonly now: Date;
  readonly world: World;
  readonly vaults: readonly ListedVault[];
  readonly services: readonly ServiceFacts[];
  readonly managed: readonly CaId[];
  readonly unmanaged: readonly UnmanagedEntry[];
  /** The managed CAs, in their order, with what was decided on each. */
  readonly looked: readonly Looked[];
  /** What could not be read, each target once; the rest stands. */
  readonly failures: readonly ScanFailure[];
  readonly missingPermissions: readonly MissingPermission[];
}

/**
 * Looks at everything once and decides on every managed CA, with the functions that the renewal asks. Only reads. What
 * cannot be read is named in `failures` and hides nothing else; nothing is thrown for it.
 * @param withoutState as for `readingPorts`
 */
export async function survey(
  { ports: all, wishes }: { readonly ports: Ports; readonly wishes: App['wishes'] },
  withoutState: 'shown' | 'refused',
): Promise<Survey> {
  const now = all.now();
  const { ports, missing } = readingPorts(all, withoutState);
  const world = observeWorld(ports);
  const [vaults, services] = await Promise.all([world.vaults(), world.services()]);
  const { managed, unmanaged, failures } = await findManaged(world);
  // All versions of all CAs first: the enrollments are read once for all, and some may embed an older one. What fails
  // here fails again where the CA is looked at.
  await sideBySide(managed, (ca) => world.versions(ca).catch(() => []));
  const looked = await sideBySide(managed, (ca) => lookAt({ ports, wishes }, world, ca, now));
  return {
    now,
    world,
    vaults,
    services,
    managed,
    unmanaged,
    looked,
    failures: oncePerTarget([
      ...vaults.flatMap((each) => (each.kind === 'unreadable' ? { target: each.vault.url, message: each.detail } : [])),
      ...services.flatMap((each) => (each.kind === 'unreadable' ? { target: each.id, message: each.detail } : [])),
      ...failures,
      ...looked.flatMap((each) => (each.kind === 'failed' ? { target: keyOf(each.ca), message: each.message } : [])),
    ]),
    missingPermissions: missing(),
  };
}

/** What could not be read is missed in several places. */
export function oncePerTarget(failures: readonly ScanFailure[]): readonly ScanFailure[] {
  return [...new Map(failures.map((failure) => [failure.target, failure])).values()];
}
