import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../../../local/emulator/emulator.ts';
import { plantEnrollment } from '../../../../local/emulator/enrollments/plant-enrollment.ts';
import type { ProvisioningService } from '../../../../local/emulator/resource-manager/provisioning-services.ts';
import { plantEntry, trusting } from '../enrollments/build-data-plane.ts';
import { buildCertificate, type Identity, NOW } from './build-devices.ts';
import { deviceKey, registerBySdk } from './sdk-device.ts';

const GROUP_KEY = Buffer.alloc(64, 3).toString('base64');

let emulator: Emulator;
let dps: ProvisioningService;
let intermediate: Identity;
let leaf: Identity;

beforeAll(async () => {
  const hubs = [{ name: 'hub-a' }, { name: 'hub-b' }];
  const symmetricKey = { primaryKey: GROUP_KEY, secondaryKey: GROUP_KEY };
  emulator = await startEmulator({
    now: () => NOW,
    // Retry-After is nothing then, so that nobody waits.
    clockFactor: 100,
    seed: {
      version: 1,
      vaults: [],
      provisioningServices: [{ name: 'dps-1', hubs, enrollmentGroups: [{ id: 'keys', symmetricKey }] }],
    },
  });
  const service = emulator.provisioningServices.get('dps-1');
  if (!service) throw new Error('There is no DPS');
  dps = service;
  const root = await buildCertificate({ subject: 'CN=Root' });
  intermediate = await buildCertificate({ subject: 'CN=Intermediate', issuer: root });
  leaf = await buildCertificate({ subject: 'CN=dev-1', issuer: intermediate, ca: false });
  plantEntry(dps, 'ca', root);
});
afterAll(() => emulator.close());

function enroll(record: object): void {
  plantEnrollment(dps, 'group', 'g', { ...trusting('ca'), ...record }, { at: NOW, random: (n) => new Uint8Array(n) });
}

it('the SDK registers a device with a certificate, and hands it what the webhook has for it', async () => {
  const webhook = createServer((request, response) => {
    request.resume().on('end', () => {
      response.end(JSON.stringify({ iotHubHostName: 'hub-b.azure-devices.net', payload: { interval: 5 } }));
    });
  });
  await new Promise<void>((listening) => webhook.listen(0, '127.0.0.1', listening));
  const webhookUrl = `http://127.0.0.1:${(webhook.address() as AddressInfo).port}/`;
  enroll({ allocationPolicy: 'custom', customAllocationDefinition: { webhookUrl, apiVersion: '2021-10-01' } });
  const certificates = [leaf, intermediate] as const;
  expect(await registerBySdk(emulator.description, 'dev-1', { certificates })).toMatchObject({
    status: 'assigned',
    assignedHub: 'hub-b.azure-devices.net',
    deviceId: 'dev-1',
    payload: { interval: 5 },
  });
  webhook.closeAllConnections();
  await new Promise((closed) => webhook.close(closed));
});

it('the SDK hears what is wrong with a device’s certificate', async () => {
  enroll({});
  const registering = registerBySdk(emulator.description, 'dev-1', { certificates: [leaf] });
  await expect(registering).rejects.toThrow('CA certificate not found.');
});

it('the SDK registers a device with a derived key', async () => {
  const symmetricKey = deviceKey(GROUP_KEY, 'dev-2');
  const registered = await registerBySdk(emulator.description, 'dev-2', { symmetricKey });
  expect(registered).toMatchObject({ status: 'assigned', deviceId: 'dev-2' });
});
