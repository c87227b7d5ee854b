import { AZURE_BUCKETS } from '../../local/emulator/resource-manager/throttle.ts';
import type { Bench } from './bench.ts';
import { fleetOf } from './fleet-of.ts';
import { queueSettings, startRig } from './rig.ts';

const LATENCY_MS = 50;
const RENEWALS_PER_HOST = 6;
/** Three writes each: more than Azure's bucket of 200 holds. */
const UNDER_LIMITS = 100;
/** Azure's for what its answers tell how many more there may be; of reads they tell nothing, and none is refused here. */
const LIMITS = { ...AZURE_BUCKETS, reads: { capacity: 1_000_000, perSecond: 1_000_000 } };
/** Writes come back so slowly that nobody can spare them. */
const PLANTED_LIMITS = { ...LIMITS, writes: { capacity: 10, perSecond: 0.5 } };

/** Whether more hosts on one queue do more: nothing of the app's own stands between them. */
export const hosts: Bench = {
  name: 'hosts',
  floor: 'one host that takes one message at a time: what is waited for is the latency of calls, not a processor',
  planted: 'no host joins the first, and the limits of the resource manager are far below Azure’s',
  async run({ planted, progress }) {
    const counts = [1, 2, 4];
    const all = counts.reduce((sum, count) => sum + count * RENEWALS_PER_HOST, 0);
    const most = Math.max(...counts);
    const services = 15;
    const rig = await startRig(fleetOf({ cas: all + most * 2 + UNDER_LIMITS, services, groupsPerCa: 1 }));
    try {
      await rig.learn();
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
      progress(`${UNDER_LIMITS} renewals within the limits of the resource manager`);
      rig.emulator.setThrottle(planted ? PLANTED_LIMITS : LIMITS);
      rig.emulator.clearRequests();
      await renew(planted ? UNDER_LIMITS / 10 : UNDER_LIMITS);
      const asked = rig.emulator.requests().filter(({ service }) => service === 'resourceManager');
      const writes = asked.filter(({ method }) => method !== 'GET').length;
      const refused = asked.filter(({ status }) => status === 429).length;
      const [one = Number.NaN, two = Number.NaN, four = Number.NaN] = perSecond;
      const detail = `${[one, two, four].map((each) => each.toFixed(2)).join(', ')} renewals a second with 1, 2, 4`;
      return [
        { name: 'renewals a second of 2 hosts ÷ those of 1', value: two / one, reach: { atLeast: 1.7 }, detail },
        { name: 'renewals a second of 4 hosts ÷ those of 1', value: four / one, reach: { atLeast: 3 }, detail },
        {
          name: 'writes of 4 hosts that the resource manager’s limits refuse ÷ all',
          value: refused / writes,
          reach: { atMost: 0.01 },
          detail: `${refused} of ${writes}, into a bucket of ${LIMITS.writes.capacity} that gets ${LIMITS.writes.perSecond} a second`,
        },
      ];
    } finally {
      await rig.close();
    }
  },
};
