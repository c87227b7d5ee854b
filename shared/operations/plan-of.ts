import type { ScanFailure } from '../events.ts';
import type { CaId } from '../lifecycle/observed.ts';
import { obstaclesOf, serviceObstacles } from './obstacles.ts';
import { planCa } from './plan-ca.ts';
import { planService } from './plan-service.ts';
import type { Obstacle, Plan, PlannedService } from './planned.ts';
import type { MissingPermission } from './reading-ports.ts';
import { referencesIn } from './references-in.ts';
import type { Survey } from './survey.ts';
import { unmanagedCas } from './unmanaged-cas.ts';
import { verdictOf } from './verdict-of.ts';

/** A survey as plain data. Nothing more is read for it. */
export async function planOf(found: Survey): Promise<Plan> {
  const { now, world, managed, looked, missingPermissions, failures } = found;
  const provisioningServices = await servicesOf(found);
  const obstacles = [
    ...nothingManaged(managed, failures, missingPermissions),
    ...looked.flatMap((each) => obstaclesOf(each, now)),
    ...provisioningServices.flatMap((service) => serviceObstacles(service, now)),
    // The permission that is missing, or what could not be read, is said where it belongs.
  ].filter(({ message }) => ![...missingPermissions, ...failures].some((each) => message.includes(each.message)));
  const cas = looked.map((each) => planCa(each, now));
  return {
    at: now,
    verdict: verdictOf({ cas, obstacles, missingPermissions, failures }),
    provisioningServices,
    cas,
    unmanagedCas: await unmanagedCas(world, managed, looked),
    obstacles: [...obstacles].sort((a, b) => a.severity.localeCompare(b.severity)),
    missingPermissions,
    failures,
  };
}

async function servicesOf(found: Survey): Promise<readonly PlannedService[]> {
  const { world, services, unmanaged, looked: cas, now } = found;
  const unmanagedNames = new Set(unmanaged.map(({ dps, entry }) => `${dps} ${entry.name}`));
  const known: Parameters<typeof planService>[2] = {
    cas,
    isUnmanaged: (dps, { name }) => unmanagedNames.has(`${dps} ${name}`),
    now,
  };
  return Promise.all(
    services.map(async (service) =>
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
