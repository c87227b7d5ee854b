import { describe, expect, it } from 'vitest';
import { renew } from '../../../shared/operations/renew.ts';
import { readCertificate } from '../../../shared/x509/certificate.ts';
import { fleet, generationsOf, PLANT_A } from '../../support/fleet.ts';
import { expectSameCertificateLater } from '../../support/renewed-certificate.ts';
import { createScene } from '../../support/scene.ts';
import { WAY_KEYS } from '../../support/ways.ts';

const CASES = (['RSA-2048', 'P-256'] as const).flatMap((root) =>
  WAY_KEYS.map((subordinate) => ({ root, subordinate })),
);

describe.each(CASES)('a subordinate CA ($subordinate) renewed under an issuer ($root)', ({ root, subordinate }) => {
  it('is the same certificate again, later, with another key, to three readers that we did not write', async () => {
    const scene = await createScene(fleet({ root, subordinate }));
    await renew(scene.app, scene.ca(PLANT_A.vault, PLANT_A.name), 'r1');
    const [old, renewed] = generationsOf(scene).map(({ der }) => der);
    const [issuer] = generationsOf(scene, { vault: 'kv-root', name: 'fleet-root' }).map(({ der }) => der);
    if (!old || !renewed || !issuer) throw new Error('no renewal happened');
    await expectSameCertificateLater({ old, renewed, issuer, at: scene.clock.now });
    expect(Buffer.from(readCertificate(renewed).spki)).not.toEqual(Buffer.from(readCertificate(old).spki));
  });
});
