import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { makeCertificate } from '../../../local/emulator/pki.ts';
import { readCatalogue } from '../../../shared/operations/catalogue.ts';
import { renew } from '../../../shared/operations/renew.ts';
import { scan } from '../../../shared/operations/scan.ts';
import { disableVersion, renewByHand } from '../../support/by-hand.ts';
import { counted } from '../../support/counts.ts';
import { fleet, PLANT_A } from '../../support/fleet.ts';
import { vaultUrl } from '../../support/in-process-azure.ts';
import { createScene, type Scene } from '../../support/scene.ts';

const CA = { vaultUrl: vaultUrl(PLANT_A.vault), name: PLANT_A.name };

/** The reading of single certificates since the last look; listings apart. */
function certificatesRead(scene: Scene): readonly string[] {
  const calls = scene.calls.splice(0);
  return calls
    .filter(({ path }) => /\/certificates\/[^/]+/.test(path) && !path.startsWith('/sub'))
    .map(({ path }) => path);
}

/** Fills a vault with certificates of devices, which are nobody's business here. */
async function crowd(scene: Scene, vault: string, count: number): Promise<void> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const notBefore = new Date(scene.clock.now.getTime() - 86_400_000);
  const notAfter = new Date(scene.clock.now.getTime() + 86_400_000 * 365);
  const signer = { key: privateKey };
  const certificate = await makeCertificate({
    subject: 'CN=device',
    publicKey,
    signer,
    notBefore,
    notAfter,
    ca: false,
  });
  for (let device = 0; device < count; device += 1) {
    scene.vault(vault).plant({ name: `device-${device}`, privateKey, certificate });
  }
}

const CROWD = counted(500, 5000);

describe(`a vault of ${CROWD} certificates`, () => {
  it('is paged, and no certificate in it is read twice, whatever a DPS holds and whoever has issued what', async () => {
    const scene = await createScene(fleet());
    await crowd(scene, 'kv-fleet', CROWD);
    // An entry that no current version matches: every name's older versions have to be looked through for it.
    const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const der = await makeCertificate({
      subject: 'CN=Stranger',
      publicKey: stranger.publicKey,
      signer: { key: stranger.privateKey },
      notBefore: scene.clock.now,
      notAfter: new Date(scene.clock.now.getTime() + 86_400_000),
      ca: true,
    });
    await [...scene.app.ports.services.values()][0]?.upload('stranger', der);
    expect(await scan(scene.app)).toEqual([CA]);
    expect(certificatesRead(scene).length).toBeGreaterThan(CROWD);
    expect(await scan(scene.app)).toEqual([CA]);
    expect(certificatesRead(scene).length).toBeLessThan(15);
    await renew(scene.app, CA, 'r1');
    expect(certificatesRead(scene).filter((path) => path.includes('device-'))).toEqual([]);
    expect(scene.events.at(-1)).toMatchObject({ event: 'renewal_settled' });
    expect(await scan(scene.app)).toEqual([]);
    expect(certificatesRead(scene).length).toBeLessThan(15);
  }, 300_000);
});

describe('the catalogue', () => {
  it('follows what is listed: new versions are read, deleted names forgotten', async () => {
    const scene = await createScene(fleet());
    await crowd(scene, 'kv-fleet', 1);
    await scan(scene.app);
    const before = await readCatalogue(scene.app.ports.documents);
    expect([...before.keys()].sort()).toEqual([
      'https://kv-fleet.vault.azure.net/device-0',
      'https://kv-fleet.vault.azure.net/plant-a-ca',
      'https://kv-root.vault.azure.net/fleet-root',
    ]);
    await renewByHand(scene);
    await scene.vault('kv-fleet').handle({
      method: 'DELETE',
      url: new URL('https://kv-fleet.vault.azure.net/certificates/device-0?api-version=7.4'),
      headers: {},
      body: undefined,
    });
    await scan(scene.app);
    const after = await readCatalogue(scene.app.ports.documents);
    expect(after.has('https://kv-fleet.vault.azure.net/device-0')).toBe(false);
    const plant = 'https://kv-fleet.vault.azure.net/plant-a-ca';
    expect(after.get(plant)?.thumbprint).not.toBe(before.get(plant)?.thumbprint);
  });

  it('that somebody has falsified makes nothing managed that is not, and has nothing signed', async () => {
    const scene = await createScene(fleet());
    await crowd(scene, 'kv-fleet', 1);
    await scan(scene.app);
    const read = await scene.app.ports.documents.read('catalogue.json');
    const items = Object.entries(read?.value as Record<string, { subject: string }>);
    const root = items.find(([key]) => key.endsWith('/fleet-root'))?.[1].subject;
    const falsified = items.map(([key, item]) => [key, { ...item, isCa: true, issuer: root, subject: root }]);
    await scene.app.ports.documents.write('catalogue.json', Object.fromEntries(falsified), read);
    expect(await scan(scene.app)).toEqual([CA]);
    expect(scene.events.at(-1)).toMatchObject({ event: 'scan_completed', managed: 1 });
  });

  it('that cannot be read or written costs calls, and stands among the failures of the scan', async () => {
    const scene = await createScene(fleet());
    const fail = () => Promise.reject(new Error('no such account'));
    const documents = { read: fail, write: fail };
    const app = { ...scene.app, ports: { ...scene.app.ports, documents } };
    expect(await scan(app)).toEqual([CA]);
    expect(scene.events.at(-1)).toMatchObject({ failures: [{ target: 'status', message: 'no such account' }] });
    await renew(app, CA, 'r1');
    expect(scene.events.at(-1)).toMatchObject({ event: 'renewal_settled' });
  });

  it('forgets nothing of a vault that cannot be listed', async () => {
    const scene = await createScene(fleet());
    await scan(scene.app);
    scene.intercept = (_method, path) => {
      if (path.startsWith('//kv-root')) throw new Error('connection lost');
    };
    await scan(scene.app);
    const catalogue = await readCatalogue(scene.app.ports.documents);
    expect(catalogue.has('https://kv-root.vault.azure.net/fleet-root')).toBe(true);
  });

  it('holds nothing against a version that is disabled later', async () => {
    const scene = await createScene(fleet());
    const { version } = await renewByHand(scene);
    await scan(scene.app);
    await disableVersion(scene, PLANT_A, version);
    await scan(scene.app);
    expect(scene.events.filter(({ event }) => event === 'renewal_refused')).toEqual([]);
  });

  it('notes nothing of a name that is deleted while it is read: it may be recovered', async () => {
    const scene = await createScene(fleet());
    await crowd(scene, 'kv-fleet', 1);
    const { vaults } = scene.app.ports;
    const fleetVault = vaults.get(CA.vaultUrl);
    if (fleetVault === undefined) throw new Error('no vault');
    const gone = {
      ...fleetVault,
      current: async (name: string) => (name === 'device-0' ? undefined : fleetVault.current(name)),
    };
    const ports = { ...scene.app.ports, vaults: new Map([...vaults, [CA.vaultUrl, gone]]) };
    await scan({ ...scene.app, ports });
    const catalogue = await readCatalogue(scene.app.ports.documents);
    expect([...catalogue.keys()].filter((key) => key.endsWith('device-0'))).toEqual([]);
  });
});
