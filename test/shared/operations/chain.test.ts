import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { SeedInput } from '../../../local/emulator/seed.ts';
import { renew } from '../../../shared/operations/renew.ts';
import { scan } from '../../../shared/operations/scan.ts';
import { readCertificate } from '../../../shared/x509/certificate.ts';
import { generationsOf } from '../../support/fleet.ts';
import { hasOpenssl, opensslVerify } from '../../support/openssl.ts';
import { createScene, type Scene } from '../../support/scene.ts';

const LEVELS = ['root', 'mid', 'leaf'] as const;
type Level = (typeof LEVELS)[number];
const VAULT = 'https://kv-pki.vault.azure.net';
const ca = (name: Level) => ({ vaultUrl: VAULT, name });
const DUE = { notBefore: '-P670D', notAfter: 'P60D' };
const FRESH = { notBefore: '-P30D', notAfter: 'P700D' };

/** A root and two levels below it, each in one vault and one DPS, where nothing else is said in their last 60 of 730 days. */
function chain(given: Partial<Record<Level, object>> = {}, held: readonly Level[] = LEVELS): SeedInput {
  const certificates = LEVELS.map((name, depth) => ({
    name,
    subject: `CN=${name}, O=Contoso`,
    key: 'P-256' as const,
    pathLen: 2 - depth,
    ...(depth > 0 && { issuer: { vault: 'kv-pki', name: LEVELS[depth - 1] ?? 'root' } }),
    ...DUE,
    ...given[name],
  }));
  const entries = held.map((name) => ({ name, certificate: { vault: 'kv-pki', name }, verified: true }));
  return {
    version: 1,
    vaults: [{ name: 'kv-pki', certificates }],
    provisioningServices: [{ name: 'dps-1', certificates: entries }],
  };
}

const ders = (scene: Scene, name: Level) =>
  generationsOf(scene, { vault: 'kv-pki', name })
    .filter(({ enabled }) => enabled)
    .map(({ der }) => der);
const newest = (scene: Scene, name: Level) => new X509Certificate(ders(scene, name).at(-1) ?? '');
const issued = (scene: Scene) => scene.events.flatMap((each) => (each.event === 'certificate_issued' ? each.ca : []));

/** Lets scans and renewals go on until nothing is left, and returns the number of scans that found something. */
async function settle(scene: Scene): Promise<number> {
  for (let scans = 0; scans < 10; scans += 1) {
    const due = await scan(scene.app);
    if (due.length === 0) return scans;
    for (const each of due) await renew(scene.app, each, `scan ${scans}`);
  }
  throw new Error('it never settles');
}

function expectChain(scene: Scene): void {
  expect(scene.events.filter(({ event }) => event === 'renewal_refused')).toEqual([]);
  expect(newest(scene, 'leaf').checkIssued(newest(scene, 'mid'))).toBe(true);
  expect(newest(scene, 'leaf').verify(newest(scene, 'mid').publicKey)).toBe(true);
  expect(newest(scene, 'mid').verify(newest(scene, 'root').publicKey)).toBe(true);
  if (!hasOpenssl) return;
  const [root, mid, leaf] = LEVELS.map((level) => ders(scene, level).at(-1) ?? new Uint8Array());
  if (!root || !mid || !leaf) throw new Error('no chain');
  const at = scene.clock.now;
  expect(opensslVerify({ certificate: leaf, trusted: [root], untrusted: [mid], at })).toBe('OK');
}

describe('a chain that is due at every level', () => {
  it('is renewed from the root down in one go, even if only the lowest CA has a message', async () => {
    const scene = await createScene(chain());
    await renew(scene.app, ca('leaf'), 'r1');
    expect(issued(scene)).toEqual(['root', 'mid', 'leaf']);
    expectChain(scene);
    const { notBefore, notAfter } = readCertificate(ders(scene, 'leaf').at(-1) ?? new Uint8Array());
    // As long as ever: not cut off by the old issuer's last 60 days. (The chain's new ends are all within a second.)
    expect(notAfter.getTime() - notBefore.getTime()).toBeGreaterThan(729 * 86_400_000);
    expect(await settle(scene)).toBe(0);
  });

  it('comes to the same end by the messages of one scan, whatever their order', async () => {
    for (const order of [LEVELS, [...LEVELS].reverse(), ['mid', 'leaf', 'root'] as const]) {
      const scene = await createScene(chain());
      expect((await scan(scene.app)).map(({ name }) => name).sort()).toEqual(['leaf', 'mid', 'root']);
      for (const level of order) await renew(scene.app, ca(level), level);
      expect(issued(scene)).toEqual(['root', 'mid', 'leaf']);
      expectChain(scene);
    }
  });
});

describe('an issuer that is due but', () => {
  it.each<[string, SeedInput, string[]]>([
    [
      'paused',
      chain({ root: { tags: { paused: 'true' } }, mid: { tags: { paused: 'true' }, notAfter: 'P100D' } }),
      ['leaf'],
    ],
    ['nobody’s here', chain({ mid: { notAfter: 'P100D' } }, ['leaf']), ['leaf']],
    [
      'refused, its tags being wrong',
      chain({ mid: { tags: { 'renew-before': 'soon' }, notAfter: 'P100D' } }),
      ['leaf'],
    ],
  ])('%s signs with the generation it has', async (_, seed, expected) => {
    const scene = await createScene(seed);
    await renew(scene.app, ca('leaf'), 'r1');
    expect(issued(scene)).toEqual(expected);
    expect(newest(scene, 'leaf').verify(newest(scene, 'mid').publicKey)).toBe(true);
  });
});

describe('an issuer with a new key', () => {
  it('has its subordinates renewed under it, level by level, though they are not due by time', async () => {
    const scene = await createScene(
      chain({ mid: FRESH, leaf: FRESH, root: { ...DUE, notAfter: 'P800D', notBefore: '-P7200D' } }),
    );
    await settle(scene);
    expect(issued(scene)).toEqual(['root', 'mid', 'leaf']);
    const reasons = scene.events.flatMap((each) =>
      each.event === 'certificate_requested' ? `${each.ca}: ${each.reason}` : [],
    );
    expect([...new Set(reasons)]).toEqual(['root: window-open', 'mid: issuer-renewed', 'leaf: issuer-renewed']);
    expectChain(scene);
    for (const level of LEVELS) expect(ders(scene, level)).toHaveLength(2);
  });

  it('that keeps its key leaves its subordinates alone', async () => {
    const scene = await createScene(
      chain({ mid: FRESH, leaf: FRESH, root: { ...DUE, notAfter: 'P800D', notBefore: '-P7200D', reuseKey: true } }),
    );
    await settle(scene);
    expect(issued(scene)).toEqual(['root']);
  });
});
