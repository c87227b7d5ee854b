import { beforeAll, describe, expect, it } from 'vitest';
import { answer } from '../../../shared/allocation/answer.ts';
import { attestationMessage } from '../../../shared/allocation/attestation-message.ts';
import { attest } from '../../../shared/operations/attest.ts';
import type { Attestation, Attestations } from '../../../shared/ports.ts';
import { toPem } from '../../../shared/x509/pem.ts';
import { caCertificate, testKey } from '../../support/ca-certificate.ts';
import { CA_NAME, entryNames, eventsNamed, later, OLD, operatorOf, turn } from '../../support/moving.ts';
import type { Scene } from '../../support/scene.ts';
import { groupBody } from '../../support/webhook-bodies.ts';
import { afterOverlap, clearStock, deviceCertificate, GROUP, register, restOf, versionsOf } from './evidence-scene.ts';

// Somebody wants an older CA gone that a device still uses, and has all there is but that device's key.

const MINUTE = 1 / (24 * 60);
const HOUR = 60 * MINUTE;
const VICTIM = 'pump-1';

/** What is claimed of the victim. */
type Claim = Pick<Attestation, 'certificate' | 'issuerName' | 'issuerThumbprints'>;
const NOTHING: Claim = { certificate: undefined, issuerName: undefined, issuerThumbprints: [] };

const CLAIMS: Readonly<Record<string, (scene: Scene) => Promise<Claim>>> = {
  'the newer CA by its thumbprint': async (scene) => ({
    ...NOTHING,
    issuerThumbprints: [(await versionsOf(scene)).at(-1)?.thumbprint ?? ''],
  }),
  'a true certificate of its own under the newer CA': async (scene) => ({
    ...NOTHING,
    certificate: await deviceCertificate(scene, VICTIM, 1),
  }),
  'the certificate of another device under the newer CA': async (scene) => ({
    ...NOTHING,
    certificate: await deviceCertificate(scene, 'pump-2', 1),
  }),
  'a certificate under a CA that only has the name of the newer one': async () => ({
    ...NOTHING,
    certificate: await forgedCertificate(),
  }),
  'the name of the CA': async () => ({ ...NOTHING, issuerName: 'CN=Plant A' }),
  nothing: async () => NOTHING,
};

async function forgedCertificate(): Promise<Uint8Array> {
  const key = testKey('P-256');
  const validity = { notBefore: new Date('2029-12-01T00:00:00Z'), notAfter: new Date('2031-01-01T00:00:00Z') };
  const certificate = await caCertificate({ key, subject: 'CN=Plant A', ...validity });
  return caCertificate({ key, issuer: { certificate, key }, subject: `CN=${VICTIM}`, extensions: [], ...validity });
}

/** Claims something of a device, through the enrollment `line-1` unless another one is named. */
type Path = (scene: Scene, id: string, claim: Claim, given?: Partial<Attestation>) => Promise<void>;

const PATHS: Readonly<Record<'webhook' | 'queue' | 'row', Path>> = {
  /** With the function key: the app's own clock says when. */
  webhook: async (scene, id, claim, { enrollment = 'line-1' } = {}) => {
    const { certificate, issuerName, issuerThumbprints } = claim;
    const x509 = {
      ...(certificate && { certificate: toPem(certificate) }),
      certificateInfo: { issuerName },
      signingCertificateInfo: { sha1Thumbprint: issuerThumbprints[0] },
    };
    const body = groupBody({ registrationId: id, x509 });
    const text = JSON.stringify({
      ...body,
      enrollmentGroup: { ...body.enrollmentGroup, enrollmentGroupId: enrollment },
    });
    const answered = answer({
      body: new TextEncoder().encode(text),
      rules: [],
      hubs: undefined,
      now: scene.clock.now,
    });
    if (!('attestation' in answered)) throw new Error('the webhook was expected to take the call');
    await send(scene, attestationMessage(answered.attestation));
  },
  queue: async (scene, id, claim, given) => send(scene, attestationMessage(attestation(scene, id, claim, given))),
  row: async (scene, id, claim, given) => table(scene).record(attestation(scene, id, claim, given)),
};
const EVERY_PATH = Object.keys(PATHS) as (keyof typeof PATHS)[];

function attestation(
  scene: Scene,
  registrationId: string,
  claim: Claim,
  given: Partial<Attestation> = {},
): Attestation {
  const at = scene.clock.now;
  return { kind: 'group', enrollment: 'line-1', registrationId, at, thumbprints: [], ...claim, ...given };
}

const send = (scene: Scene, message: unknown): Promise<void> =>
  attest({ ...scene.app.ports, attestations: table(scene) }, JSON.parse(JSON.stringify(message)));

function table({ app }: Scene): Attestations {
  const { attestations } = app.ports;
  if (attestations === undefined) throw new Error('the scene was expected to keep attestations');
  return attestations;
}

/** A CA whose stock is cleared and of whose devices all have moved but one, which has just registered. */
async function withVictim(): Promise<Scene> {
  const scene = await afterOverlap([GROUP]);
  await clearStock(scene);
  await register(scene, 'pump-2', 1);
  await register(scene, VICTIM, 0);
  return scene;
}

