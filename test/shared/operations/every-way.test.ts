import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { renew } from '../../../shared/operations/renew.ts';
import { scan } from '../../../shared/operations/scan.ts';
import { readCertificate } from '../../../shared/x509/certificate.ts';
import { generationsOf } from '../../support/fleet.ts';
import { expectSameCertificateLater } from '../../support/renewed-certificate.ts';
import { createScene } from '../../support/scene.ts';
import { WAY_KEYS, WAYS, wayOfIssuing, wayOutcome, wayRenewedOnce } from '../../support/ways.ts';

const SERVICES = ['dps-1', 'dps-2', 'dps-3'];
const CASES = WAYS.flatMap((way) => WAY_KEYS.map((key) => ({ way, key })));

describe.each(CASES)('$way ($key) in three DPS', ({ way, key }) => {
  it('is renewed once, to three readers that we did not write, and verified in all three', async () => {
    const issuing = wayOfIssuing(way, key, SERVICES.length);
    const scene = await createScene(issuing.seed);
    expect(await scan(scene.app)).toEqual([issuing.ca]);
    await renew(scene.app, issuing.ca, 'r1');
    expect(await wayOutcome(scene, issuing)).toEqual(wayRenewedOnce(way, key, SERVICES.length));

    const generations = generationsOf(scene, issuing.name).filter(({ der }) => new X509Certificate(der).ca);
    const [old, renewed] = generations.map(({ der }) => der);
    const issuer = generationsOf(scene, issuing.issuer).at(-1)?.der;
    if (!old || !renewed || !issuer) throw new Error('no renewal happened');
    await expectSameCertificateLater({ old, renewed, issuer, at: scene.clock.now });
    const keysOf = [old, renewed].map((der) => Buffer.from(readCertificate(der).spki).toString('hex'));
    expect(keysOf[0] === keysOf[1]).toBe(way === 'a root that keeps its key');

    const { thumbprint } = readCertificate(renewed);
    for (const dps of SERVICES) {
      expect((await scene.entries(dps)).at(-1)).toMatchObject({
        name: `${issuing.ca.name}-${thumbprint}`,
        thumbprint,
        isVerified: true,
      });
    }
    expect(scene.events.filter(({ event }) => event === 'renewal_refused')).toEqual([]);
    expect(await scan(scene.app)).toEqual([]);
  });
});
