import { createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { makeCertificate } from '../../../local/emulator/pki.ts';
import type { SeedInput } from '../../../local/emulator/seed.ts';
import { renew } from '../../../shared/operations/renew.ts';
import { readCertificate } from '../../../shared/x509/certificate.ts';
import { endState, fleet, generationsOf, renewedOnce } from '../../support/fleet.ts';
import { createScene, type Scene } from '../../support/scene.ts';

const CA = { vaultUrl: 'https://kv-fleet.vault.azure.net', name: 'plant-a-ca' };
const ROOT = { vault: 'kv-root', name: 'fleet-root' };
const KEY_IDENTIFIERS = '2.5.29.14';

/** A seed with one more vault, `kv-other`, which holds nothing yet. */
function withOtherVault(): SeedInput {
  const seed = fleet();
  return { ...seed, vaults: [...seed.vaults, { name: 'kv-other', certificates: [] }] };
}

/** Puts a CA into `kv-other` that looks like the root: its name, its subject, its key identifier; but another key. */
async function plantLookAlike(scene: Scene): Promise<void> {
  const [root] = generationsOf(scene, ROOT);
  if (!root) throw new Error('no root');
  const real = readCertificate(root.der);
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const certificate = await makeCertificate({
    subject: 'CN=Fleet Root, O=Contoso',
    publicKey,
    signer: { key: privateKey },
    notBefore: real.notBefore,
    // Better in every other respect: it lives longer than the real one.
    notAfter: new Date(real.notAfter.getTime() + 86_400_000),
    ca: true,
    pathLen: 1,
    skiAki: false,
    extraExtensions: real.extensions
      .filter(({ oid }) => oid === KEY_IDENTIFIERS)
      .map(({ oid, value }) => ({ oid, value })),
  });
  scene.vault('kv-other').plant({ name: 'fleet-root', privateKey, certificate });
}

describe('the issuer', () => {
  it('is never a look-alike with the name and the key identifier of the root, beside the real one', async () => {
    const scene = await createScene(withOtherVault());
    await plantLookAlike(scene);
    await renew(scene.app, CA, 'r1');
    expect(await endState(scene)).toEqual(renewedOnce());
    const renewed = new X509Certificate(generationsOf(scene).at(-1)?.der ?? '');
    const rootKey = createPublicKey(scene.vault('kv-root').privateKeyOf('fleet-root'));
    expect(renewed.verify(rootKey)).toBe(true);
    expect(scene.calls.filter(({ path }) => path.includes('kv-other') && path.endsWith('/sign'))).toEqual([]);
  });

  it('is never a look-alike, not even where the real one is in no vault: refused, and nothing signed or requested', async () => {
    const scene = await createScene(withOtherVault());
    await plantLookAlike(scene);
    const vaults = new Map([...scene.app.ports.vaults].filter(([url]) => !url.includes('kv-root')));
    await renew({ ...scene.app, ports: { ...scene.app.ports, vaults } }, CA, 'r1');
    expect(scene.events).toMatchObject([{ event: 'renewal_refused', reason: 'issuer-not-in-vault' }]);
    expect(scene.calls.filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  it('may sign with a newer generation than the one that signed the predecessor', async () => {
    const scene = await createScene(fleet());
    const [old] = generationsOf(scene, ROOT);
    if (!old) throw new Error('no root');
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const certificate = await makeCertificate({
      subject: 'CN=Fleet Root, O=Contoso',
      publicKey,
      signer: { key: privateKey },
      notBefore: new Date(scene.clock.now.getTime() - 86_400_000),
      notAfter: new Date(scene.clock.now.getTime() + 7000 * 86_400_000),
      ca: true,
      pathLen: 1,
    });
    scene.vault('kv-root').plant({ name: 'fleet-root', privateKey, certificate });
    await renew(scene.app, CA, 'r1');
    const renewed = new X509Certificate(generationsOf(scene).at(-1)?.der ?? '');
    expect(renewed.verify(publicKey)).toBe(true);
    expect(renewed.checkIssued(new X509Certificate(certificate))).toBe(true);
  });

  it('is unknown, not missing, while a vault cannot be read: the renewal waits', async () => {
    const scene = await createScene(fleet());
    scene.intercept = (_, path) => {
      if (path.includes('kv-root')) throw new Error('connection lost');
    };
    await renew(scene.app, CA, 'r1');
    expect(scene.events).toMatchObject([
      {
        event: 'renewal_settled',
        steps: [],
        waits: [{ lane: 'vault', reason: 'vault-unreadable' }, { reason: 'settled' }],
      },
    ]);
  });

  it('that expires too soon is renewed first, by somebody: the subordinate is refused', async () => {
    const scene = await createScene(fleet());
    // The root has 16 years left; the last subordinate ends with it, and cannot be outlived.
    const start = scene.clock.now;
    for (let month = 0; month < 16 * 12; month += 1) {
      scene.clock.now = new Date(start.getTime() + month * 30.4 * 86_400_000);
      scene.events.length = 0;
      await renew(scene.app, CA, `month ${month}`);
      if (scene.events.some(({ event }) => event === 'renewal_refused')) break;
    }
    expect(scene.events).toMatchObject([{ event: 'renewal_refused', reason: 'issuer-first' }]);
    const last = readCertificate(generationsOf(scene).at(-1)?.der ?? new Uint8Array());
    const root = readCertificate(generationsOf(scene, ROOT)[0]?.der ?? new Uint8Array());
    expect(last.notAfter).toEqual(root.notAfter);
  });
});
