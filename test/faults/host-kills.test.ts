import { afterEach, describe, expect, it } from 'vitest';
import { counted } from '../support/counts.ts';
import { endState } from '../support/end-state.ts';
import { FAULT_CA, FAULT_SCENARIOS } from '../support/fault-scenarios.ts';
import { randomFrom } from '../support/interleave.ts';
import { type RunningApp, startRunningApp } from '../support/running-app.ts';

// The real host on real queues, ended by SIGKILL. Its clock is the machine's, so that nothing retires here.

/** Bounded: the way with the most calls. */
const SCENARIOS = ['new-key-root.ca-references.unused.1-dps', 'subordinate.ca-references.expired.2-dps']
  .concat('same-key-root.individual.expired.1-dps')
  .slice(0, counted(1, 3));
const KILLS = counted(1, 8);
/** Calls that a process is given, at most, before it is killed: a scan and the beginning of a renewal. */
const MOST_CALLS = 40;
const SEED = 1;
const LONG_MS = 300_000;

let app: RunningApp | undefined;
afterEach(() => app?.close());

/** Resolves once so many calls were carried out; whatever the process asks for from then on gets nowhere. */
function callsCarriedOut({ emulator }: RunningApp, count: number): Promise<void> {
  const reached = Promise.withResolvers<void>();
  let calls = 0;
  emulator.interfere(({ service }) => {
    if (service === 'identity') return undefined;
    calls += 1;
    if (calls < count) return undefined;
    reached.resolve();
    return { drop: calls === count ? 'after' : 'before' };
  });
  return reached.promise;
}

describe.each(SCENARIOS)('%s', (name) => {
  it(`is renewed once, however its host is killed: ${KILLS} times`, { timeout: LONG_MS }, async () => {
    const seed = FAULT_SCENARIOS.find((scenario) => scenario.name === name)?.seed;
    if (seed === undefined) throw new Error(`There is no scenario '${name}'`);
    const running = await startRunningApp({ seed });
    app = running;
    const random = randomFrom(SEED);
    for (let kill = 0; kill < KILLS; kill += 1) {
      const carriedOut = callsCarriedOut(running, 1 + Math.floor(random() * MOST_CALLS));
      await running.host().trigger('scan');
      // A life that is nearly over may have fewer calls left: then the host is killed at rest.
      await Promise.race([carriedOut, running.log.until('a scan without work', () => idleScan(running))]);
      await running.stop('SIGKILL');
      running.emulator.clearFaults();
      await running.start();
    }
    for (let scans = 0; scans < 5 && (await running.scan()).renewing.length > 0; scans += 1) {
      await running.log.until('the end of a renewal', () => running.events('renewal_settled').at(scans));
    }
    const { vaults, services } = endState(running.emulator);
    const enabled = vaults[`${FAULT_CA.vault}/${FAULT_CA.name}`]?.filter((version) => version.enabled) ?? [];
    expect(enabled).toHaveLength(2);
    for (const entries of Object.values(services)) {
      const own = entries.filter(({ thumbprint }) => enabled.some((version) => version.thumbprint === thumbprint));
      expect(own.map(({ isVerified }) => isVerified)).toEqual([true, true]);
    }
    expect(running.emulator.violations()).toEqual([]);
    expect(running.leaks()).toEqual([]);
  });
});

/** A scan of any host so far that found nothing to do. */
function idleScan({ events }: RunningApp): true | undefined {
  return events('scan_completed').some(({ renewing }) => renewing.length === 0) ? true : undefined;
}
