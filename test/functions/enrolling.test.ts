import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Behaviour } from '../../local/emulator/behaviour.ts';
import { plantEnrollment } from '../../local/emulator/enrollments/plant-enrollment.ts';
import type { JsonObject } from '../../local/emulator/lossless-json.ts';
import type { ProvisioningService } from '../../local/emulator/resource-manager/provisioning-services.ts';
import { candidateOf, chooseHub } from '../../shared/allocation/rendezvous.ts';
import type { EnrollmentKind, KeptAttestation } from '../../shared/ports.ts';
import { readCertificate } from '../../shared/x509/certificate.ts';
import { sha256Thumbprint } from '../../shared/x509/sha256-thumbprint.ts';
import { buildCertificate, DAY_MS, type Identity } from '../local/emulator/devices/build-devices.ts';
import { deviceKey, registerBySdk, type SdkProof, type SdkResult } from '../local/emulator/devices/sdk-device.ts';
import { holding, plantEntry, trusting } from '../local/emulator/enrollments/build-data-plane.ts';
import { HUBS } from '../support/allocation-builders.ts';
import { type RunningApp, startRunningApp } from '../support/running-app.ts';
import { attestationsKept } from '../support/webhook-calls.ts';

// The whole way: the device SDK's client, DPS, the app's own webhook with its key, its queue and its table.

const [, HUB_B = '', HUB_C = ''] = HUBS;
const WEIGHTS = [2, 1, 1];
const GROUP_KEY = Buffer.alloc(64, 3).toString('base64');
const OWN_KEY = Buffer.alloc(64, 5).toString('base64');
const PUMP = { kind: 'pump', serial: 'shibboleth' };
const RULES = {
  rules: [
    { name: 'recalled', match: { payload: { '/firmware': { equals: '1.0.3' } } }, deny: 'Update by cable first.' },
    {
      name: 'pumps',
      match: { payload: { '/kind': { equals: 'pump' } } },
      hubs: [HUB_B],
      initialTwin: { tags: { kind: 'pump' } },
      payload: { interval: 60 },
    },
  ],
};
const VALIDITY = { notBefore: new Date(Date.now() - DAY_MS), notAfter: new Date(Date.now() + DAY_MS) };
const symmetric = (key: string) => ({
  attestation: { type: 'symmetricKey', symmetricKey: { primaryKey: key, secondaryKey: key } },
});

let app: RunningApp;
let dps: ProvisioningService;
let ca: Identity;
let line: Identity;

/** Puts an enrollment into the DPS that asks the app's webhook, unless told to ask another one. */
function enroll(kind: EnrollmentKind, id: string, record: JsonObject, webhookUrl = webhookOf(app)): void {
  const definition = { webhookUrl, apiVersion: '2021-10-01' };
  const custom = { allocationPolicy: 'custom', customAllocationDefinition: definition };
  plantEnrollment(dps, kind, id, { ...record, ...custom }, { at: new Date(), random: randomBytes });
}

function webhookOf({ host }: RunningApp): string {
  return host().functions.find(({ name }) => name === 'allocate')?.url ?? '';
}

const leafOf = (registrationId: string, issuer: Identity) =>
  buildCertificate({ subject: `CN=${registrationId}`, issuer, ca: false, ...VALIDITY });

const register = (id: string, proof: SdkProof, payload?: unknown): Promise<SdkResult> =>
  registerBySdk(app.emulator.description, id, proof, payload);

/** What the table holds of a device, once that is so. */
function kept(kind: EnrollmentKind, enrollment: string, id: string, since = 0): Promise<KeptAttestation> {
  return vi.waitFor(
    async () => {
      const found = (await attestationsKept(app, kind, enrollment)).find(({ registrationId }) => registrationId === id);
      if (found === undefined || found.at.getTime() < since) throw new Error(`No attestation of ${id} yet`);
      return found;
    },
    { timeout: 20_000, interval: 50 },
  );
}

const twinOn = (hub: string, id: string) =>
  app.emulator.devices(hub).find(({ deviceId }) => deviceId === id)?.initialTwin;

