import { afterEach, describe, expect, it } from 'vitest';
import type { Slot } from '../../local/emulator/enrollments/enrollment-store.ts';
import { counted } from '../support/counts.ts';
import { endState } from '../support/end-state.ts';
import { othersOf } from '../support/fault-outcome.ts';
import { FAULT_CA, FAULT_SCENARIOS } from '../support/fault-scenarios.ts';
import { randomFrom } from '../support/interleave.ts';
import { type RunningApp, startRunningApp } from '../support/running-app.ts';
import { sayViolations } from '../support/say-violations.ts';

// The real host on real queues, ended by SIGKILL. Its clock is the machine's, so that nothing retires here.

/** Bounded: the way with the most calls. */
const SCENARIOS = ['new-key-root.ca-references.unused.1-dps', 'subordinate.ca-references.expired.2-dps']
  .concat('same-key-root.individual.expired.1-dps')
  .slice(0, counted(1, 3));
const KILLS = counted(1, 8);
/** So many of them, at least, come before the renewal has settled: then there is nothing left to kill. */
const LEAST_KILLS = counted(1, 3);
/** Calls that a process is given, at most, before it is killed: a scan and the beginning of a renewal. */
const MOST_CALLS = 40;
const SEED = 1;
const LONG_MS = 300_000;

let app: RunningApp | undefined;
afterEach(async () => {
  sayViolations('killed after a call', app?.emulator);
  await app?.close();
});

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
  it(`is renewed once, however its host is killed: up to ${KILLS} times`, { timeout: LONG_MS }, async () => {
    const seed = FAULT_SCENARIOS.find((scenario) => scenario.name === name)?.seed;
    if (seed === undefined) throw new Error(`There is no scenario '${name}'`);
    const running = await startRunningApp({ seed });
    app = running;
    const before = enrollmentsOf(running).map(({ others }) => others);
    const random = randomFrom(SEED);
    // Kills that came before the renewal had settled.
    let met = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      const carriedOut = callsCarriedOut(running, 1 + Math.floor(random() * MOST_CALLS));
      const rests = restsOf(running);
      await running.host().trigger('scan');
      const isOver = await Promise.race([
        carriedOut.then(() => false),
        running.log.until('a scan without work', () => (restsOf(running) > rests ? true : undefined)),
      ]);
      // A life may have fewer calls left; a host that is killed at rest loses nothing.
      if (isOver) break;
      met += 1;
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
    // Otherwise there was nothing to withstand.
    expect(met).toBeGreaterThanOrEqual(LEAST_KILLS);
    const [old, renewed] = enabled.map(({ thumbprint }) => thumbprint);
    expect(enrollmentsOf(running)).toEqual(before.map((others) => ({ others, primary: renewed, secondary: old })));
    expect(running.emulator.violations()).toEqual([]);
    expect(running.events('renewal_refused')).toEqual([]);
    expect(running.leaks()).toEqual([]);
  });
});

/** How many scans of all hosts so far found nothing to do, and how many renewals left nothing to do. */
function restsOf({ events }: RunningApp): number {
  const idle = events('scan_completed').filter(({ renewing }) => renewing.length === 0);
  return idle.length + events('renewal_settled').length;
}

/** What every enrollment holds: in its slots, by thumbprint, and beside its certificates. */
function enrollmentsOf({ emulator }: RunningApp) {
  return emulator.provisioningServices.list().flatMap(({ certificates, enrollments }) =>
    Object.values(enrollments).flatMap((store) =>
      [...store.values()].map((enrollment) => {
        const held = (slot: Slot) => {
          const reference = enrollment.content.references.find((each) => each.slot === slot);
          if (reference === undefined) return undefined;
          if ('certificate' in reference) return reference.certificate.sha1Thumbprint;
          return certificates.get(reference.entry)?.certificate.fingerprint.replaceAll(':', '');
        };
        return { others: othersOf(enrollment), primary: held('primary'), secondary: held('secondary') };
      }),
    ),
  );
}
