import { setTimeout as delay } from 'node:timers/promises';
import type { Emulator } from '../../local/emulator/emulator.ts';
import type { FleetCa } from './many-cas.ts';
import { registerDevice } from './register-device.ts';

export interface DeviceTraffic {
  /** How many registrations ended how, by generation: `old assigned`, `new 401 …`. */
  readonly outcomes: ReadonlyMap<string, number>;
  /** Lets those that are under way come to their end. */
  stop(): Promise<void>;
}

export interface DeviceTrafficOptions {
  readonly emulator: Emulator;
  readonly cas: readonly FleetCa[];
  /** Names of the CAs whose newest version may be used: whoever issues device certificates pins one until then. */
  readonly trusted: () => ReadonlySet<string>;
  /** 0 (inclusive) to 1. */
  readonly random: () => number;
  /** How many register at once. */
  readonly atOnce: number;
}

/** Two devices of each group, which are switched on again and again. */
const DEVICES_PER_GROUP = 2;
/** Between two registrations of one worker: the machine has other things to do. */
const REST_MS = 40;

/** Has devices of all groups register, over and over until stopped: each with a new certificate of its CA. */
export function startDeviceTraffic({ emulator, cas, trusted, random, atOnce }: DeviceTrafficOptions): DeviceTraffic {
  const outcomes = new Map<string, number>();
  let stopped = false;
  const registerOne = async (worker: number) => {
    const ca = cas[Math.floor(random() * cas.length)];
    const vault = emulator.vaults.get(ca?.vault ?? '');
    const versions = vault?.certificates().get(ca?.name ?? '') ?? [];
    if (!ca || !vault) return;
    // Half of the devices still have a certificate of the old generation, which stays trusted.
    const isNew = trusted().has(ca.name) && random() < 0.5;
    const version = isNew ? versions.at(-1) : versions[0];
    if (!version) return;
    const key = vault.privateKeyOf(ca.name, version.version);
    // A device registers once at a time.
    const registrationId = `${ca.group}-robot-${worker}-${Math.floor(random() * DEVICES_PER_GROUP)}`;
    const ended = await registerDevice(emulator, ca, registrationId, { key, certificate: version.der });
    const what = `${isNew ? 'new' : 'old'} ${ended}`;
    outcomes.set(what, (outcomes.get(what) ?? 0) + 1);
  };
  const work = async (worker: number) => {
    while (!stopped) {
      await registerOne(worker);
      await delay(REST_MS);
    }
  };
  const workers = Array.from({ length: atOnce }, (_, worker) => work(worker));
  return {
    outcomes,
    stop: async () => {
      stopped = true;
      await Promise.all(workers);
    },
  };
}
