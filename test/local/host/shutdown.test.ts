import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { QueueServiceClient } from '@azure/storage-queue';
import { expect, it } from 'vitest';
import { startAzurite } from '../../../local/azurite.ts';
import { startHostProcess } from '../../../local/host/host-process.ts';
import { fixtureApp } from './fixture-app.ts';
import { LogReader } from './log-reader.ts';

it('runs the appTerminate hooks on SIGTERM, and lets a running message finish', async () => {
  const azurite = await startAzurite();
  try {
    const log = new LogReader();
    const env = { AzureWebJobsStorage: azurite.connectionString, PLAN_SCHEDULE: '0 0 0 1 1 *' };
    const host = await startHostProcess({ app: fixtureApp('jobs'), env, onLog: log.write });
    const queue = QueueServiceClient.fromConnectionString(azurite.connectionString).getQueueClient('jobs');
    await queue.sendMessage(Buffer.from('{"sleepMs":1500}').toString('base64'));
    await log.matching(1, ({ item }) => Object(item).sleepMs === 1500);
    await host.close();
    expect(log.reports().slice(-2)).toEqual([{ hook: 'appTerminate' }, { slept: 1500 }]);
    expect((await queue.getProperties()).approximateMessagesCount).toBe(0);
    await expect(fetch(host.url)).rejects.toThrow();
  } finally {
    await azurite.close();
  }
});

it('does not wait for an appTerminate hook that never ends', async () => {
  const log = new LogReader();
  const host = await startHostProcess({ app: fixtureApp('never-terminates'), env: {}, onLog: log.write });
  await host.close();
  expect(await host.ended).toBe('exit code 0');
  expect(log.records.at(-1)).toMatchObject({
    level: 'warning',
    message: expect.stringContaining('was not waited for'),
  });
});

it('tells that the host and Azurite have ended by themselves, and how', async () => {
  const azurite = await startAzurite();
  const host = await startHostProcess({ app: fixtureApp('never-terminates'), env: {} });
  process.kill(host.pid, 'SIGKILL');
  expect(await host.ended).toBe('SIGKILL');
  await azurite.close();
  expect(await azurite.ended).toBe('exit code 0');
});

it('leaves neither a process nor a folder when the parent is killed', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'killed-parent-'));
  try {
    const entry = fileURLToPath(new URL('../../fixtures/host-parent.ts', import.meta.url));
    const env = { PATH: process.env.PATH, TMPDIR: folder };
    const parent = spawn(process.execPath, [entry], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(createInterface({ input: parent.stdout }), 'line');
    const { host, azurite } = JSON.parse(line);
    for (const url of [host, azurite]) expect(await answers(url)).toBe(true);
    expect(await readdir(folder)).toHaveLength(1);
    parent.kill('SIGKILL');
    // Both are gone when their ports refuse; the test's own time limit ends a wait in vain.
    while ((await answers(host)) || (await answers(azurite))) await delay(100);
    while ((await readdir(folder)).length > 0) await delay(100);
  } finally {
    await rm(folder, { recursive: true });
  }
});

async function answers(url: string): Promise<boolean> {
  return await fetch(url).then(
    () => true,
    () => false,
  );
}