beforeAll(async () => {
  const hubs = HUBS.map((hub, index) => ({ name: hub.split('.')[0] ?? '', weight: WEIGHTS[index] ?? 1 }));
  app = await startRunningApp({
    seed: { version: 1, vaults: [{ name: 'kv-1' }], provisioningServices: [{ name: 'dps-1', hubs }] },
    settings: { ALLOCATION_RULES: JSON.stringify(RULES) },
  });
  // Nobody waits for Retry-After.
  app.emulator.setClockFactor(1000);
  const service = app.emulator.provisioningServices.get('dps-1');
  if (service === undefined) throw new Error('The emulator was expected to have dps-1');
  dps = service;
  ca = await buildCertificate({ subject: 'CN=Plant A', ...VALIDITY });
  line = await buildCertificate({ subject: 'CN=Line 1', issuer: ca, ...VALIDITY });
  plantEntry(dps, 'plant-a', ca);
  // The weights of the DPS come by the scan.
  await app.scan();
});
afterAll(() => app?.close());

interface Way {
  readonly kind: EnrollmentKind;
  /** Of the enrollment of one device; a group has one for all. */
  readonly record: (proof: SdkProof) => JsonObject;
  readonly proof: (id: string) => Promise<SdkProof>;
}

const X509_CHAIN = async (id: string): Promise<SdkProof> => ({ certificates: [await leafOf(id, line), line] });
const WAYS: readonly (readonly [string, Way])[] = [
  [
    'a certificate right under the CA of its group',
    {
      kind: 'group',
      record: () => trusting('plant-a'),
      proof: async (id) => ({ certificates: [await leafOf(id, ca)] }),
    },
  ],
  [
    'an intermediate between its certificate and the CA of its group',
    { kind: 'group', record: () => trusting('plant-a'), proof: X509_CHAIN },
  ],
  [
    'an intermediate between its certificate and the CA of its own enrollment',
    { kind: 'individual', record: () => trusting('plant-a'), proof: X509_CHAIN },
  ],
  [
    'the certificate that its own enrollment holds',
    {
      kind: 'individual',
      record: (proof) => ('certificates' in proof ? holding('clientCertificates', proof.certificates[0]) : {}),
      proof: X509_CHAIN,
    },
  ],
  [
    'a key derived from that of its group',
    {
      kind: 'group',
      record: () => symmetric(GROUP_KEY),
      proof: async (id) => ({ symmetricKey: deviceKey(GROUP_KEY, id) }),
    },
  ],
  [
    'the key of its own enrollment',
    { kind: 'individual', record: () => symmetric(OWN_KEY), proof: async () => ({ symmetricKey: OWN_KEY }) },
  ],
];

describe.each(WAYS.map(([name, way], index) => [name, way, `way-${index}`] as const))(
  'a device with %s',
  (_, { kind, record, proof }, way) => {
    it.each([
      ['without a payload, by the weights of the DPS', undefined],
      ['with a payload, by the rule for it', PUMP],
    ])('is allocated %s, and leaves evidence', async (_case, payload) => {
      dps.behaviour.deviceCertificateShape = 'certificate';
      const id = `${way}-${payload === undefined ? 'bare' : 'pump'}`;
      const shown = await proof(id);
      const enrollment = kind === 'group' ? way : id;
      // A group of one CA: of two that name it the older would take the device in.
      for (const group of dps.enrollments.group.values()) dps.enrollments.group.delete(group.id);
      enroll(kind, enrollment, record(shown));
      const candidates = HUBS.map((hub, index) => candidateOf(hub, WEIGHTS[index] ?? 1));
      const hub = payload === undefined ? chooseHub(id, candidates) : HUB_B;

      const result = await register(id, shown, payload);

      expect(result).toMatchObject({ status: 'assigned', assignedHub: hub, deviceId: id });
      expect(result.payload).toEqual(payload && { interval: 60 });
      expect(twinOn(hub ?? '', id)).toEqual(payload && { tags: { kind: 'pump' } });
      const certificate = 'certificates' in shown ? shown.certificates[0].certificate : undefined;
      const { at, ...evidence } = await kept(kind, enrollment, id);
      expect(evidence).toMatchObject({ kind, enrollment, certificate, issuerThumbprints: [] });
      const { lastUpdatedDateTimeUtc } = dps.registrations.get(id)?.state ?? {};
      expect(Math.abs(Date.parse(String(lastUpdatedDateTimeUtc)) - at.getTime())).toBeLessThan(60_000);
      expect(app.events('device_allocated').at(-1)).toEqual({
        event: 'device_allocated',
        ...{ registrationId: id, enrollment, kind, hub },
        rule: payload === undefined ? 'default' : 'pumps',
      });
    });
  },
);

