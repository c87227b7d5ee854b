import { readFileSync } from 'node:fs';
import { Agent, get } from 'node:https';
import type { EmulatorDescription } from '../../local/emulator/describe.ts';

/** Bare requests to a vault, one after the other: what a round trip to the emulator takes without any client. */
export interface BareTrips {
  /** Makes so many; returns the milliseconds that they took. */
  make(count: number): Promise<number>;
  close(): void;
}

/** They carry no token: the vault turns them away, as late as any other, and they count as no call. */
export function bareTrips({ caCertificate, keyVaults }: EmulatorDescription): BareTrips {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: readFileSync(caCertificate) });
  const url = `${keyVaults[0]?.url}/certificates?api-version=2025-07-01`;
  const trip = () =>
    new Promise<void>((resolve, reject) => {
      get(url, { agent }, (response) => response.resume().on('end', resolve).on('error', reject)).on('error', reject);
    });
  return {
    make: async (count) => {
      const began = performance.now();
      for (let made = 0; made < count; made += 1) await trip();
      return performance.now() - began;
    },
    close: () => agent.destroy(),
  };
}
