import type { ScanFailure } from '../events.ts';
import { isAction } from '../lifecycle/next-step.ts';
import type { CaId } from '../lifecycle/observed.ts';
import type { App } from './app.ts';
import { keyOf } from './catalogue.ts';
import { findManaged } from './find-managed.ts';
import { type Looked, lookAt } from './look-at.ts';
import { obstaclesOf, serviceObstacles } from './obstacles.ts';
import { planCa } from './plan-ca.ts';
import { planService } from './plan-service.ts';
import type { Obstacle, Plan, PlannedService } from './planned.ts';
import { type MissingPermission, readingPorts } from './reading-ports.ts';
import { referencesIn } from './references-in.ts';
import { sideBySide } from './side-by-side.ts';
import { unmanagedCas } from './unmanaged-cas.ts';
import { observeWorld, type World } from './world.ts';

/**
 * What is managed, what would be done next and when, and what is in the way: decided by the functions that scan and
 * renewal ask. Only reads. What cannot be read, or is refused, is named and hides nothing else; throws an Error only if
 * nothing could be read at all.
 */
export async function plan(app: Pick<App, 'ports' | 'wishes'>): Promise<Plan> {
  const now = app.ports.now();
  const { ports, missing } = readingPorts(app.ports);
  const world = observeWorld(ports);
  const unreadable = await unreadableParts(world);
  const { managed, unmanaged, failures } = await findManaged(world);
  // As the scan does: enrollments are read once for all CAs, and some may embed an older version.
  await sideBySide(managed, (ca) => world.versions(ca).catch(() => []));
  const looked = await sideBySide(managed, (ca) => lookAt({ ...app, ports }, world, ca, now));
  const unmanagedNames = new Set(unmanaged.map(({ dps, entry }) => `${dps} ${entry.name}`));
  const provisioningServices = await servicesOf(world, {
    cas: looked,
    isUnmanaged: (dps, { name }) => unmanagedNames.has(`${dps} ${name}`),
    now,
  });
  const missingPermissions = missing();
  const allFailures = oncePerTarget([
    ...unreadable,
    ...failures,
    ...looked.flatMap((each) => (each.kind === 'failed' ? { target: keyOf(each.ca), message: each.message } : [])),
  ]);
  const obstacles = [
    ...nothingManaged(managed, allFailures, missingPermissions),
    ...looked.flatMap((each) => obstaclesOf(each, now)),
    ...provisioningServices.flatMap((service) => serviceObstacles(service, now)),
    // The permission that is missing, or what could not be read, is said where it belongs.
  ].filter(({ message }) => ![...missingPermissions, ...allFailures].some((each) => message.includes(each.message)));
  return {
    at: now,
    verdict: verdictOn(looked, obstacles, missingPermissions.length + allFailures.length > 0),
    provisioningServices,
    cas: looked.map((each) => planCa(each, now)),
    unmanagedCas: await unmanagedCas(world, managed, looked),
    obstacles: [...obstacles].sort((a, b) => a.severity.localeCompare(b.severity)),
    missingPermissions,
    failures: allFailures,
  };
}

/** Throws an Error if all of it is. */
async function unreadableParts(world: World): Promise<readonly ScanFailure[]> {
  const [vaults, services] = await Promise.all([world.vaults(), world.services()]);
  const unreadable = [
    ...vaults.flatMap((each) => (each.kind === 'unreadable' ? { target: each.vault.url, message: each.detail } : [])),
    ...services.flatMap((each) => (each.kind === 'unreadable' ? { target: each.id, message: each.detail } : [])),
  ];
  if (unreadable.length === vaults.length + services.length) {
    const reasons = unreadable.map(({ message }) => message).join('; ');
    throw new Error(`Cannot plan: no vault and no DPS could be read (${reasons})`);
  }
  return unreadable;
}

async function servicesOf(world: World, known: Parameters<typeof planService>[2]): Promise<readonly PlannedService[]> {
  return Promise.all(
    (await world.services()).map(async (service) =>
      service.kind === 'unreadable' ? service : planService(service, await referencesIn(world, service.id), known),
    ),
  );
}

/** Nobody watches over anything: silence would look well. Unless it is only that something could not be read. */
function nothingManaged(
  managed: readonly CaId[],
  failures: readonly ScanFailure[],
  missing: readonly MissingPermission[],
): readonly Obstacle[] {
  if (managed.length + failures.length + missing.length > 0) return [];
  const message = 'No DPS holds a version of a CA in a vault, by thumbprint, and no CA is tagged dps';
  return [{ severity: 'attention', reason: 'nothing-managed', message }];
}

function verdictOn(looked: readonly Looked[], obstacles: readonly Obstacle[], isPartial: boolean): Plan['verdict'] {
  if (isPartial || obstacles.some(({ severity }) => severity === 'attention')) return 'attention';
  const steps = looked.flatMap((each) => (each.kind === 'decided' ? each.steps : []));
  const isDue = steps.some((step) => isAction(step) || step.reason === 'issuer-due');
  return isDue ? 'due' : 'nothing-due';
}

/** What could not be read is missed in several places. */
function oncePerTarget(failures: readonly ScanFailure[]): readonly ScanFailure[] {
  return [...new Map(failures.map((failure) => [failure.target, failure])).values()];
}
