import { afterEach, expect, it, vi } from 'vitest';
import { accepted } from '../support/accepted-calls.ts';
import { manyCas } from '../support/many-cas.ts';
import { notRenewedOnce } from '../support/not-renewed-once.ts';
import { queuesEmpty } from '../support/queues-empty.ts';
import { type RunningApp, startRunningApp } from '../support/running-app.ts';

// A host that is told to end (scale-in, restart, deployment) has five seconds. What can end by then does; what cannot
// is cut off, and is to the services as if the process had been killed.

let app: RunningApp | undefined;
afterEach(() => app?.close());

const UNFINISHED = /^Stopped with \d+ of what was running unfinished after 5000 ms\.$/;

async function startDueApp() {
  const { seed, cas } = manyCas(1);
  const running = await startRunningApp({ seed, settings: { LOCAL_HOST_PROCESSING_TIMEOUT: '00:00:03' } });
  app = running;
  const { emulator } = running;
  /** How often a call was carried out. */
  const done = (path: RegExp) =>
    accepted(emulator.requests()).filter((call) => call.method === 'POST' && call.status < 300 && path.test(call.path))
      .length;
  const calls = () => ({ create: done(/\/create$/), sign: done(/fleet-root.*\/sign$/), merge: done(/\/merge$/) });
  const warnings = () => running.log.records.filter(({ message }) => UNFINISHED.test(message)).length;
  return { running, emulator, cas, calls, warnings };
}

it('ends a renewal that is under way when SIGTERM comes, and takes no other', async () => {
  const { running, emulator, cas, calls, warnings } = await startDueApp();
  await running.scan();
  await vi.waitFor(() => expect(calls().create).toBe(1), { timeout: 20_000, interval: 5 });
  const { ended } = running.host();
  await running.stop();
  expect(await ended).toBe('exit code 0');
  expect(warnings()).toBe(0);
  expect(running.events('renewal_settled')).toHaveLength(1);
  await queuesEmpty(running.storage);
  expect(await notRenewedOnce(emulator, cas)).toEqual([]);
  expect(calls()).toEqual({ create: 1, sign: 1, merge: 1 });
});

it('cuts off a renewal whose call hangs, and the next host ends it: signed again, and merged once', async () => {
  const { running, emulator, cas, calls, warnings } = await startDueApp();
  // Held until long after the test: what is asked for is never done.
  emulator.setFaults([{ service: 'keyVault', path: '/pending/merge$', effect: { delayMs: 3_600_000 } }]);
  await running.scan();
  await vi.waitFor(() => expect(calls().sign).toBe(1), { timeout: 20_000, interval: 5 });
  const { ended } = running.host();
  await running.stop();
  expect(await ended).toBe('exit code 0');
  expect(warnings()).toBe(1);
  expect(running.events('renewal_settled')).toEqual([]);
  expect(calls()).toEqual({ create: 1, sign: 1, merge: 0 });

  emulator.clearFaults();
  await running.start();
  await queuesEmpty(running.storage);
  expect(await notRenewedOnce(emulator, cas)).toEqual([]);
  expect(calls()).toEqual({ create: 1, sign: 2, merge: 1 });
  expect(running.log.records.map(({ message }) => message)).toContainEqual(
    expect.stringMatching(/^Executing renew .*dequeue count 2\)$/),
  );
  expect(emulator.violations()).toEqual([]);
});
