import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { renew } from '../../../shared/operations/renew.ts';
import { scan } from '../../../shared/operations/scan.ts';
import { sendToVault } from '../../support/by-hand.ts';
import { generationsOf } from '../../support/fleet.ts';
import { ROOT, ROOT_CA, rooted } from '../../support/rooted.ts';
import { createScene, type Scene } from '../../support/scene.ts';

// Whoever may create certificates in the root's vault plants what the app might take for its own, in the root's name.

const OURS = 'CN=Fleet Root, O=Contoso';

interface Planted {
  readonly issuer: 'Self' | 'Unknown';
  readonly subject?: string;
  readonly key?: object;
}

/** An operation in the root's name; one of issuer Self comes to its end. */
async function plant(scene: Scene, { issuer, subject = OURS, key = {} }: Planted): Promise<void> {
  const policy = {
    key_props: { kty: 'EC', crv: 'P-256', exportable: false, reuse_key: false, ...key },
    x509_props: { subject, key_usage: ['keyCertSign', 'cRLSign'] },
    issuer: { name: issuer },
  };
  await sendToVault(scene, ROOT.vault, 'POST', `/certificates/${ROOT.name}/create`, { policy });
  if (issuer === 'Self') await sendToVault(scene, ROOT.vault, 'GET', `/certificates/${ROOT.name}/pending`);
}

const signatures = (scene: Scene) => scene.calls.filter(({ path }) => path.endsWith('/sign'));
const merges = (scene: Scene) => scene.calls.filter(({ path }) => path.endsWith('/merge'));

const NEW_KEY = { tags: { 'renew-key': 'new' } };
const SAME_KEY = { tags: { 'renew-key': 'same' } };

describe('what somebody planted in the name of a root is never signed, and reported:', () => {
  it.each<[string, Parameters<typeof rooted>[0], Planted, string]>([
    ['a request with a key of its own, no seed', NEW_KEY, { issuer: 'Unknown' }, "its key is not the seed's"],
    ['a request with a key of its own, same key wanted', SAME_KEY, { issuer: 'Unknown' }, 'not the one to keep'],
    ['a request with another subject', SAME_KEY, { issuer: 'Unknown', subject: 'CN=Mine' }, 'its subject is another'],
    [
      'a request with an exportable key',
      SAME_KEY,
      { issuer: 'Unknown', key: { exportable: true, reuse_key: true } },
      'its key is exportable',
    ],
    ['a request with a larger key', NEW_KEY, { issuer: 'Unknown', key: { crv: 'P-384' } }, 'P-384'],
    ['a seed whose key is exportable', NEW_KEY, { issuer: 'Self', key: { exportable: true } }, 'is exportable'],
    // The version that signed itself is the current one: its key is what Key Vault would reuse.
    ['a version that signed itself, same key wanted', SAME_KEY, { issuer: 'Self' }, 'not the one to keep'],
  ])('%s', async (_, given, planted, detail) => {
    const scene = await createScene(rooted(given));
    await plant(scene, planted);
    await renew(scene.app, ROOT_CA, 'r1');
    await renew(scene.app, ROOT_CA, 'r2');
    const refusals = scene.events.filter(({ event }) => event === 'renewal_refused');
    // Once: what is said again with every message is read by nobody.
    expect(refusals).toMatchObject([
      { reason: 'foreign-request', renewalId: 'r1', message: expect.stringContaining(detail) },
    ]);
    expect(await scan(scene.app)).toEqual([]);
    expect([...signatures(scene), ...merges(scene)]).toEqual([]);
    expect(generationsOf(scene, ROOT).filter(({ der }) => new X509Certificate(der).ca)).toHaveLength(1);
  });

  it.each([
    ['of another subject', { subject: 'CN=Mine' }],
    ['of another kind of key', { key: { crv: 'P-384' } }],
  ])('a version that signed itself %s is no seed: the root gets one of its own', async (_, planted) => {
    const scene = await createScene(rooted(NEW_KEY));
    await plant(scene, { issuer: 'Self', ...planted });
    const foreign = generationsOf(scene, ROOT).at(-1)?.der ?? new Uint8Array();
    await renew(scene.app, ROOT_CA, 'r1');
    expect(scene.events.at(-1)).toMatchObject({ event: 'renewal_settled', steps: expect.arrayContaining(['tidy']) });
    const versions = generationsOf(scene, ROOT);
    // What is not ours stays as it is.
    expect(versions.map(({ enabled }) => enabled)).toEqual([true, true, false, true]);
    const [, , seed, renewed] = versions.map(({ der }) => new X509Certificate(der).publicKey);
    expect(seed && renewed?.equals(seed)).toBe(true);
    expect(renewed?.equals(new X509Certificate(foreign).publicKey)).toBe(false);
  });

  it('a version that is still signing itself is waited for, and said by the scan', async () => {
    const scene = await createScene(rooted(NEW_KEY), new Date(), { selfIssueDelayMs: 60_000 });
    await plant(scene, { issuer: 'Self', subject: 'CN=Mine' });
    await renew(scene.app, ROOT_CA, 'r1');
    expect(scene.events.at(-1)).toMatchObject({ waits: [{ reason: 'operation-running' }, { reason: 'settled' }] });
    await scan(scene.app);
    expect(scene.events.at(-1)).toMatchObject({ failures: [{ message: expect.stringContaining('Key Vault itself') }] });
    expect(signatures(scene)).toEqual([]);
  });
});
