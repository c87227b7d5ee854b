import { bareTrips } from './bare-trips.ts';
import type { Bench } from './bench.ts';
import { fleetOf } from './fleet-of.ts';
import { criticalPath, NEEDED_CALLS } from './needed-calls.ts';
import { startRig } from './rig.ts';
import { compared } from './statistics.ts';

const LATENCY_MS = 50;
const PAIRS = 9;
const PLANTED_DELAY_MS = 400;

/** How long one renewal takes where every call takes 50 ms, in a host that has renewed before. */
export const criticalPathBench: Bench = {
  name: 'critical-path',
  floor:
    'as many bare requests, one after the other, as the longest chain of the fewest calls has: what needs the answer ' +
    'of another cannot be sent before it',
  planted: `every signature takes ${PLANTED_DELAY_MS} ms longer`,
  async run({ planted }) {
    const trips = criticalPath(NEEDED_CALLS);
    const rig = await startRig(fleetOf({ cas: PAIRS + 1, services: 1, groupsPerCa: 2 }));
    const bare = bareTrips(rig.emulator.description);
    try {
      await rig.learn();
      await rig.startHost();
      const renew = async (ca: number) => {
        await rig.ask([ca]);
        const [settled] = await rig.settled(1);
        return settled?.durationMs ?? Number.NaN;
      };
      // The first one makes clients and connections, which last as long as the process.
      await renew(0);
      rig.emulator.setLatency(LATENCY_MS);
      await bare.make(2);
      if (planted) {
        const effect = { delayMs: PLANTED_DELAY_MS };
        rig.emulator.setFaults([{ service: 'keyVault', path: '/sign$', times: 1000, effect }]);
      }
      let next = 0;
      const { ratio, ours, floor } = await compared(
        PAIRS,
        () => {
          next += 1;
          return renew(next);
        },
        () => bare.make(trips),
      );
      return [
        {
          name: 'duration of one renewal at 50 ms a call ÷ its critical path',
          value: ratio,
          reach: { atMost: 1.15 },
          detail: `${Math.round(ours)} ms ÷ ${Math.round(floor)} ms (${trips} bare round trips, ${(floor / trips).toFixed(1)} ms each)`,
        },
      ];
    } finally {
      bare.close();
      await rig.close();
    }
  },
};
