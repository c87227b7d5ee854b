import { countCalls } from '../../local/demo/count-calls.ts';
import type { Bench } from './bench.ts';
import { fleetOf } from './fleet-of.ts';
import { queueSettings, startRig } from './rig.ts';
import { median } from './statistics.ts';

const LATENCY_MS = 50;
const AT_ONCE = 500;
/** 12 CAs in each DPS: with their new generations that is all that the 25 places of a DPS hold. */
const SERVICES = 43;
const ONE_BY_ONE = 6;
/** One at a time, 500 would take ten minutes. */
const PLANTED = 60;
/** As cert-manager reports for issuing 500 certificates. */
const CERT_MANAGER = { certificates: 500, seconds: 417 };

/** What one host does in a given time where many CAs are due at once. */
export const manyCas: Bench = {
  name: 'many-cas',
  floor: 'the same renewals one after the other; and what cert-manager reports: 500 certificates in 417 seconds',
  planted: 'the host takes one message at a time',
  async run({ planted, progress }) {
    const rig = await startRig(fleetOf({ cas: AT_ONCE + ONE_BY_ONE + 1, services: SERVICES, groupsPerCa: 2 }));
    try {
      await rig.learn();
      const atOnce = planted
        ? { batchSize: '1', newBatchThreshold: '0' }
        : { batchSize: '32', newBatchThreshold: '64' };
      // A queue that is full is never waited for; looking at the empty ones all the time would be a part of every figure.
      await rig.startHost(queueSettings({ ...atOnce, maxPollingInterval: '00:00:01' }));
      // The first one makes clients and connections.
      await rig.ask([AT_ONCE]);
      await rig.settled(1);
      rig.emulator.setLatency(LATENCY_MS);
      const single: number[] = [];
      const renewOne = async (ca: number) => {
        await rig.ask([ca]);
        const [settled] = await rig.settled(1);
        single.push(settled?.durationMs ?? Number.NaN);
      };
      // Half of them before and half of them after, so that what the machine does else befalls both.
      const alone = Array.from({ length: ONE_BY_ONE }, (_, index) => AT_ONCE + 1 + index);
      for (const ca of alone.slice(0, ONE_BY_ONE / 2)) await renewOne(ca);
      const count = planted ? PLANTED : AT_ONCE;
      progress(`${count} CAs at once`);
      rig.emulator.clearRequests();
      const began = performance.now();
      const ended = rig.settled(count);
      await rig.ask(Array.from({ length: count }, (_, index) => index));
      await ended;
      const each = (performance.now() - began) / count;
      const { total, resourceManager, enrollments } = countCalls(rig.emulator.requests());
      for (const ca of alone.slice(ONE_BY_ONE / 2)) await renewOne(ca);
      const calls = `${(total / count).toFixed(0)} calls each (ARM ${(resourceManager / count).toFixed(0)}, enrollments ${(enrollments / count).toFixed(0)})`;
      return [
        {
          name: `renewals at 50 ms a call, ${SERVICES} DPS, one host ÷ one after the other`,
          value: median(single) / each,
          reach: { atLeast: 10 },
          detail: `${median(single).toFixed(0)} ms alone, ${each.toFixed(0)} ms each at once; ${calls}`,
        },
        {
          name: 'renewals a second, the same ÷ those of cert-manager',
          value: (CERT_MANAGER.seconds * 1000) / CERT_MANAGER.certificates / each,
          reach: { atLeast: 10 },
          detail: `${(1000 / each).toFixed(1)} a second ÷ 500 in 417 s`,
        },
      ];
    } finally {
      await rig.close();
    }
  },
};
