import { describe, expect, it } from 'vitest';
import type { SeedInput } from '../../../local/emulator/seed.ts';
import { renew } from '../../../shared/operations/renew.ts';
import { scan } from '../../../shared/operations/scan.ts';
import { readCertificate } from '../../../shared/x509/certificate.ts';
import { generationsOf } from '../../support/fleet.ts';
import { vaultUrl } from '../../support/in-process-azure.ts';
import { createScene, type Scene } from '../../support/scene.ts';

const DUE = { notBefore: '-P670D', notAfter: 'P60D' };
const FRESH = { notBefore: '-P30D', notAfter: 'P700D' };
type Validity = typeof DUE;

/** A root in a DPS, and two levels of CAs below it that no DPS holds, the lower one in another vault. */
function issuingCas({ root = FRESH, middle = FRESH, lower = DUE }: Partial<Record<string, Validity>> = {}): SeedInput {
  const key = 'P-256' as const;
  return {
    version: 1,
    vaults: [
      {
        name: 'kv-root',
        certificates: [
          { name: 'root', subject: 'CN=Root', key, ...root },
          { name: 'middle', subject: 'CN=Middle', key, issuer: { vault: 'kv-root', name: 'root' }, ...middle },
          { name: 'stranger', subject: 'CN=Stranger', key, ...DUE },
        ],
      },
      {
        name: 'kv-issuing',
        certificates: [
          { name: 'lower', subject: 'CN=Lower', key, issuer: { vault: 'kv-root', name: 'middle' }, ...lower },
          // Goes by the root's name, and is none of its.
          { name: 'look-alike', subject: 'CN=Root', key, ...DUE },
        ],
      },
    ],
    provisioningServices: [
      {
        name: 'dps-1',
        certificates: [{ name: 'root', certificate: { vault: 'kv-root', name: 'root' }, verified: true }],
      },
    ],
  };
}

const LOWER = { vaultUrl: vaultUrl('kv-issuing'), name: 'lower' };
const versions = (scene: Scene, vault: string, name: string) =>
  generationsOf(scene, { vault, name }).filter(({ enabled }) => enabled).length;

describe('a CA that no DPS holds, issued by a managed one,', () => {
  it('is managed, at any depth and in any vault, and nothing besides it', async () => {
    const scene = await createScene(issuingCas());
    expect(await scan(scene.app)).toEqual([LOWER]);
    expect(scene.events.at(-1)).toMatchObject({ event: 'scan_completed', managed: 3, renewing: [{ ca: 'lower' }] });
  });

  it('is renewed in its vault when it is due, and uploaded nowhere', async () => {
    const scene = await createScene(issuingCas());
    await renew(scene.app, LOWER, 'r1');
    expect(scene.events.map(({ event }) => event)).toEqual([
      'certificate_requested',
      'certificate_issued',
      'renewal_settled',
    ]);
    expect(versions(scene, 'kv-issuing', 'lower')).toBe(2);
    expect(await scene.entries('dps-1')).toHaveLength(1);
    expect(await scan(scene.app)).toEqual([]);
  });

  it('follows its issuer, level by level, when that has got a new key', async () => {
    const scene = await createScene(issuingCas({ root: DUE, lower: FRESH }));
    for (let turn = 0; turn < 4; turn += 1) {
      for (const ca of await scan(scene.app)) await renew(scene.app, ca, `turn ${turn}`);
    }
    expect(versions(scene, 'kv-root', 'root')).toBe(2);
    expect(versions(scene, 'kv-root', 'middle')).toBe(2);
    expect(versions(scene, 'kv-issuing', 'lower')).toBe(2);
    expect(versions(scene, 'kv-root', 'stranger')).toBe(1);
    expect(versions(scene, 'kv-issuing', 'look-alike')).toBe(1);
    expect(await scan(scene.app)).toEqual([]);
  });

  it('that has expired does not come back, unless somebody asks for it', async () => {
    const scene = await createScene(issuingCas({ lower: { notBefore: '-P700D', notAfter: '-P1D' } }));
    expect(await scan(scene.app)).toEqual([]);
    await renew(scene.app, LOWER, 'r1');
    expect(scene.events.at(-1)).toMatchObject({ waits: [{ lane: 'vault', reason: 'expired-unused' }] });
    const [only] = generationsOf(scene, { vault: 'kv-issuing', name: 'lower' });
    await renew(scene.app, LOWER, 'r2', readCertificate(only?.der ?? new Uint8Array()).thumbprint);
    expect(versions(scene, 'kv-issuing', 'lower')).toBe(2);
  });

  it('is nobody’s business any more once its issuer is not managed', async () => {
    const scene = await createScene({ ...issuingCas(), provisioningServices: [{ name: 'dps-1' }] });
    expect(await scan(scene.app)).toEqual([]);
    await renew(scene.app, LOWER, 'r1');
    expect(scene.events.at(-1)).toMatchObject({ event: 'renewal_refused', reason: 'unmanaged' });
  });
});