async function expectKept(scene: Scene): Promise<void> {
  await turn(scene);
  expect(['devices-left', 'evidence-unavailable']).toContain((await restOf(scene))?.reason);
  expect(await operatorOf(scene).references()).toMatchObject({ 'line-1': { caReferences: { secondary: OLD } } });
  expect(await entryNames(scene)).toContain(OLD);
  expect(eventsNamed(scene, 'certificate_retired')).toEqual([]);
  expect(scene.violations()).toEqual([]);
}

/** The claims of one moment, by every path. */
const everyClaim = EVERY_PATH.flatMap((path) => Object.keys(CLAIMS).map((claim) => [path, claim] as const));

describe('an older CA stays, whatever is claimed of a device under it', () => {
  // One world for all rows, an hour each: its older CA has four weeks to live.
  let scene: Scene;
  beforeAll(async () => {
    scene = await withVictim();
  });

  it.each(everyClaim)('16 minutes after its registration: by the %s, %s', async (path, name) => {
    later(scene, HOUR);
    await register(scene, VICTIM, 0);
    later(scene, 16 * MINUTE);
    await PATHS[path](scene, VICTIM, (await CLAIMS[name]?.(scene)) ?? NOTHING);
    await expectKept(scene);
  });

  const empty = Object.keys(CLAIMS).slice(2);
  it.each(EVERY_PATH.flatMap((path) => empty.map((claim) => [path, claim] as const)))(
    'at the moment of its registration, where the claim proves nothing: by the %s, %s',
    async (path, name) => {
      later(scene, HOUR);
      await register(scene, VICTIM, 0);
      later(scene, MINUTE);
      await PATHS[path](scene, VICTIM, (await CLAIMS[name]?.(scene)) ?? NOTHING);
      await expectKept(scene);
    },
  );

  it.each<[string, keyof typeof PATHS, (scene: Scene) => [id: string, given: Partial<Attestation>]]>([
    ['of another enrollment', 'webhook', () => [VICTIM, { enrollment: 'line-2' }]],
    ['of devices that have never registered', 'webhook', () => ['pump-9', {}]],
    ['of the past, before the registration', 'queue', ({ clock }) => [VICTIM, { at: minutesFrom(clock.now, -10) }]],
    ['of the past, before the registration', 'row', ({ clock }) => [VICTIM, { at: minutesFrom(clock.now, -10) }]],
    ['of times to come', 'queue', ({ clock }) => [VICTIM, { at: minutesFrom(clock.now, 10) }]],
    ['of times to come', 'row', ({ clock }) => [VICTIM, { at: minutesFrom(clock.now, 20) }]],
    ['of one device under an id in capitals, an hour later', 'queue', () => [VICTIM.toUpperCase(), {}]],
  ])('for what is claimed %s: by the %s', async (what, path, claimed) => {
    later(scene, HOUR);
    await register(scene, VICTIM, 0);
    if (what.endsWith('later')) later(scene, HOUR);
    const [id, given] = claimed(scene);
    const claim = await CLAIMS['the newer CA by its thumbprint']?.(scene);
    await PATHS[path](scene, id, claim ?? NOTHING, given);
    await expectKept(scene);
  });

  it('where a second row says better of it: the worst of several counts', async () => {
    later(scene, HOUR);
    await register(scene, VICTIM, 0);
    const claim = (await CLAIMS['the newer CA by its thumbprint']?.(scene)) ?? NOTHING;
    const forged = { ...attestation(scene, VICTIM, claim), firstSeen: scene.clock.now };
    const honest = table(scene);
    for (const order of ['before', 'after']) {
      const attestations: Attestations = {
        ...honest,
        ofEnrollment: async function* (kind, id) {
          if (order === 'before') yield [forged];
          yield* honest.ofEnrollment(kind, id);
          if (order === 'after') yield [forged];
        },
      };
      const app = { ...scene.app, ports: { ...scene.app.ports, attestations } };
      await turn(scene, app);
      expect(await entryNames(scene)).toContain(OLD);
      expect(eventsNamed(scene, 'certificate_retired')).toEqual([]);
    }
  });
});

describe('what remains possible, as docs/operations.md says under "Retire on evidence"', () => {
  const possible = Object.keys(CLAIMS).slice(0, 2);
  it.each([
    ...EVERY_PATH.flatMap((path) =>
      possible.map((claim) => ['within 15 minutes of a registration', path, claim] as const),
    ),
    ...(['queue', 'row'] as const).map((path) => ['at any time, back-dated to it', path, possible[0] ?? ''] as const),
  ])('%s, by the %s: %s', async (when, path, name) => {
    const scene = await withVictim();
    const registered = scene.clock.now;
    const isBackDated = when.startsWith('at any time');
    later(scene, isBackDated ? 1 : 14 * MINUTE);
    const claim = (await CLAIMS[name]?.(scene)) ?? NOTHING;
    await PATHS[path](scene, VICTIM, claim, isBackDated ? { at: minutesFrom(registered, 1) } : {});
    await turn(scene);
    expect(eventsNamed(scene, 'certificate_retired')).toMatchObject([{ reason: 'devices-moved' }]);
    expect((await entryNames(scene)).filter((entry) => entry.startsWith(CA_NAME))).toHaveLength(1);
  });
});

function minutesFrom(moment: Date, minutes: number): Date {
  return new Date(moment.getTime() + minutes * 60_000);
}
