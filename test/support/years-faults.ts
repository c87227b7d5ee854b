import { createHash } from 'node:crypto';
import { vaultUrl } from './in-process-azure.ts';
import { randomFrom } from './interleave.ts';
import type { Scene } from './scene.ts';
import { FLEET_CAS, FLEET_DPS } from './years-fleet.ts';

/** What befalls the app's calls on one day. */
export interface DayFaults {
  /** How many calls have failed so far. */
  count(): number;
  /** Whether the process has died: it is started anew for the next delivery. */
  revive(): void;
}

/** What stands in the address of a call to one of the services. */
const SERVICES = [
  ...new Set(FLEET_CAS.map(({ vault }) => `//${new URL(vaultUrl(vault)).host}/`)),
  ...FLEET_DPS.flatMap((dps) => [`//${dps}.azure-`, `/provisioningServices/${dps}`]),
];

/**
 * Has calls of a scene fail for a day, by chance: on most days none, on others a tenth or a third of them (half before
 * they are carried out, half with their answer lost), all calls to one service, or whatever comes after a call with which
 * the process dies. Which calls are lost does not depend on the order in which those side by side come.
 * @param seed of this day
 * @param before called before every call that gets through
 */
export function faultsOfDay(scene: Scene, seed: number, before: () => Promise<void>): DayFaults {
  const random = randomFrom(seed);
  const weather = random();
  const share = weather < 0.65 ? 0 : weather < 0.78 ? 0.1 : weather < 0.85 ? 1 / 3 : 0;
  const silent = weather >= 0.85 && weather < 0.95 ? SERVICES[Math.floor(random() * SERVICES.length)] : undefined;
  const deadline = weather >= 0.95 ? 20 + Math.floor(random() * 200) : Number.POSITIVE_INFINITY;
  const isLost = chanceByCall(seed, share / 2);
  let [faults, calls] = [0, 0];
  let isDead = false;
  const fail = (message: string) => {
    faults += 1;
    throw new Error(message);
  };
  scene.intercept = async (method, path) => {
    calls += 1;
    if (isDead || calls === deadline) {
      isDead = true;
      fail('the process has died');
    }
    if (silent !== undefined && path.includes(silent)) fail('connection lost: nobody answers');
    if (isLost(`before ${method} ${path}`)) fail('connection lost before the call');
    await before();
  };
  scene.answered = (method, path) => {
    if (isDead) fail('the process has died');
    if (isLost(`after ${method} ${path}`)) fail('connection lost after the call');
  };
  return {
    count: () => faults,
    revive: () => {
      isDead = false;
    },
  };
}

/** Whether the call of that name is lost, each time that it is made: by the seed, the name and how often it was made. */
function chanceByCall(seed: number, share: number): (call: string) => boolean {
  const chances = new Map<string, () => number>();
  return (call) => {
    if (share === 0) return false;
    // Ids and thumbprints are others in each life.
    const name = call.replace(/[0-9a-f]{32,40}/gi, '*');
    const chance =
      chances.get(name) ?? randomFrom(createHash('sha256').update(`${seed} ${name}`).digest().readInt32LE());
    chances.set(name, chance);
    return chance() < share;
  };
}
