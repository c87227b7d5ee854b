import { createPublicKey, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { makeCertificate } from '../../../local/emulator/pki.ts';
import type { SeedInput } from '../../../local/emulator/seed.ts';
import { renew } from '../../../shared/operations/renew.ts';
import { scan } from '../../../shared/operations/scan.ts';
import { readCertificate } from '../../../shared/x509/certificate.ts';
import { toPem } from '../../../shared/x509/pem.ts';
import { sendToVault } from '../../support/by-hand.ts';
import { withVault } from '../../support/changed-ports.ts';
import { withCertificate } from '../../support/changed-seed.ts';
import { fleet, generationsOf, PLANT_A, renewalOutcome, renewedOnce } from '../../support/fleet.ts';
import { vaultUrl } from '../../support/in-process-azure.ts';
import { isWrite } from '../../support/is-write.ts';
import { newKey } from '../../support/key-vault-builders.ts';
import { plantCa } from '../../support/plant-ca.ts';
import { createScene, type Scene } from '../../support/scene.ts';

// Mallory has all rights on one configured vault and none on any other. What she brings in there must never be signed by
// a key of another vault, nor make the app trust a key that she can take out. See planted.test.ts for a root's own
// vault, contention.test.ts for what she does between two calls of ours, issuer.test.ts for look-alikes of the root.

const CA = { vaultUrl: vaultUrl(PLANT_A.vault), name: PLANT_A.name };
const SUBJECT = 'CN=Plant A CA, OU=Línea 1, O=Contoso';
const ROOT = { vault: 'kv-root', name: 'fleet-root', subject: 'CN=Fleet Root, O=Contoso' };
const MINE = { vault: 'kv-mallory', name: 'mine', subject: 'CN=Mine' };
const MINE_CA = { vaultUrl: vaultUrl(MINE.vault), name: MINE.name };
const AUTHORITY_KEY_IDENTIFIER = '2.5.29.35';

/** The fleet, with Mallory's vault among those that the app is configured for. */
function besieged(seed: SeedInput = fleet()): Promise<Scene> {
  return createScene({ ...seed, vaults: [...seed.vaults, { name: MINE.vault }] });
}

/** Which keys have signed: `vault/name`, each once. */
function signers({ calls }: Scene): string[] {
  const keys = calls.flatMap(
    ({ path }) => /^\/\/([^.]+)\.[^/]+\/keys\/([^/]+)\/[^/]+\/sign$/.exec(path)?.slice(1) ?? [],
  );
  const names = keys.flatMap((_, index) => (index % 2 === 0 ? `${keys[index]}/${keys[index + 1]}` : []));
  return [...new Set(names)].sort();
}

/** Which CAs were refused, and why, each once: a scan and a renewal may both say so. */
function refusals({ events }: Scene): string[] {
  return [
    ...new Set(events.flatMap((event) => (event.event === 'renewal_refused' ? `${event.ca}: ${event.reason}` : []))),
  ];
}

const rootOf = (scene: Scene) => generationsOf(scene, ROOT)[0]?.der ?? new Uint8Array();

/** The root's name with a key of Mallory's, to sign what pretends to be the root's. */
async function lookAlike(scene: Scene): Promise<{ key: KeyObject; certificate: Uint8Array }> {
  const key = newKey();
  const { notBefore, notAfter } = readCertificate(rootOf(scene));
  const options = { subject: ROOT.subject, publicKey: createPublicKey(key), signer: { key }, ca: true };
  return { key, certificate: await makeCertificate({ ...options, notBefore, notAfter }) };
}

/** authorityKeyIdentifier as the root's own subordinates have it. */
function rootKeyIdentifier(scene: Scene) {
  const [old] = generationsOf(scene);
  const { extensions } = readCertificate(old?.der ?? new Uint8Array());
  return extensions.flatMap(({ oid, value }) => (oid === AUTHORITY_KEY_IDENTIFIER ? [{ oid, value }] : []));
}

/** A request in the name of a CA for a key that Mallory may use, as close to one of ours as she likes. */
async function ask(
  scene: Scene,
  { vault, name, subject }: { vault: string; name: string; subject: string },
  key: object = {},
): Promise<void> {
  const key_props = { kty: 'EC', crv: 'P-256', exportable: false, reuse_key: false, ...key };
  const policy = { key_props, x509_props: { subject, key_usage: ['keyCertSign'] }, issuer: { name: 'Unknown' } };
  await sendToVault(scene, vault, 'POST', `/certificates/${name}/create`, { policy });
}

/** Brings a key in that Mallory has outside the vault, too, under a policy that says it cannot be exported. */
async function importOwnKey(scene: Scene, ca: { vault: string; name: string }, subject: string): Promise<KeyObject> {
  const key = newKey();
  const day = (days: number) => new Date(scene.clock.now.getTime() + days * 86_400_000);
  const options = { subject, publicKey: createPublicKey(key), signer: { key }, keyUsage: ['keyCertSign'] };
  const certificate = await makeCertificate({ ...options, notBefore: day(-1), notAfter: day(300) });
  const value = `${key.export({ type: 'pkcs8', format: 'pem' })}${toPem(certificate)}`;
  const policy = { key_props: { exportable: false, reuse_key: false } };
  await sendToVault(scene, ca.vault, 'POST', `/certificates/${ca.name}/import`, { value, policy });
  return key;
}

/** Whether a generation of the CA has this key. */
function isCertified(scene: Scene, ca: { vault: string; name: string }, key: KeyObject): boolean {
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const generations = generationsOf(scene, ca).map(({ der }) => readCertificate(der));
  return generations.some((each) => each.isCa && spki.equals(each.spki));
}

describe('a CA in a vault of her own, tagged for every DPS, that names the fleet’s root as its issuer', () => {
  it.each<[string, (scene: Scene) => object]>([
    ['by its name', () => ({})],
    ['by its name and key identifier', (scene) => ({ skiAki: false, extraExtensions: rootKeyIdentifier(scene) })],
  ])('%s, without its signature, is refused: no key of another vault signs anything', async (_, given) => {
    const scene = await besieged();
    const signer = await lookAlike(scene);
    await plantCa(scene, { ...MINE, signer, tags: { dps: '*' }, ...given(scene) });
    await ask(scene, MINE);
    await renew(scene.app, MINE_CA, 'r1');
    expect(refusals(scene)).toEqual(['mine: issuer-not-in-vault']);
    // Her own CA is registered with her own key, as the tag says: whoever runs a configured vault may do that.
    expect(signers(scene)).toEqual(['kv-mallory/mine']);
    expect(scene.calls.filter(({ path }) => path.endsWith('/merge'))).toEqual([]);
  });

  it('and a look-alike of that root beside it: her own root signs it, the fleet’s signs what is the fleet’s', async () => {
    const scene = await besieged();
    const signer = await lookAlike(scene);
    scene.vault(MINE.vault).plant({ name: 'fleet-root', privateKey: signer.key, certificate: signer.certificate });
    await plantCa(scene, { ...MINE, signer, tags: { dps: '*' } });
    await renew(scene.app, MINE_CA, 'r1');
    expect(signers(scene)).toEqual(['kv-mallory/fleet-root', 'kv-mallory/mine']);
    scene.calls.length = 0;
    await renew(scene.app, CA, 'r2');
    expect(signers(scene)).toEqual(['kv-fleet/plant-a-ca', 'kv-root/fleet-root']);
  });

  it('with its signature, expired and in no DPS: what she has found does not come back', async () => {
    const scene = await besieged();
    const signer = { key: scene.vault(ROOT.vault).privateKeyOf(ROOT.name), certificate: rootOf(scene) };
    await plantCa(scene, { ...MINE, signer, tags: { dps: '*' }, validity: [-700, -100] });
    await ask(scene, MINE);
    await renew(scene.app, MINE_CA, 'r1');
    expect(signers(scene)).not.toContain('kv-root/fleet-root');
  });
});

describe('a version in her vault that nobody can read', () => {
  it('is refused, and keeps neither the scan nor another CA from its end', async () => {
    const scene = await besieged();
    await plantCa(scene, { ...MINE, tags: { dps: '*' } });
    const app = withVault(scene, MINE.vault, ({ current, certificate }) => {
      const garbage = { der: Uint8Array.of(0x30, 0x82, 0xff, 0xff) };
      return {
        current: async (name) => {
          const read = await current(name);
          return read?.content && { ...read, content: { ...read.content, ...garbage } };
        },
        certificate: async (name, version) => {
          const read = await certificate(name, version);
          return read && { ...read, ...garbage };
        },
      };
    });
    expect(await scan(app)).toEqual([CA]);
    await renew(app, MINE_CA, 'r1');
    expect(refusals(scene)).toEqual(['mine: version-unreadable']);
    expect(signers(scene)).toEqual([]);
    await renew(app, CA, 'r2');
    expect(await renewalOutcome(scene)).toEqual(renewedOnce());
  });
});

describe('with all rights on a subordinate’s vault, a request', () => {
  it.each<[string, SeedInput, object]>([
    ['with another type of key', fleet(), { kty: 'RSA', key_size: 2048, crv: undefined }],
    ['with a larger RSA key', fleet({ subordinate: 'RSA-2048' }), { kty: 'RSA', key_size: 3072, crv: undefined }],
    ['with a smaller RSA key', fleet({ subordinate: 'RSA-3072' }), { kty: 'RSA', key_size: 2048, crv: undefined }],
    [
      'with a new key where the CA keeps its own',
      withCertificate(fleet(), PLANT_A.name, { tags: { 'renew-key': 'same' } }),
      {},
    ],
    [
      'with the old key where the CA gets a new one, exportable',
      withCertificate(fleet(), PLANT_A.name, { tags: { 'renew-key': 'new' } }),
      { reuse_key: true, exportable: true },
    ],
  ])('%s is reported as not ours: nothing is signed, nothing written', async (_, seed, key) => {
    const scene = await besieged(seed);
    await ask(scene, { ...PLANT_A, subject: SUBJECT }, key);
    await renew(scene.app, CA, 'r1');
    expect(refusals(scene)).toEqual(['plant-a-ca: foreign-request']);
    expect(scene.calls.filter(isWrite)).toEqual([]);
  });

  it('that is not there yet gets a key that cannot be exported, though the policy says that keys may be', async () => {
    const scene = await besieged();
    const policy = { key_props: { kty: 'EC', crv: 'P-256', exportable: true } };
    await sendToVault(scene, PLANT_A.vault, 'PATCH', `/certificates/${PLANT_A.name}/policy`, policy);
    await renew(scene.app, CA, 'r1');
    expect(await renewalOutcome(scene)).toEqual(renewedOnce());
    const current = await scene.app.ports.vaults.get(CA.vaultUrl)?.current(CA.name);
    expect(current?.keyPolicy.exportable).toBe(false);
  });

  it('for a key that she imported before is not signed: she has it outside', async () => {
    const scene = await besieged(withCertificate(fleet(), PLANT_A.name, { tags: { 'renew-key': 'new' } }));
    const key = await importOwnKey(scene, PLANT_A, SUBJECT);
    await ask(scene, { ...PLANT_A, subject: SUBJECT }, { reuse_key: true });
    await renew(scene.app, CA, 'r1');
    expect(isCertified(scene, PLANT_A, key)).toBe(false);
  });
});

describe('with all rights on a subordinate’s vault, a newest version of her own making', () => {
  it('that names the root as issuer, without its signature, is not renewed: the root’s key signs nothing', async () => {
    const scene = await besieged();
    await plantCa(scene, { ...PLANT_A, subject: SUBJECT, signer: await lookAlike(scene) });
    await ask(scene, { ...PLANT_A, subject: SUBJECT });
    await renew(scene.app, CA, 'r1');
    expect(refusals(scene)).toEqual(['plant-a-ca: issuer-not-in-vault']);
    expect(signers(scene)).toEqual(['kv-fleet/plant-a-ca']);
    expect(scene.calls.filter(({ path }) => path.endsWith('/merge'))).toEqual([]);
  });

  it('by another name and another issuer is the next generation: who may merge or import is trusted with that', async () => {
    const scene = await besieged();
    await plantCa(scene, { ...PLANT_A, subject: 'CN=Mine', validity: [-1, 3000] });
    await renew(scene.app, CA, 'r1');
    expect(await scene.entries('dps-1')).toHaveLength(2);
    expect(signers(scene)).not.toContain('kv-root/fleet-root');
  });

  it('that nobody can read stops this CA, and nothing is signed', async () => {
    const scene = await besieged();
    const app = withVault(scene, PLANT_A.vault, ({ current }) => ({
      current: async (name) => {
        const read = await current(name);
        return read?.content && { ...read, content: { ...read.content, der: new Uint8Array(Buffer.from('garbage')) } };
      },
    }));
    await renew(app, CA, 'r1');
    expect(refusals(scene)).toEqual(['plant-a-ca: version-unreadable']);
    expect(scene.calls.filter(isWrite)).toEqual([]);
  });
});
