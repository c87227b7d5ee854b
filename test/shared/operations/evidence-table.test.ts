import { beforeAll, describe, expect, it } from 'vitest';
import type { SeedInput } from '../../../local/emulator/seed.ts';
import { plan } from '../../../shared/operations/plan.ts';
import type { Attestation } from '../../../shared/ports.ts';
import { attestationsInMemory } from '../../support/attestations-in-memory.ts';
import { counted } from '../../support/counts.ts';
import { CA_NAME, enrolled, later, naming, VAULT } from '../../support/moving.ts';
import type { Scene } from '../../support/scene.ts';
import { clearStock, deviceCertificate, GROUP, record, renewedFrom, versionsOf } from './evidence-scene.ts';

// The verdict on an older CA, for all that may be known of the devices of one enrollment, one device and two.

const HOUR = 1 / 24;
/** An intermediate that keeps its key when the CA above it is renewed, and so hangs on both versions of that. */
const LINE = 'line-ca';

/** What is to be said of one device. `gone`: DPS does not know it, so it counts for nothing. */
type Finding = 'moved' | 'old' | 'unknown' | 'gone';
type Key = 'another key' | 'the same key';

interface State {
  /** Sets the world so. It is now `NOW`, and should be so again. */
  readonly arrange: (scene: Scene, id: string) => Promise<void>;
  readonly finding: Readonly<Record<Key, Finding>>;
}

/** Whatever the keys are. */
const always = (finding: Finding): State['finding'] => ({ 'another key': finding, 'the same key': finding });
/** With one key under both versions, nobody can tell which of them a certificate is under. */
const withOwnKey = (finding: Finding): State['finding'] => ({ 'another key': finding, 'the same key': 'unknown' });

const certificates = new Map<string, Promise<Uint8Array>>();
let serial = 0;
const worlds = new WeakMap<object, number>();

/** A device's certificate, made once for each world. */
function certificateOf(scene: Scene, id: string, version: 0 | 1, issuer = CA_NAME): Promise<Uint8Array> {
  const world = worlds.get(scene.clock) ?? ++serial;
  worlds.set(scene.clock, world);
  const key = `${world} ${id} ${version} ${issuer}`;
  const made = certificates.get(key) ?? deviceCertificate(scene, id, version, issuer);
  certificates.set(key, made);
  return made;
}

/** What DPS told of a device that registers now. */
async function seen({ app, clock }: Scene, registrationId: string, told: Partial<Attestation>): Promise<void> {
  const nothing = { certificate: undefined, issuerName: undefined, issuerThumbprints: [], thumbprints: [] };
  const from = { kind: 'group', enrollment: 'line-1', registrationId, at: clock.now } as const;
  await app.ports.attestations?.record({ ...from, ...nothing, ...told });
}
const under = async (scene: Scene, id: string, version: 0 | 1, issuer?: string) =>
  seen(scene, id, { certificate: await certificateOf(scene, id, version, issuer) });
async function registerUnder(scene: Scene, id: string, version: 0 | 1): Promise<void> {
  record(scene, id);
  await under(scene, id, version);
}

const STATES: Readonly<Record<string, State>> = {
  'seen under the newer version': {
    arrange: (scene, id) => registerUnder(scene, id, 1),
    finding: withOwnKey('moved'),
  },
  'seen under the older version': {
    arrange: (scene, id) => registerUnder(scene, id, 0),
    finding: withOwnKey('old'),
  },
  'seen under the older, then under the newer': {
    arrange: async (scene, id) => {
      later(scene, -HOUR);
      await registerUnder(scene, id, 0);
      later(scene, HOUR);
      await registerUnder(scene, id, 1);
    },
    finding: withOwnKey('moved'),
  },
  'seen under the newer, then under the older': {
    arrange: async (scene, id) => {
      later(scene, -HOUR);
      await registerUnder(scene, id, 1);
      later(scene, HOUR);
      await registerUnder(scene, id, 0);
    },
    finding: withOwnKey('old'),
  },
  'with a certificate under the one, and the other named as its CA': {
    arrange: async (scene, id) => {
      record(scene, id);
      const [{ thumbprint = '' } = {}] = await versionsOf(scene);
      await seen(scene, id, { certificate: await certificateOf(scene, id, 1), issuerThumbprints: [thumbprint] });
    },
    finding: always('unknown'),
  },
  'under an intermediate that both have certified': {
    arrange: async (scene, id) => {
      record(scene, id);
      await under(scene, id, 1, LINE);
    },
    finding: always('unknown'),
  },
  'of which DPS told in an unknown shape': {
    arrange: async (scene, id) => {
      record(scene, id);
      await seen(scene, id, {});
    },
    finding: always('unknown'),
  },
  'of which DPS told names only': {
    arrange: async (scene, id) => {
      record(scene, id);
      await seen(scene, id, { issuerName: 'CN=Plant A', thumbprints: ['AB'.repeat(20)] });
    },
    finding: always('unknown'),
  },
  'never seen': {
    arrange: async (scene, id) => record(scene, id),
    finding: always('unknown'),
  },
  'whose registration was deleted': {
    arrange: async (scene, id) => {
      await registerUnder(scene, id, 1);
      scene.service('dps-1').registrations.delete(id);
    },
    finding: always('gone'),
  },
  'whose record is older than the evidence': {
    arrange: async (scene, id) => {
      later(scene, -HOUR);
      record(scene, id);
      later(scene, HOUR);
      await under(scene, id, 1);
    },
    finding: always('unknown'),
  },
  'whose record is younger than the evidence': {
    arrange: async (scene, id) => {
      later(scene, -HOUR);
      await under(scene, id, 1);
      later(scene, HOUR);
      record(scene, id);
    },
    finding: always('unknown'),
  },
};
const NAMES = Object.keys(STATES);

