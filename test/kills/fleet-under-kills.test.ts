import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { openWebhookAddress, type WebhookAddress } from '../../local/webhook-address.ts';
import { counted } from '../support/counts.ts';
import { type DeviceTraffic, startDeviceTraffic } from '../support/device-traffic.ts';
import { randomFrom } from '../support/interleave.ts';
import { manyCas } from '../support/many-cas.ts';
import { notRenewedOnce } from '../support/not-renewed-once.ts';
import { queuesEmpty } from '../support/queues-empty.ts';
import { type RunningApp, startRunningApp } from '../support/running-app.ts';
import { sayViolations } from '../support/say-violations.ts';
import { trustedNames } from '../support/trusted-names.ts';

// The host is ended by SIGKILL while it renews a fleet and answers for its devices. What the process asked for and did
// not hear the end of is done or not, its messages come back when their time is over, and DPS calls a webhook that is
// not there. DPS documents ten retries of the webhook from status 429 upwards, which take nearly seven minutes; what it
// does where nothing listens is not documented. So an https address stands before the host, as Azure's front end before
// a function app, and answers 502 while the host is away. All registrations must end well: whatever DPS answers a
// device that has a certificate of a CA that it may have, including that the webhook was away for too long, is ours.

const KILLS = counted(2, 30);
const CAS = counted(6, 25);
/** How late every answer of Azure is, in milliseconds: a kill is to find renewals on their way, and not between two. */
const LATENCY_MS = counted(400, 500);
const SEED = 7;

let app: RunningApp | undefined;
let webhook: WebhookAddress | undefined;
let devices: DeviceTraffic | undefined;
afterEach(async () => {
  await devices?.stop();
  sayViolations('kills', app?.emulator);
  await app?.close();
  await webhook?.close();
});

it(`${CAS} CAs are renewed once, and every device comes in, though the host is killed ${KILLS} times`, {
  timeout: 600_000,
}, async () => {
  const random = randomFrom(SEED);
  const address = await openWebhookAddress('/api/allocate', 'function-key-of-this-test', new Date());
  webhook = address;
  const { seed, cas } = manyCas(CAS, address.url);
  const running = await startRunningApp({
    seed,
    settings: {
      ALLOCATION_WEBHOOK_URL: address.url,
      LOCAL_HOST_FUNCTION_KEY: address.key,
      LOCAL_HOST_PROCESSING_TIMEOUT: '00:00:03',
    },
  });
  app = running;
  const { emulator, log } = running;
  // Seven minutes of patience become forty seconds, and a host is away for a few.
  emulator.setClockFactor(10);
  emulator.setLatency(LATENCY_MS);
  address.forwardTo(running.host().url);
  const trusted = trustedNames(log);
  const traffic = startDeviceTraffic({ emulator, cas, trusted, random, atOnce: 4 });
  devices = traffic;

  await running.scan();
  const calls = () =>
    emulator.requests().filter(({ service }) => service !== 'identity' && service !== 'devices').length;
  let idle = 0;
  let awayMs = 2_000;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const before = calls();
    // Longer than it is away: a registration that meets no host eleven times in a row tells nothing of the app.
    await delay(awayMs * (1 + 2 * random()));
    const wasIdle = calls() === before;
    const killed = performance.now();
    await running.stop('SIGKILL');
    await running.start();
    awayMs = performance.now() - killed;
    address.forwardTo(running.host().url);
    if (!wasIdle) continue;
    idle += 1;
    // All five deliveries of a message may have met a kill; then the next scan brings its CA again.
    await running.host().trigger('scan');
  }
  const restarted = Date.now();
  do {
    await queuesEmpty(running.storage);
  } while ((await running.scan()).renewing.length > 0);
  await traffic.stop();

  const deliveries = log.records.filter(({ message }) => /^Executing renew .*dequeue count [2-9]/.test(message));
  const abandoned = running.events('renewal_abandoned').length;
  const figures = {
    kills: KILLS,
    idle,
    cameBack: deliveries.length,
    abandoned,
    settledAfterMs: Date.now() - restarted,
  };
  console.log(JSON.stringify({ ...figures, registrations: Object.fromEntries(traffic.outcomes) }));

  expect(await notRenewedOnce(emulator, cas)).toEqual([]);
  expect(emulator.violations()).toEqual([]);
  expect([...traffic.outcomes.keys()].filter((outcome) => !outcome.endsWith(' assigned'))).toEqual([]);
  expect(traffic.outcomes.get('old assigned')).toBeGreaterThan(0);
  // Services that issue device certificates wait for this event.
  expect([...trusted()].sort()).toEqual(cas.map(({ name }) => name));
  expect(running.events('renewal_refused')).toEqual([]);
  // Otherwise there was nothing to withstand.
  expect(idle).toBeLessThan(counted(KILLS, KILLS / 2));
  expect(deliveries.length).toBeGreaterThan(0);
  expect(running.leaks()).toEqual([]);
});
