import { afterEach, expect, it } from 'vitest';
import type { LogReader } from '../local/host/log-reader.ts';
import { counted } from '../support/counts.ts';
import { randomFrom } from '../support/interleave.ts';
import { manyCas } from '../support/many-cas.ts';
import { notRenewedOnce } from '../support/not-renewed-once.ts';
import { queuesEmpty } from '../support/queues-empty.ts';
import { type RunningApp, startRunningApp } from '../support/running-app.ts';
import { sayViolations } from '../support/say-violations.ts';
import { shuffled } from '../support/shuffled.ts';

// Queue storage promises to deliver at least once, and Azure runs as many hosts as it sees fit.

const CAS = counted(4, 25);
const DELIVERIES = 3;
const SEED = 3;

let app: RunningApp | undefined;
afterEach(async () => {
  sayViolations('three hosts', app?.emulator);
  await app?.close();
});

it(`three hosts renew ${CAS} CAs once each, though every message comes ${DELIVERIES} times and in any order`, {
  timeout: 600_000,
}, async () => {
  const { seed, cas } = manyCas(CAS);
  const running = await startRunningApp({
    seed,
    // No host can take all messages by itself before the others have looked.
    settings: {
      AzureFunctionsJobHost__extensions__queues__batchSize: '4',
      AzureFunctionsJobHost__extensions__queues__newBatchThreshold: '2',
      AzureFunctionsJobHost__extensions__queues__visibilityTimeout: '00:00:01',
    },
  });
  app = running;
  const { emulator, log } = running;
  await running.stop();
  const urls = new Map(emulator.description.keyVaults.map(({ name, url }) => [name, url]));
  const copies = cas.flatMap((ca) => Array.from({ length: DELIVERIES }, () => ca));
  for (const { vault, name } of shuffled(copies, randomFrom(SEED))) {
    await running.send({ vaultUrl: urls.get(vault), name });
  }
  const begun = Date.now();
  const [, second, third] = await Promise.all([running.start(), running.startBeside(), running.startBeside()]);
  await queuesEmpty(running.storage);

  const runs = [log, second, third].map(runsOf);
  const ended = log.records.flatMap(({ message }) => /^Executed renew, (\w+)/.exec(message)?.[1] ?? []);
  const failed = ended.filter((end) => end === 'failed').length;
  console.log(JSON.stringify({ cas: CAS, runs, failed, ms: Date.now() - begun, requests: emulator.requests().length }));

  expect(await notRenewedOnce(emulator, cas)).toEqual([]);
  expect(emulator.violations()).toEqual([]);
  expect(running.events('renewal_refused')).toEqual([]);
  expect(running.events('renewal_abandoned')).toEqual([]);
  // All three had a hand in it: otherwise there was nothing to withstand.
  expect(Math.min(...runs)).toBeGreaterThan(0);
  expect(await running.scan()).toMatchObject({ renewing: [], refused: 0, failures: [] });
  expect(running.leaks()).toEqual([]);
});

/** The first host's log holds everybody's. */
function runsOf({ records }: LogReader): number {
  return records.filter(({ message }) => message.startsWith('Executing renew ')).length;
}
