import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { counted } from '../support/counts.ts';
import { CA_NAME, enrolled, naming, OLD } from '../support/moving.ts';
import { plantMany } from '../support/plant-many.ts';
import { type RunningApp, startRunningApp } from '../support/running-app.ts';

/** The quota is a service's, so 20,000 take 45 minutes: `MOVED=20000 FULL_COUNTS=1 npm test -- functions/moves`. */
const COUNT = Number(process.env.MOVED ?? counted(120, 1_300));
/** Half of it is left to move in; at the pace of 450 a minute that takes several messages, with either. */
const FUNCTION_TIMEOUT = counted(10, 60);
/** At a slower pace than that, and time to start. */
const TIMEOUT_MS = 90_000 + (COUNT / 300) * 60_000;
const MINUTE_MS = 60_000;
const OPERATIONS_A_MINUTE = 500;
/** Of Azure's service API, by guess; so that a page and a write take their time. */
const LATENCY_MS = 10;

let app: RunningApp;

beforeAll(async () => {
  const minutes = String(Math.floor(FUNCTION_TIMEOUT / 60)).padStart(2, '0');
  const seconds = String(FUNCTION_TIMEOUT % 60).padStart(2, '0');
  app = await startRunningApp({
    seed: enrolled([{ enrollmentGroups: [naming('line-1')] }]),
    settings: { AzureFunctionsJobHost__functionTimeout: `00:${minutes}:${seconds}` },
  });
  const dps = app.emulator.provisioningServices.get('dps-1');
  if (dps) plantMany(dps, COUNT, OLD);
  app.emulator.setLatency(LATENCY_MS);
}, TIMEOUT_MS);
afterAll(() => app?.close());

/** Longer than a test of anything else waits for the log. */
function settled(): Promise<void> {
  return vi.waitFor(
    () => {
      if (app.log.records.some(({ message }) => message.startsWith('{"event":"renewal_settled"'))) return;
      throw new Error(`Not settled yet: ${app.log.records.slice(-3).map(({ message }) => message)}`);
    },
    { timeout: TIMEOUT_MS, interval: 250 },
  );
}

/** Messages that a run began with, and how the runs ended. */
function runs() {
  const lines = app.log.records.map(({ message }) => message);
  return {
    begun: lines.filter((line) => line.startsWith('Executing renew (message ')).length,
    succeeded: lines.filter((line) => line.startsWith('Executed renew, succeeded')).length,
    failed: lines.filter((line) => line.startsWith('Executed renew, failed')),
    abandoned: lines.filter((line) => line.includes('Moving message to queue') || line.startsWith('Executing abandon')),
  };
}

/** The most writes of enrollments that any minute has seen. */
function mostInAMinute(times: readonly number[]): number {
  let first = 0;
  return times.reduce((most, at, index) => {
    while ((times[first] ?? at) <= at - MINUTE_MS) first += 1;
    return Math.max(most, index - first + 1);
  }, 0);
}

describe(`${COUNT} individual enrollments, and ${FUNCTION_TIMEOUT} seconds for each message`, () => {
  it('move over several messages, none lost, none ended by the host, and the quota kept', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const keyVault = app.emulator.description.keyVaults[0]?.url;
    await app.send({ vaultUrl: keyVault, name: CA_NAME });
    await settled();
    await app.queueEmpty();

    const { begun, succeeded, failed, abandoned } = runs();
    expect(begun).toBeGreaterThan(1);
    // On a machine that is busy with other things, looking at them all may take a message's whole time; it comes again.
    const inVain = failed.filter((line) => /No time (is|was) left/.test(line));
    expect(failed.filter((line) => !inVain.includes(line))).toEqual([]);
    expect({ succeeded, abandoned }).toEqual({ succeeded: begun - inVain.length, abandoned: [] });

    const [uploaded] = app.events('certificate_uploaded');
    const { group, individual } = app.emulator.provisioningServices.get('dps-1')?.enrollments ?? {};
    const texts = [...(group?.values() ?? []), ...(individual?.values() ?? [])].map(({ content }) => content.text);
    const wanted = `"caReferences":${JSON.stringify({ primary: uploaded?.entry, secondary: OLD })}`;
    expect(texts.filter((text) => text.includes(wanted))).toHaveLength(COUNT + 1);
    expect(texts).toHaveLength(COUNT + 1);

    const writes = app.emulator
      .requests()
      .filter(({ service, method, status }) => service === 'enrollments' && method === 'PUT' && status === 200);
    expect(new Set(writes.map(({ path }) => path)).size).toBe(COUNT + 1);
    expect(writes).toHaveLength(COUNT + 1);
    expect(mostInAMinute(writes.map(({ at }) => Date.parse(at)))).toBeLessThanOrEqual(OPERATIONS_A_MINUTE);
    expect(app.events('certificate_trusted')).toHaveLength(1);
    expect(app.emulator.violations()).toEqual([]);
    expect(app.leaks()).toEqual([]);
  });
});
