import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { Agent } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { Http as HttpBase } from 'azure-iot-http-base';
import { ProvisioningDeviceClient } from 'azure-iot-provisioning-device';
import { Http } from 'azure-iot-provisioning-device-http';
import { SymmetricKeySecurityClient } from 'azure-iot-security-symmetric-key';
import { X509Security } from 'azure-iot-security-x509';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../../../local/emulator/emulator.ts';
import { plantEnrollment } from '../../../../local/emulator/enrollments/plant-enrollment.ts';
import type { ProvisioningService } from '../../../../local/emulator/resource-manager/provisioning-services.ts';
import { pem, plantEntry, trusting } from '../enrollments/build-data-plane.ts';
import { buildCertificate, type Identity, NOW } from './build-devices.ts';

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

/** The client knows no port: its agent adds it. */
class PortAgent extends Agent {
  override createConnection(options: object, connected?: (error: Error | null, socket: Duplex) => void) {
    const [, port] = emulator.description.provisioningServices[0]?.deviceProvisioningHostName.split(':') ?? [];
    const ca = readFileSync(emulator.description.caCertificate);
    return super.createConnection({ ...options, port: Number(port), ca }, connected);
  }
}

function transport(): Http {
  const base = new HttpBase();
  base.setOptions({ http: { agent: new PortAgent() } });
  return new Http(base);
}

function enroll(record: object): void {
  plantEnrollment(dps, 'group', 'g', { ...trusting('ca'), ...record }, { at: NOW, random: (n) => new Uint8Array(n) });
}

/** What the SDK's client can do: its declarations know of no `register`, and differ on the SDK's own SAS class. */
interface Registering {
  register(): Promise<Readonly<Record<string, unknown>>>;
}

function clientWith(security: X509Security | SymmetricKeySecurityClient): Registering {
  const client: unknown = ProvisioningDeviceClient.create(
    'localhost',
    dps.idScope,
    transport(),
    security as X509Security,
  );
  return client as Registering;
}

function withCertificate(...chain: Identity[]): Registering {
  const cert = chain.map(({ certificate }) => pem(certificate)).join('');
  const key = leaf.key.export({ type: 'pkcs8', format: 'pem' }).toString();
  return clientWith(new X509Security('dev-1', { cert, key }));
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
  expect(await withCertificate(leaf, intermediate).register()).toMatchObject({
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
  await expect(withCertificate(leaf).register()).rejects.toThrow('CA certificate not found.');
});

it('the SDK registers a device with a derived key', async () => {
  const key = createHmac('sha256', Buffer.from(GROUP_KEY, 'base64')).update('dev-2').digest('base64');
  const client = clientWith(new SymmetricKeySecurityClient('dev-2', key));
  expect(await client.register()).toMatchObject({ status: 'assigned', deviceId: 'dev-2' });
});
