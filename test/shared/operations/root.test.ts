import { createPublicKey, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { renew } from '../../../shared/operations/renew.ts';
import { scan } from '../../../shared/operations/scan.ts';
import { readCertificate } from '../../../shared/x509/certificate.ts';
import { withPauses } from '../../support/changed-ports.ts';
import { counted } from '../../support/counts.ts';
import { generationsOf } from '../../support/fleet.ts';
import { interleave } from '../../support/interleave.ts';
import { expectSameCertificateLater } from '../../support/renewed-certificate.ts';
import { ROOT_CA as CA, ROOT, rooted, rootPolicy, rootRenewed, rootState } from '../../support/rooted.ts';
import { createScene, type Scene } from '../../support/scene.ts';
import { WAY_KEYS } from '../../support/ways.ts';

const steps = (scene: Scene) => scene.events.flatMap((event) => ('step' in event ? event.step : []));

/** What every renewed root must be, to readers that we did not write. */
async function expectGoodRoot(scene: Scene, renewed: Uint8Array): Promise<void> {
  const [old] = generationsOf(scene, ROOT);
  if (!old) throw new Error('no root');
  await expectSameCertificateLater({ old: old.der, renewed, issuer: renewed, at: scene.clock.now });
}

describe.each(WAY_KEYS)('a self-signed root (%s)', (key) => {
  it('that keeps its key is issued under that key, and its leaves stay valid under both', async () => {
    const scene = await createScene(rooted({ key, reuseKey: true }));
    await renew(scene.app, CA, 'r1');
    expect(steps(scene)).toEqual(['request', 'issue', 'upload', 'prove']);
    const [old, renewed] = generationsOf(scene, ROOT);
    if (!old || !renewed) throw new Error('no renewal happened');
    await expectGoodRoot(scene, renewed.der);
    const [oldKey, newKey] = [old, renewed].map(({ der }) => new X509Certificate(der).publicKey);
    expect(oldKey?.equals(newKey ?? createPublicKey(''))).toBe(true);
    const [before, after] = [readCertificate(old.der), readCertificate(renewed.der)];
    expect(after.subjectKeyIdentifier).toEqual(before.subjectKeyIdentifier);
    expect(await rootPolicy(scene)).toMatchObject({ reuseKey: true });
    expect(await scan(scene.app)).toEqual([]);
  });

  it('that gets a new key begins with a seed, and leaves nothing of it behind', async () => {
    const scene = await createScene(rooted({ key, tags: { owner: 'pki' } }));
    await renew(scene.app, CA, 'r1');
    expect(scene.events.filter(({ event }) => event === 'renewal_refused')).toEqual([]);
    expect(steps(scene)).toEqual(['request', 'request', 'issue', 'tidy', 'upload', 'prove']);
    const [old, seed, renewed, ...more] = generationsOf(scene, ROOT);
    if (!old || !seed || !renewed) throw new Error('no renewal happened');
    expect(more).toEqual([]);
    expect([old.enabled, seed.enabled, renewed.enabled]).toEqual([true, false, true]);
    expect(new X509Certificate(seed.der).ca).toBe(false);
    await expectGoodRoot(scene, renewed.der);
    const [oldKey, seedKey, newKey] = [old, seed, renewed].map(({ der }) => Buffer.from(readCertificate(der).spki));
    expect(newKey).toEqual(seedKey);
    expect(newKey).not.toEqual(oldKey);
    expect(await rootPolicy(scene)).toEqual({
      keyType: key.startsWith('RSA') ? 'RSA' : 'EC',
      reuseKey: false,
      exportable: false,
    });
    const current = await scene.app.ports.vaults.get(CA.vaultUrl)?.current(CA.name);
    expect(current?.content?.tags).toEqual({ owner: 'pki', 'renew-key': 'new' });
    expect((await scene.entries('dps-1')).map(({ isVerified }) => isVerified)).toEqual([true, true]);
    expect(await scan(scene.app)).toEqual([]);
  });
});

describe.each(['same', 'new'] as const)('ten copies of one message, for a root with %s key', (key) => {
  it.each(Array.from({ length: counted(10, 200) }, (_, seed) => seed))(
    'make one new generation and leave nothing else behind (interleaving %i)',
    async (seed) => {
      const scene = await createScene(rooted({ reuseKey: key === 'same' }), new Date(), { selfIssueDelayMs: 2000 });
      const app = withPauses(scene);
      interleave(scene, seed);
      const copies = Array.from({ length: 10 }, (_, copy) => renew(app, CA, `copy ${copy}`));
      const ends = await Promise.allSettled(copies);
      // A copy that met others too often fails, and is delivered again.
      for (const [copy, end] of ends.entries()) if (end.status === 'rejected') await renew(app, CA, `copy ${copy}`);
      const versions = generationsOf(scene, ROOT);
      expect(versions.filter(({ enabled }) => enabled).map(({ der }) => new X509Certificate(der).ca)).toEqual([
        true,
        true,
      ]);
      const disabled = versions.filter(({ enabled }) => !enabled);
      // What is disabled was a seed, or the same renewal once more: of the same key.
      const renewed = readCertificate(versions.findLast(({ enabled }) => enabled)?.der ?? new Uint8Array());
      for (const { der } of disabled.filter(({ der }) => new X509Certificate(der).ca)) {
        expect(Buffer.from(readCertificate(der).spki)).toEqual(Buffer.from(renewed.spki));
      }
      expect(disabled.some(({ der }) => !new X509Certificate(der).ca)).toBe(key === 'new');
      const { enabled: _, ...rest } = rootRenewed(key);
      expect(await rootState(scene)).toMatchObject(rest);
      expect(scene.events.filter(({ event }) => event === 'renewal_refused')).toEqual([]);
      expect(await scan(app)).toEqual([]);
    },
  );
});

describe('a lost tag', () => {
  it('never makes the seed a generation, nor lets anything be signed for it', async () => {
    const scene = await createScene(rooted());
    // Stopped right after the seed was made, and then somebody replaces the tags.
    scene.intercept = (method, path) => {
      if (method === 'POST' && path.endsWith('/create') && scene.calls.some((call) => call.path.endsWith('/create'))) {
        throw new Error('connection lost');
      }
    };
    await renew(scene.app, CA, 'first').catch(() => undefined);
    scene.intercept = () => undefined;
    const [old] = generationsOf(scene, ROOT);
    await scene.app.ports.vaults.get(CA.vaultUrl)?.setTags(CA.name, old?.version ?? '', {});
    await renew(scene.app, CA, 'second');
    const newest = generationsOf(scene, ROOT).at(-1);
    const certificate = readCertificate(newest?.der ?? new Uint8Array());
    expect(certificate.isCa).toBe(true);
    expect((await scene.entries('dps-1')).every(({ isVerified }) => isVerified)).toBe(true);
  });
});