describe('what DPS may tell of a certificate', () => {
  const sha1 = ({ certificate }: Identity) => readCertificate(certificate).thumbprint;
  const both = (identity: Identity) => [sha1(identity), sha256Thumbprint(identity.certificate)];
  const nothing = { certificate: undefined, issuerName: undefined, issuerThumbprints: [], thumbprints: [] };

  it.each<[Behaviour['deviceCertificateShape'], (leaf: Identity) => Partial<KeptAttestation>]>([
    ['none', () => nothing],
    ['certificateInfo', (leaf) => ({ ...nothing, issuerName: 'CN=Line 1', thumbprints: both(leaf) })],
    ['certificate', (leaf) => ({ certificate: leaf.certificate, thumbprints: both(leaf) })],
    ['certificateBase64', (leaf) => ({ certificate: leaf.certificate, thumbprints: both(leaf) })],
    ['signingCertificateInfo', (leaf) => ({ issuerThumbprints: both(ca), thumbprints: both(leaf) })],
  ])('is kept as it is told: %s', async (shape, expected) => {
    dps.behaviour.deviceCertificateShape = shape;
    enroll('group', 'way-0', trusting('plant-a'));
    const id = `told-${shape}`;
    const leaf = await leafOf(id, line);
    await register(id, { certificates: [leaf, line] });
    expect(await kept('group', 'way-0', id)).toMatchObject(expected(leaf));
  });
});

describe('a device that comes again', () => {
  it('with a new certificate stays on its hub, and is known by the new one', async () => {
    dps.behaviour.deviceCertificateShape = 'certificate';
    enroll('group', 'way-0', trusting('plant-a'));
    const first = await register('again-1', { certificates: [await leafOf('again-1', ca)] });
    const before = await kept('group', 'way-0', 'again-1');
    const renewed = await leafOf('again-1', line);
    const since = Date.now();
    const second = await register('again-1', { certificates: [renewed, line] });
    expect(second.assignedHub).toBe(first.assignedHub);
    expect(app.events('device_allocated').at(-1)).toMatchObject({ from: first.assignedHub, hub: first.assignedHub });
    expect(await kept('group', 'way-0', 'again-1', since)).toMatchObject({
      certificate: renewed.certificate,
      firstSeen: before.at,
    });
  });
});

describe('a device that is not allocated', () => {
  it.each<[string, { readonly payload?: unknown; readonly query?: string }, number]>([
    ['by a rule', { payload: { firmware: '1.0.3' } }, 400207],
    ['with a key that the webhook does not know', { query: '?code=wrong' }, 400209],
  ])('%s hears of it from DPS, and leaves no evidence', async (_, { payload, query }, errorCode) => {
    const id = `denied-${errorCode}`;
    enroll('individual', id, symmetric(OWN_KEY), query && webhookOf(app).replace(/\?.*/, query));
    // The SDK rejects with nothing but the status.
    await expect(register(id, { symmetricKey: OWN_KEY }, payload)).rejects.toThrow();
    expect(dps.registrations.get(id)?.state).toMatchObject({ status: 'failed', errorCode });
    expect(HUBS.flatMap((hub) => app.emulator.devices(hub)).map(({ deviceId }) => deviceId)).not.toContain(id);
    expect(await attestationsKept(app, 'individual', id)).toEqual([]);
  });
});

it('no key, no certificate and nothing that a device sent is in any line of the log', () => {
  expect(app.events('device_allocated').length).toBeGreaterThan(16);
  expect(app.leaks()).toEqual([]);
  const said = JSON.stringify(app.log.records);
  for (const secret of ['shibboleth', '1.0.3', 'BEGIN CERT', 'MII', GROUP_KEY, OWN_KEY, '****']) {
    expect(said).not.toContain(secret);
  }
  expect(said).toContain(HUB_C);
});
