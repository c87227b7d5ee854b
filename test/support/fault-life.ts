import { isDeepStrictEqual } from 'node:util';
import { parseLossless } from '../../local/emulator/lossless-json.ts';
import type { ProvisioningService } from '../../local/emulator/resource-manager/provisioning-services.ts';
import type { LifecycleEvent } from '../../shared/events.ts';
import { type FaultClock, hurryWaits } from './fault-clock.ts';
import { moveDevices } from './fault-devices.ts';
import type { FaultCall, PlannedFault } from './fault-effects.ts';
import { HostDriver } from './fault-host.ts';
import { type FaultOutcome, faultOutcome } from './fault-outcome.ts';
import type { FaultScenario } from './fault-scenarios.ts';
import type { FaultStage } from './fault-stage.ts';
import { RemovalWatch } from './removal-watch.ts';
import { secretsIn } from './secrets-in.ts';
import { watchMutations } from './watch-mutations.ts';

// What is real here: operations, adapters, SDKs with their retries, HTTPS, the emulator with its tokens, fault control
// and observer. What is not: the Functions host with its queue, of which `HostDriver` does what its rules say
// (host.json: five deliveries, a minute apart), the app's own storage, and the time that the SDKs' waits take.

/** How a life of the CA went. */
export interface FaultLife {
  readonly outcome: FaultOutcome;
  /** How it stood at the end of each of the scenario's days. */
  readonly days: readonly FaultOutcome[];
  /** How it stood before anything was done. */
  readonly seeded: FaultOutcome;
  /** What went before it might go, a sentence each. */
  readonly early: readonly string[];
  /** What the app threw, or reported of a scan, that no adapter says and no rule foresees. */
  readonly unexpected: readonly string[];
  readonly violations: readonly string[];
  /** How many events and errors hold a token or a key. They are not shown: they are secret. */
  readonly leaks: number;
  readonly calls: readonly FaultCall[];
  /** How many of the planned faults have come to pass. */
  readonly reached: number;
  /** Messages that failed five times, or went round for ever. */
  readonly abandoned: number;
  /** Whether the last scans found nothing to do. */
  readonly settled: boolean;
  readonly events: readonly LifecycleEvent[];
}

const DAY_MS = 86_400_000;
/** What was written a second time has its overlap once more: so many overlaps are waited for. */
const MORE_OVERLAPS = 3;
const OVERLAP_DAYS = 32;
const START = new Date('2030-01-01T00:00:00Z');

/**
 * Lives through a scenario: on each of its days hourly scans, and their messages, until a scan finds nothing to do.
 * @param wanted how each day is to end, and all of it: where a day has not, the hourly scans go on; else there is another
 * overlap
 */
export async function liveThroughFaults(
  stage: FaultStage,
  scenario: FaultScenario,
  planned: readonly PlannedFault[] = [],
  wanted?: Pick<FaultLife, 'outcome' | 'days'>,
): Promise<FaultLife> {
  const clock: FaultClock = { now: START };
  const world = await stage.put(scenario.seed, clock);
  const services = world.provisioningServices.list();
  addUnknownMembers(services);
  const seeded = await faultOutcome(world);
  const watch = new RemovalWatch([...world.vaults.values()], scenario.wishes, () => clock.now);
  watchMutations(services, {
    enrollment: (dps, change) => watch.enrollmentChanged(dps, change),
    entry: (dps, change) => watch.entryChanged(dps, change),
  });
  const driver = new HostDriver(world, scenario, clock, planned);
  const restore = hurryWaits(() => clock);
  try {
    let settled = true;
    const until = async (day: number) => {
      clock.now = new Date(Math.max(clock.now.getTime(), START.getTime() + day * DAY_MS));
      if (scenario.retirement === 'unused' && day > 0) await moveDevices(world, clock, driver.attestations);
      settled = await driver.settle();
    };
    const days: FaultOutcome[] = [];
    for (const day of scenario.days) {
      await until(day);
      let outcome = await faultOutcome(world);
      // What could not be read for a moment keeps a step back, until the next hour.
      if (wanted !== undefined && !isDeepStrictEqual(outcome, wanted.days[days.length])) {
        settled = await driver.settle();
        outcome = await faultOutcome(world);
      }
      days.push(outcome);
    }
    const last = scenario.days.at(-1) ?? 0;
    for (let more = 1; wanted !== undefined && more <= MORE_OVERLAPS; more += 1) {
      if (isDeepStrictEqual(await faultOutcome(world), wanted.outcome)) break;
      await until(last + more * OVERLAP_DAYS);
    }
    const { calls, reached } = driver.play;
    const violations = world.violations();
    return {
      outcome: await faultOutcome(world),
      days,
      seeded,
      early: watch.problems,
      unexpected: driver.unexpected,
      leaks: secretsIn<unknown>([...driver.events, ...driver.errors], world.secrets()).length,
      violations: violations.map(({ message, request }) => `${message} (${request?.method} ${request?.path})`),
      calls,
      reached: reached(),
      abandoned: driver.abandoned,
      settled,
      events: driver.events,
    };
  } finally {
    restore();
  }
}

/** What no client knows, and every one has to give back as it was: numbers that JavaScript would write otherwise, too. */
const UNKNOWN = '"x-site":{"floor":1.50,"serial":12345678901234567890,"notes":[null,"Ulm",{"ß":""}]}';

function addUnknownMembers(services: readonly ProvisioningService[]): void {
  for (const store of services.flatMap(({ enrollments }) => Object.values(enrollments))) {
    for (const { id, content, lastUpdated } of [...store.values()]) {
      const text = `${content.text.slice(0, -1)},${UNKNOWN}}`;
      store.put(id, { ...content, text: JSON.stringify(parseLossless(text)) }, new Date(lastUpdated));
    }
  }
}
