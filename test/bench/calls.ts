import { countCalls } from '../../local/demo/count-calls.ts';
import type { Bench } from './bench.ts';
import { fleetOf } from './fleet-of.ts';
import { NEEDED_CALLS } from './needed-calls.ts';
import { startRig } from './rig.ts';

/** Calls of one renewal. A count: it needs no repetition. */
export const calls: Bench = {
  name: 'calls',
  floor: 'the calls of needed-calls.ts: a renewal without one of them is not done, or not safe',
  planted: 'three calls fail three times each, and are sent again',
  async run({ planted }) {
    const rig = await startRig(fleetOf({ cas: 1, services: 1, groupsPerCa: 2 }));
    try {
      await rig.learn();
      await rig.startHost();
      rig.emulator.clearRequests();
      if (planted) {
        // Each as often as the SDK tries again by itself.
        const effect = { status: 503, retryAfter: 0 };
        rig.emulator.setFaults([
          { service: 'resourceManager', method: 'PUT', times: 3, effect },
          { service: 'resourceManager', path: '/verify$', times: 3, effect },
          { service: 'enrollments', method: 'PUT', times: 3, effect },
        ]);
      }
      await rig.ask([0]);
      await rig.settled(1);
      const { total, keyVault, resourceManager, enrollments } = countCalls(rig.emulator.requests());
      return [
        {
          name: 'calls of one renewal ÷ the fewest possible',
          value: total / NEEDED_CALLS.length,
          reach: { atMost: 1.3 },
          detail: `${total} (vaults ${keyVault}, ARM ${resourceManager}, enrollments ${enrollments}) ÷ ${NEEDED_CALLS.length}`,
        },
      ];
    } finally {
      await rig.close();
    }
  },
};
