import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { SeedInput } from '../../../local/emulator/seed.ts';
import { renew } from '../../../shared/operations/renew.ts';
import { scan } from '../../../shared/operations/scan.ts';
import { readCertificate } from '../../../shared/x509/certificate.ts';
import { fleet, generationsOf } from '../../support/fleet.ts';
import { vaultUrl } from '../../support/in-process-azure.ts';
import { rooted } from '../../support/rooted.ts';
import { createScene, type Scene } from '../../support/scene.ts';
import { latin1, tlv } from '../../support/tlv.ts';

// The ends of what names and dates may be.

const newest = (scene: Scene, ca: { vault: string; name: string }) =>
  readCertificate(generationsOf(scene, ca).at(-1)?.der ?? new Uint8Array());

/** The fleet, with another name for its subordinate CA. */
function named(name: string, services: number): SeedInput {
  return JSON.parse(JSON.stringify(fleet({ services })).replaceAll('plant-a-ca', name));
}

describe.each([1, 63, 127])('a CA with a name of %i characters', (length) => {
  it('is renewed in all three DPS that hold it, under names that DPS accepts', async () => {
    const name = `${'plant-a-ca-in-a-long-row'.repeat(6)}`.slice(0, length);
    const scene = await createScene(named(name, 3));
    const ca = { vaultUrl: vaultUrl('kv-fleet'), name };
    expect(await scan(scene.app)).toEqual([ca]);
    await renew(scene.app, ca, 'r1');
    const { thumbprint } = newest(scene, { vault: 'kv-fleet', name });
    for (const dps of ['dps-1', 'dps-2', 'dps-3']) {
      const held = await scene.entries(dps);
      expect(held.map(({ isVerified }) => isVerified)).toEqual([true, true]);
      expect(held[1]).toMatchObject({ name: `${name.slice(0, 23)}-${thumbprint}`, thumbprint });
      expect(held[1]?.name).toMatch(/^[A-Za-z0-9-._]{1,64}$/);
    }
    // Found again by what DPS holds, whatever is left of its name there.
    expect(await scan(scene.app)).toEqual([]);
    expect(scene.events.at(-1)).toMatchObject({ managed: 1, unmanaged: 0, failures: [] });
  });
});

describe('a notAfter', () => {
  it.each([
    ['in 2049, the last year of UTCTime', '2049-12-31T23:59:59Z', tlv(0x17, latin1('491231235959Z'))],
    ['in 2050, the first year of GeneralizedTime', '2050-01-01T00:00:00Z', tlv(0x18, latin1('20500101000000Z'))],
    ['in 2149', '2149-06-01T00:00:00Z', tlv(0x18, latin1('21490601000000Z'))],
    ['in 9999, as far as one can be', '9999-12-31T23:59:59Z', tlv(0x18, latin1('99991231235959Z'))],
  ])('of the issuer %s caps the renewal, to the second', async (_, notAfter, encoded) => {
    const seed = fleet();
    const [root, plant] = seed.vaults.map(({ certificates }) => certificates?.[0]);
    if (!root || !plant) throw new Error('no fleet');
    Object.assign(root, { notAfter });
    // Of forty years, when its issuer has thirty left.
    Object.assign(plant, { notBefore: '-P40Y', notAfter: 'P60D' });
    const scene = await createScene(seed, new Date(Date.parse(notAfter) - 30 * 365 * 86_400_000));
    const ca = { vaultUrl: vaultUrl('kv-fleet'), name: 'plant-a-ca' };
    await renew(scene.app, ca, 'r1');
    const renewed = newest(scene, { vault: 'kv-fleet', name: 'plant-a-ca' });
    expect(renewed.notAfter).toEqual(new Date(notAfter));
    expect(Buffer.from(renewed.der).includes(Buffer.from(encoded))).toBe(true);
    expect(new X509Certificate(renewed.der).validToDate).toEqual(new Date(notAfter));
    expect((await scene.entries('dps-1')).map(({ isVerified }) => isVerified)).toEqual([true, true]);
  });

  it.each(['same', 'new'])('of a root in the year 9999 is as far as its renewal goes (%s key)', async (key) => {
    const root = { notBefore: '9000-01-01T00:00:00Z', notAfter: '9900-01-01T00:00:00Z', tags: { 'renew-key': key } };
    const scene = await createScene(rooted(root), new Date('9899-06-01T00:00:00Z'));
    const ca = { vaultUrl: vaultUrl('kv-root'), name: 'fleet-root' };
    await renew(scene.app, ca, 'r1');
    const renewed = newest(scene, { vault: 'kv-root', name: 'fleet-root' });
    expect(renewed.notAfter).toEqual(new Date('9999-12-31T23:59:59Z'));
    expect((await scene.entries('dps-1')).map(({ isVerified }) => isVerified)).toEqual([true, true]);
  });

  it('of a root in 9999, the end of all dates, leaves nothing to gain: the window opens, and a person must act', async () => {
    const root = { notBefore: '9900-01-01T00:00:00Z', notAfter: '9999-12-31T23:59:59Z' };
    const scene = await createScene(rooted(root), new Date('9990-01-01T00:00:00Z'));
    expect(await scan(scene.app)).toEqual([]);
    expect(scene.events).toMatchObject([{ event: 'renewal_refused', reason: 'issuer-first' }, { refused: 1 }]);
  });
});
