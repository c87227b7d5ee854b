import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { makeCertificate } from '../../../local/emulator/pki.ts';
import type { SeedInput } from '../../../local/emulator/seed.ts';
import { renew } from '../../../shared/operations/renew.ts';
import { readCertificate } from '../../../shared/x509/certificate.ts';
import { disableVersion, sendToVault } from '../../support/by-hand.ts';
import { fleet, generationsOf, renewalOutcome, renewedOnce } from '../../support/fleet.ts';
import { isWrite } from '../../support/is-write.ts';
import { newKey } from '../../support/key-vault-builders.ts';
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
  const privateKey = newKey();
  const certificate = await makeCertificate({
    subject: 'CN=Fleet Root, O=Contoso',
    publicKey: createPublicKey(privateKey),
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

/** Plants one more version of the root, self-signed with the given key. */
async function plantRoot(scene: Scene, privateKey: KeyObject) {
  const publicKey = createPublicKey(privateKey);
  const certificate = await makeCertificate({
    subject: 'CN=Fleet Root, O=Contoso',
    publicKey,
    signer: { key: privateKey },
    notBefore: new Date(scene.clock.now.getTime() - 86_400_000),
    notAfter: new Date(scene.clock.now.getTime() + 7000 * 86_400_000),
    ca: true,
    pathLen: 1,
  });
  return { publicKey, certificate, ...scene.vault(ROOT.vault).plant({ name: ROOT.name, privateKey, certificate }) };
}

async function plantDisabled(scene: Scene, privateKey: KeyObject): Promise<void> {
  const { version } = await plantRoot(scene, privateKey);
  await disableVersion(scene, ROOT, version);
}

/** One more version of the root, from Key Vault's own issuer, which never makes a CA. */
async function selfIssue(scene: Scene, key: { readonly reuse_key: boolean }): Promise<void> {
  const policy = {
    key_props: { kty: 'EC', crv: 'P-256', exportable: false, ...key },
    x509_props: { subject: 'CN=Fleet Root, O=Contoso' },
    issuer: { name: 'Self' },
  };
  await sendToVault(scene, ROOT.vault, 'POST', `/certificates/${ROOT.name}/create`, { policy });
}

describe('the issuer', () => {
  it('is never a look-alike with the name and the key identifier of the root, beside the real one', async () => {
    const scene = await createScene(withOtherVault());
    await plantLookAlike(scene);
    await renew(scene.app, CA, 'r1');
    expect(await renewalOutcome(scene)).toEqual(renewedOnce());
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
    expect(scene.calls.filter(isWrite)).toEqual([]);
  });

  it('may sign with a newer generation than the one that signed the predecessor', async () => {
    const scene = await createScene(fleet());
    const { publicKey, certificate } = await plantRoot(scene, newKey({ kty: 'EC', crv: 'P-384' }));
    await renew(scene.app, CA, 'r1');
    const renewed = new X509Certificate(generationsOf(scene).at(-1)?.der ?? '');
    expect(renewed.verify(publicKey)).toBe(true);
    expect(renewed.checkIssued(new X509Certificate(certificate))).toBe(true);
  });

  it.each<[string, (scene: Scene) => Promise<void>]>([
    ['disabled, of the same key', (scene) => plantDisabled(scene, scene.vault('kv-root').privateKeyOf('fleet-root'))],
    ['disabled, of another key', (scene) => plantDisabled(scene, newKey())],
    ['no CA, of the same key', (scene) => selfIssue(scene, { reuse_key: true })],
    ['no CA, of another key', (scene) => selfIssue(scene, { reuse_key: false })],
  ])('signs with its newest enabled CA version where its current version is %s', async (_, arrange) => {
    const scene = await createScene(fleet());
    const [root] = generationsOf(scene, ROOT);
    await arrange(scene);
    await renew(scene.app, CA, 'r1');
    expect(await renewalOutcome(scene)).toEqual(renewedOnce());
    expect(generationsOf(scene, ROOT)).toHaveLength(2);
    const signatures = scene.calls.filter(({ path }) => path.includes('kv-root') && path.endsWith('/sign'));
    expect(signatures.map(({ path }) => path)).toEqual([
      `//kv-root.vault.azure.net/keys/fleet-root/${root?.version}/sign`,
    ]);
  });

  it.each([
    ['its vault', '//kv-root.vault.azure.net/'],
    ['its certificate', '//kv-root.vault.azure.net/certificates/fleet-root/'],
    ['the list of its versions, which the search needs', '//kv-root.vault.azure.net/certificates/fleet-root/versions'],
  ])('is unknown, not missing, while %s cannot be read: the renewal waits', async (_, part) => {
    const scene = await createScene(fleet());
    // With a newer key than the one that signed, so that its older versions are looked at, too.
    await plantRoot(scene, newKey());
    scene.intercept = (_method, path) => {
      if (path.startsWith(part)) throw new Error('connection lost');
    };
    await renew(scene.app, CA, 'r1');
    expect(scene.events).toMatchObject([
      {
        event: 'renewal_settled',
        steps: [],
        waits: [
          { lane: 'vault', reason: 'vault-unreadable', detail: expect.stringContaining('connection lost') },
          { reason: 'settled' },
        ],
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
