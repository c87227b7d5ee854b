import { createPublicKey, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { SeedInput } from '../../../local/emulator/seed.ts';
import { renew } from '../../../shared/operations/renew.ts';
import { scan } from '../../../shared/operations/scan.ts';
import { readCertificate } from '../../../shared/x509/certificate.ts';
import { generationsOf } from '../../support/fleet.ts';
import { hasOpenssl, opensslVerify } from '../../support/openssl.ts';
import { createScene, type Scene } from '../../support/scene.ts';

const KEYS = ['RSA-2048', 'RSA-3072', 'P-256', 'P-384'] as const;
const ROOT = { vault: 'kv-root', name: 'fleet-root' };
const CA = { vaultUrl: 'https://kv-root.vault.azure.net', name: 'fleet-root' };

/** A root of ten years with one left, verified in a DPS. */
function rooted(
  key: (typeof KEYS)[number],
  given: { reuseKey?: boolean; tags?: Record<string, string> } = {},
): SeedInput {
  return {
    version: 1,
    vaults: [
      {
        name: ROOT.vault,
        certificates: [
          { name: ROOT.name, subject: 'CN=Fleet Root, O=Contoso', key, notBefore: '-P9Y', notAfter: 'P1Y', ...given },
        ],
      },
    ],
    provisioningServices: [{ name: 'dps-1', certificates: [{ name: 'Root', certificate: ROOT, verified: true }] }],
  };
}

const policyOf = async (scene: Scene) => (await scene.app.ports.vaults.get(CA.vaultUrl)?.current(CA.name))?.keyPolicy;
const steps = (scene: Scene) => scene.events.flatMap((event) => ('step' in event ? event.step : []));

/** What every renewed root must be, to readers that we did not write. */
function expectGoodRoot(scene: Scene, der: Uint8Array): void {
  const [old] = generationsOf(scene, ROOT);
  const certificate = new X509Certificate(der);
  expect(certificate.ca && certificate.checkIssued(certificate) && certificate.verify(certificate.publicKey)).toBe(
    true,
  );
  if (hasOpenssl) expect(opensslVerify({ certificate: der, trusted: [der], at: scene.clock.now })).toBe('OK');
  const [before, after] = [readCertificate(old?.der ?? new Uint8Array()), readCertificate(der)];
  expect(Buffer.from(after.subject)).toEqual(Buffer.from(before.subject));
  expect(Buffer.from(after.issuer)).toEqual(Buffer.from(before.issuer));
  expect([after.pathLen, after.keyUsage]).toEqual([before.pathLen, before.keyUsage]);
}

describe.each(KEYS)('a self-signed root (%s)', (key) => {
  it('that keeps its key is issued under that key, and its leaves stay valid under both', async () => {
    const scene = await createScene(rooted(key, { reuseKey: true }));
    await renew(scene.app, CA, 'r1');
    expect(steps(scene)).toEqual(['request', 'issue', 'upload', 'prove']);
    const [old, renewed] = generationsOf(scene, ROOT);
    if (!old || !renewed) throw new Error('no renewal happened');
    expectGoodRoot(scene, renewed.der);
    const [oldKey, newKey] = [old, renewed].map(({ der }) => new X509Certificate(der).publicKey);
    expect(oldKey?.equals(newKey ?? createPublicKey(''))).toBe(true);
    const [before, after] = [readCertificate(old.der), readCertificate(renewed.der)];
    expect(after.subjectKeyIdentifier).toEqual(before.subjectKeyIdentifier);
    expect(await policyOf(scene)).toMatchObject({ reuseKey: true });
    expect(await scan(scene.app)).toEqual([]);
  });

  it('that gets a new key begins with a seed, and leaves nothing of it behind', async () => {
    const scene = await createScene(rooted(key, { tags: { owner: 'pki' } }));
    await renew(scene.app, CA, 'r1');
    expect(scene.events.filter(({ event }) => event === 'renewal_refused')).toEqual([]);
    expect(steps(scene)).toEqual(['request', 'request', 'issue', 'tidy', 'upload', 'prove']);
    const [old, seed, renewed, ...more] = generationsOf(scene, ROOT);
    if (!old || !seed || !renewed) throw new Error('no renewal happened');
    expect(more).toEqual([]);
    expect([old.enabled, seed.enabled, renewed.enabled]).toEqual([true, false, true]);
    expect(new X509Certificate(seed.der).ca).toBe(false);
    expectGoodRoot(scene, renewed.der);
    const [oldKey, seedKey, newKey] = [old, seed, renewed].map(({ der }) => Buffer.from(readCertificate(der).spki));
    expect(newKey).toEqual(seedKey);
    expect(newKey).not.toEqual(oldKey);
    expect(await policyOf(scene)).toEqual({
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

describe('a root with a new key, interrupted', () => {
  it.each(['before', 'after'] as const)(
    '%s any of its calls, comes to the same end when delivered again',
    async (when) => {
      const clean = await createScene(rooted('P-256'));
      await renew(clean.app, CA, 'clean');
      for (let at = 0; at < clean.calls.length; at += 1) {
        const scene = await createScene(rooted('P-256'));
        let count = 0;
        scene.intercept = () => {
          const broken = when === 'before' ? count >= at : count > at;
          count += 1;
          if (broken) throw new Error('connection lost');
        };
        await renew(scene.app, CA, 'first').catch(() => undefined);
        scene.intercept = () => undefined;
        await renew(scene.app, CA, 'second');
        const doing = `call ${at}: ${clean.calls[at]?.method} ${clean.calls[at]?.path}`;
        expect(
          generationsOf(scene, ROOT).map(({ enabled }) => enabled),
          doing,
        ).toEqual([true, false, true]);
        expect(
          (await scene.entries('dps-1')).map(({ isVerified }) => isVerified),
          doing,
        ).toEqual([true, true]);
        expect((await policyOf(scene))?.reuseKey, doing).toBe(false);
      }
    },
  );
});

describe('a lost tag', () => {
  it('never makes the seed a generation, nor lets anything be signed for it', async () => {
    const scene = await createScene(rooted('P-256'));
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