const ENROLLMENTS = {
  'attached to our webhook': { isAttached: true, record: GROUP },
  'attached, and disabled': { isAttached: true, record: { ...GROUP, provisioningStatus: 'disabled' as const } },
  'without our webhook': { isAttached: false, record: naming('line-1') },
  'of another webhook': { isAttached: false, record: { ...GROUP, webhookUrl: 'https://other.example/api/allocate' } },
} as const;
const STOCK = ['stock-cleared', 'no stock-cleared'] as const;

/** The design's verdict, from what was found of each device. */
function verdictOn(findings: readonly Finding[], isAttached: boolean, isCleared: boolean): string {
  const known = findings.filter((finding) => finding !== 'gone');
  if (!isAttached || known.length === 0) return 'evidence-unavailable';
  if (known.includes('old')) return 'devices-left';
  if (known.includes('unknown')) return 'evidence-unavailable';
  return isCleared ? 'devices-moved' : 'stock-not-cleared';
}

function seedOf(enrollment: (typeof ENROLLMENTS)[keyof typeof ENROLLMENTS], key: Key): SeedInput {
  const seed = enrolled([{ enrollmentGroups: [enrollment.record] }], { reuseKey: key === 'the same key' });
  const [vault] = seed.vaults;
  if (vault?.certificates === undefined) throw new Error('the seed was expected to have a vault with CAs');
  const issuer = { vault: VAULT, name: CA_NAME };
  const line = { name: LINE, subject: 'CN=Line 1', key: 'P-256' as const, issuer, reuseKey: true };
  const certificates = [...vault.certificates, { ...line, notBefore: '-P600D', notAfter: 'P55D' }];
  return { ...seed, vaults: [{ ...vault, certificates }] };
}

/** Why the older version goes or stays, as the plan has it, where devices are in these states. */
async function planned(scene: Scene, states: readonly string[]): Promise<string> {
  const now = scene.clock.now;
  const { registrations } = scene.service('dps-1');
  const ports = { ...scene.app.ports, attestations: attestationsInMemory() };
  const world = { ...scene, app: { ...scene.app, ports } };
  try {
    for (const [index, name] of states.entries()) await STATES[name]?.arrange(world, `pump-${index}`);
    expect(scene.clock.now).toEqual(now);
    const { cas } = await plan(world.app);
    const steps = cas.filter(({ ca }) => ca.name === CA_NAME).flatMap(({ next }) => next);
    return steps
      .filter(({ lane }) => lane !== 'vault')
      .map(({ reason }) => reason)
      .join(' ');
  } finally {
    for (const index of states.keys()) registrations.delete(`pump-${index}`);
  }
}

/** None, each one, and every two; in `npm test` every two in one of the worlds only. */
function* combinations(withPairs: boolean): Generator<readonly string[]> {
  yield [];
  for (const name of NAMES) yield [name];
  if (!withPairs) return;
  for (const [index, one] of NAMES.entries()) for (const other of NAMES.slice(index)) yield [one, other];
}

describe.each(['another key', 'the same key'] as const)('an older version whose successor has %s', (key) => {
  describe.each(Object.entries(ENROLLMENTS))('in an enrollment %s', (name, enrollment) => {
    let scene: Scene;
    beforeAll(async () => {
      scene = await renewedFrom(seedOf(enrollment, key));
    });

    it.each(STOCK.toReversed())(
      'goes or stays as designed, for all that may be known of its devices: %s',
      async (stock) => {
        const isCleared = stock === 'stock-cleared';
        if (isCleared) await clearStock(scene);
        const isPlain = key === 'another key' && name === 'attached to our webhook';
        const verdicts = new Set<string>();
        for (const states of combinations(counted(0, 1) === 1 || (isPlain && isCleared))) {
          const findings = states.map((state) => STATES[state]?.finding[key] ?? 'unknown');
          const verdict = verdictOn(findings, enrollment.isAttached, isCleared);
          verdicts.add(verdict);
          expect([states, await planned(scene, states)]).toEqual([states, verdict]);
        }
        if (isPlain) expect(verdicts).toContain(isCleared ? 'devices-moved' : 'stock-not-cleared');
      },
    );
  });
});
