import { createHmac } from 'node:crypto';
import { type DevicesUnderTest, type Outcome, type Proof, sasToken } from './build-devices.ts';

const KEY = Buffer.alloc(64, 7).toString('base64');

/** Puts a group of devices with symmetric keys into the DPS, or writes it anew. */
export function enrollFleet(devices: DevicesUnderTest, record: object = {}): void {
  const symmetricKey = { primaryKey: KEY, secondaryKey: KEY };
  devices.enroll('group', 'fleet', { attestation: { type: 'symmetricKey', symmetricKey }, ...record });
}

/** How a device of the fleet shows who it is. */
export function fleetProof({ dps }: DevicesUnderTest, registrationId: string): Proof {
  const key = createHmac('sha256', Buffer.from(KEY, 'base64')).update(registrationId).digest('base64');
  return { authorization: sasToken(dps, registrationId, key) };
}

/** Registers a device of the fleet. */
export function registerOne(devices: DevicesUnderTest, registrationId: string, payload?: unknown): Promise<Outcome> {
  return devices.register(registrationId, fleetProof(devices, registrationId), payload);
}
