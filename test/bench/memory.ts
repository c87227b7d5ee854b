import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { createTemporaryDirectory } from '../../local/temporary-directory.ts';
import { groupBody } from '../support/webhook-bodies.ts';
import type { Bench, Measured } from './bench.ts';
import { fleetOf } from './fleet-of.ts';
import { queueSettings, startRig } from './rig.ts';

const FIRST_CALLS = 100;
const CALLS = 10_000;
const RENEWALS = 100;
const AT_ONCE = 32;
/** Kept for each request that the host gets. */
const PLANTED_BYTES = 2_000;

/** Whether a host that lives long keeps what it has done with. */
export const memory: Bench = {
  name: 'memory',
  floor: 'the same process after its first hundred calls and its first renewal, when all that loads late is loaded',
  planted: `${PLANTED_BYTES} octets of every request are kept`,
  async run({ planted, progress }) {
    const rig = await startRig(fleetOf({ cas: RENEWALS + 1, services: 10, groupsPerCa: 1 }));
    const directory = createTemporaryDirectory('bench-memory-');
    try {
      const [preload, report] = [join(directory.path, 'preload.mjs'), join(directory.path, 'memory.json')];
      writeFileSync(preload, `${reportMemoryTo(report)}${planted ? LEAK : ''}`);
      // One after the other: connections that many at once have opened stay open for two minutes, which is no leak.
      const oneByOne = queueSettings({ batchSize: '1', newBatchThreshold: '0' });
      const host = await rig.startHost({ ...oneByOne, NODE_OPTIONS: `--import=${preload}` });
      const memoryOfHost = () => memoryOf(host.pid, report);
      const url = host.functions.find(({ name }) => name === 'allocate')?.url ?? '';
      await callWebhook(url, FIRST_CALLS);
      await rig.ask([RENEWALS]);
      await rig.settled(1);
      const before = await memoryOfHost();
      progress(`${CALLS} calls of the webhook`);
      await callWebhook(url, CALLS);
      progress(`${RENEWALS} renewals`);
      const ended = rig.settled(RENEWALS);
      await rig.ask(Array.from({ length: RENEWALS }, (_, index) => index));
      await ended;
      const after = await memoryOfHost();
      const mb = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
      const figure = (what: string, used: (memory: Memory) => number): Measured => ({
        name: `${what} after ${CALLS} webhook calls and ${RENEWALS} renewals ÷ after the first`,
        value: used(after) / used(before),
        reach: { atMost: 1.05 },
        detail: `${mb(used(after))} ÷ ${mb(used(before))}; resident ${mb(after.resident)} and ${mb(before.resident)}`,
      });
      return [
        figure('memory in use', ({ used }) => used),
        // What runs often is compiled, once: that grows with what the program can do, and not with what it has done.
        figure('of it, all but compiled code', ({ used, code }) => used - code),
      ];
    } finally {
      directory.remove();
      await rig.close();
    }
  },
};

interface Memory {
  /** Octets of the heap and of buffers, once the garbage is gone. */
  readonly used: number;
  /** Of these, what V8 has compiled the program to. */
  readonly code: number;
  readonly resident: number;
}

/** Code that makes a process write down its memory when it is sent SIGUSR2. */
function reportMemoryTo(file: string): string {
  return `
import { renameSync, writeFileSync } from 'node:fs';
import { getHeapCodeStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc');
process.on('SIGUSR2', () => {
  for (let round = 0; round < 3; round += 1) gc();
  const { heapUsed, external, rss } = process.memoryUsage();
  const { code_and_metadata_size, bytecode_and_metadata_size } = getHeapCodeStatistics();
  const code = code_and_metadata_size + bytecode_and_metadata_size;
  writeFileSync(${JSON.stringify(`${file}.new`)}, JSON.stringify({ used: heapUsed + external, code, resident: rss }));
  renameSync(${JSON.stringify(`${file}.new`)}, ${JSON.stringify(file)});
});
`;
}

async function memoryOf(pid: number, file: string): Promise<Memory> {
  rmSync(file, { force: true });
  process.kill(pid, 'SIGUSR2');
  while (!existsSync(file)) await setTimeout(20);
  return JSON.parse(readFileSync(file, 'utf8'));
}

const LEAK = `
import { subscribe } from 'node:diagnostics_channel';
globalThis.planted = [];
subscribe('http.server.request.start', () => globalThis.planted.push(new Array(${PLANTED_BYTES / 8}).fill(0.5)));
`;

async function callWebhook(url: string, calls: number): Promise<void> {
  let next = 0;
  async function work(): Promise<void> {
    for (; next < calls; ) {
      next += 1;
      const body = JSON.stringify(groupBody({ registrationId: `device-${next % 1000}` }));
      const { status } = await fetch(url, { method: 'POST', body }).then(async (response) => {
        await response.arrayBuffer();
        return response;
      });
      if (status !== 200) throw new Error(`Cannot measure: the webhook answered ${status}`);
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}
