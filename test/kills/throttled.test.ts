import { afterEach, expect, it } from 'vitest';
import { counted } from '../support/counts.ts';
import { manyCas } from '../support/many-cas.ts';
import { notRenewedOnce } from '../support/not-renewed-once.ts';
import { queuesEmpty } from '../support/queues-empty.ts';
import { type RunningApp, startRunningApp } from '../support/running-app.ts';
import { sayViolations } from '../support/say-violations.ts';

// Azure's token buckets for the resource manager, made small: what a fleet asks for at once does not fit in, and they
// fill more slowly than it would ask. Of writes the answers tell how many are left, and one host alone is never refused.
// Of reads they tell nothing: whoever is refused and comes back too early is refused again; requests that are refused
// must stay few, or there are more of them the more CAs there are.

const CAS = counted(8, 25);
const HOSTS = counted(1, 3);
/** In full a tenth of Azure's. Bounded it is writes alone that are few, which fill faster, since somebody waits. */
const BUCKETS = {
  reads: { capacity: counted(250, 25), perSecond: counted(25, 2.5) },
  writes: { capacity: counted(12, 20), perSecond: counted(6, 1) },
  deletes: { capacity: 20, perSecond: 1 },
};
const MOST_REQUESTS_PER_SUCCESS = 1.2;

let app: RunningApp | undefined;
afterEach(async () => {
  sayViolations('throttled', app?.emulator);
  await app?.close();
});

it(`${CAS} CAs are renewed once under a throttled resource manager, hosts: ${HOSTS}, with fewer than ${MOST_REQUESTS_PER_SUCCESS} requests per success`, {
  timeout: 900_000,
}, async () => {
  const { seed, cas } = manyCas(CAS);
  const settings = { AzureFunctionsJobHost__extensions__queues__visibilityTimeout: '00:00:05' };
  const running = await startRunningApp({ seed, settings });
  app = running;
  for (let host = 1; host < HOSTS; host += 1) await running.startBeside();
  const { emulator, log } = running;
  emulator.setThrottle(BUCKETS);
  const begun = performance.now();
  await running.host().trigger('scan');
  await log.until('a scan', () => running.events('scan_completed')[0]);
  await queuesEmpty(running.storage);

  const answered = emulator.requests().filter(({ service }) => service === 'resourceManager');
  const refused = answered.filter(({ status }) => status === 429).length;
  const requestsPerSuccess = answered.length / answered.filter(({ status }) => status < 300).length;
  const ended = log.records.flatMap(({ message }) => /^Executed renew, (\w+)/.exec(message)?.[1] ?? []);
  const failed = ended.filter((end) => end === 'failed').length;
  const figures = { cas: CAS, hosts: HOSTS, requests: answered.length, refused, requestsPerSuccess, failed };
  console.log(JSON.stringify({ ...figures, ms: Math.round(performance.now() - begun) }));

  expect(await notRenewedOnce(emulator, cas)).toEqual([]);
  expect(emulator.violations()).toEqual([]);
  expect(requestsPerSuccess).toBeLessThan(MOST_REQUESTS_PER_SUCCESS);
  expect(running.events('renewal_abandoned')).toEqual([]);
  // Otherwise there was nothing to withstand.
  expect(answered.filter(({ method }) => method !== 'GET').length).toBeGreaterThan(BUCKETS.writes.capacity);
  if (HOSTS === 1) expect(refused).toBe(0);
  else expect(refused).toBeGreaterThan(0);
});
