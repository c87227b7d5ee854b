import type { Bench } from './bench.ts';
import { fleetOf } from './fleet-of.ts';
import { queueSettings } from './many-cas.ts';
import { startRig } from './rig.ts';

const LATENCY_MS = 50;
const RENEWALS_PER_HOST = 6;

/** Whether more hosts on one queue do more: nothing of the app's own stands between them. */
export const hosts: Bench = {
  name: 'hosts',
  floor: 'one host that takes one message at a time: what is waited for is the latency of calls, not a processor',
  planted: 'no host joins the first',
  async run({ planted, progress }) {
    const counts = [1, 2, 4];
    const all = counts.reduce((sum, count) => sum + count * RENEWALS_PER_HOST, 0);
    const most = Math.max(...counts);
    const services = 10;
    const rig = await startRig(fleetOf({ cas: all + most * 2, services, groupsPerCa: 1 }));
    try {
      const settings = queueSettings({ batchSize: '1', newBatchThreshold: '0' });
      let started = 0;
      let next = 0;
      const renew = async (count: number) => {
        const ended = rig.settled(count);
        await rig.ask(Array.from({ length: count }, (_, index) => next + index));
        next += count;
        await ended;
      };
      const perSecond: number[] = [];
      for (const count of counts) {
        while (started < (planted ? 1 : count)) {
          await rig.startHost(settings);
          started += 1;
        }
        rig.emulator.setLatency(0);
        // Makes the clients of the hosts that are new.
        await renew(count === 1 ? 1 : count);
        rig.emulator.setLatency(LATENCY_MS);
        const began = performance.now();
        await renew(count * RENEWALS_PER_HOST);
        perSecond.push((count * RENEWALS_PER_HOST * 1000) / (performance.now() - began));
        progress(`${count} hosts: ${perSecond.at(-1)?.toFixed(2)} renewals a second`);
      }
      const [one = Number.NaN, two = Number.NaN, four = Number.NaN] = perSecond;
      const detail = `${[one, two, four].map((each) => each.toFixed(2)).join(', ')} renewals a second with 1, 2, 4`;
      return [
        { name: 'renewals a second of 2 hosts ÷ those of 1', value: two / one, reach: { atLeast: 1.7 }, detail },
        { name: 'renewals a second of 4 hosts ÷ those of 1', value: four / one, reach: { atLeast: 3 }, detail },
      ];
    } finally {
      await rig.close();
    }
  },
};
