import { afterEach, expect, it, vi } from 'vitest';
import { accepted } from '../support/accepted-calls.ts';
import { manyCas } from '../support/many-cas.ts';
import { notRenewedOnce } from '../support/not-renewed-once.ts';
import { queuesEmpty } from '../support/queues-empty.ts';
import { type RunningApp, startRunningApp } from '../support/running-app.ts';
import { sayViolations } from '../support/say-violations.ts';

// A host that is told to end (scale-in, restart, deployment) has five seconds. A renewal ends the step that it is at and
// gives its message back; a call that hangs is cut off, and is to the services as if the process had been killed.

let app: RunningApp | undefined;
afterEach(async () => {
  sayViolations('shutdown', app?.emulator);
  await app?.close();
});

const UNFINISHED = /^Stopped with \d+ of what was running unfinished after 5000 ms\.$/;

/** The names of the custom events that Application Insights has got. */
function eventsSent({ telemetry }: RunningApp['emulator']): readonly unknown[] {
  const sent = telemetry.envelopes() as unknown as readonly { data: { baseData: { name?: string } } }[];
  return sent.map(({ data }) => data.baseData.name);
}

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

/** Longer than a busy machine takes to tell the host of its end, and shorter than what the host gives by then. */
const SLOW_MS = 3000;

it('ends the step of a renewal that is under way when SIGTERM comes, and begins no other; the next host goes on', async () => {
  const { running, emulator, cas, calls, warnings } = await startDueApp();
  // What the step `request` reads once it has created its request.
  emulator.setFaults([
    { service: 'keyVault', method: 'GET', path: '/pending$', skip: 1, effect: { delayMs: SLOW_MS } },
  ]);
  await running.scan();
  await vi.waitFor(() => expect(calls().create).toBe(1), { timeout: 20_000, interval: 5 });
  const { ended } = running.host();
  const before = emulator.requests().length;
  await running.stop();
  expect(await ended).toBe('exit code 0');
  expect(warnings()).toBe(0);
  const after = accepted(emulator.requests().slice(before));
  expect(after.length).toBeGreaterThan(0);
  expect(after.filter(({ method }) => method !== 'GET')).toEqual([]);
  expect(calls()).toEqual({ create: 1, sign: 0, merge: 0 });
  expect(running.events('renewal_settled')).toEqual([]);

  emulator.clearFaults();
  await running.start();
  await queuesEmpty(running.storage);
  expect(await notRenewedOnce(emulator, cas)).toEqual([]);
  expect(calls()).toEqual({ create: 1, sign: 1, merge: 1 });
  expect(running.events('renewal_settled')).toHaveLength(1);
  expect(emulator.violations()).toEqual([]);
});

it('cuts off a renewal whose call hangs, and the next host ends it: signed again, and merged once', async () => {
  const { running, emulator, cas, calls, warnings } = await startDueApp();
  await running.stop();
  await running.start({
    APPLICATIONINSIGHTS_CONNECTION_STRING: emulator.description.applicationInsights.connectionString,
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'Authorization=AAD',
  });
  // Held until long after the test: what is asked for is never done.
  emulator.setFaults([{ service: 'keyVault', path: '/pending/merge$', effect: { delayMs: 3_600_000 } }]);
  await running.scan();
  await vi.waitFor(() => expect(calls().sign).toBe(1), { timeout: 20_000, interval: 5 });
  const { ended } = running.host();
  await running.stop();
  expect(await ended).toBe('exit code 0');
  expect(warnings()).toBe(1);
  expect(running.events('renewal_settled')).toEqual([]);
  // Its invocation has not ended, and what it had said by then is there all the same.
  expect(eventsSent(emulator)).toContain('certificate_requested');
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
