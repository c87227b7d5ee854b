import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { renew } from '../../../shared/operations/renew.ts';
import { readCertificate } from '../../../shared/x509/certificate.ts';
import { fleet, generationsOf, PLANT_A } from '../../support/fleet.ts';
import { hasOpenssl, opensslVerify } from '../../support/openssl.ts';
import * as x509 from '../../support/peculiar.ts';
import { createScene } from '../../support/scene.ts';

const KEYS = ['RSA-2048', 'RSA-3072', 'P-256', 'P-384'] as const;
const CASES = (['RSA-2048', 'P-256'] as const).flatMap((root) => KEYS.map((subordinate) => ({ root, subordinate })));

describe.each(CASES)('a subordinate CA ($subordinate) renewed under an issuer ($root)', ({ root, subordinate }) => {
  it('is the same certificate again, later, to three readers that we did not write', async () => {
    const scene = await createScene(fleet({ root, subordinate }));
    await renew(scene.app, scene.ca(PLANT_A.vault, PLANT_A.name), 'r1');
    const [old, renewed] = generationsOf(scene).map(({ der }) => der);
    const [issuer] = generationsOf(scene, { vault: 'kv-root', name: 'fleet-root' }).map(({ der }) => der);
    if (!old || !renewed || !issuer) throw new Error('no renewal happened');

    // node:crypto
    const [oldNode, newNode, issuerNode] = [old, renewed, issuer].map((der) => new X509Certificate(der));
    expect(newNode?.ca).toBe(true);
    expect(issuerNode && newNode?.checkIssued(issuerNode) && newNode.verify(issuerNode.publicKey)).toBe(true);
    expect(newNode?.publicKey.asymmetricKeyDetails).toEqual(oldNode?.publicKey.asymmetricKeyDetails);
    expect(newNode?.publicKey.equals(oldNode?.publicKey as never)).toBe(false);

    // @peculiar/x509
    const chain = await new x509.X509ChainBuilder({
      certificates: [new x509.X509Certificate(Buffer.from(issuer))],
    }).build(new x509.X509Certificate(Buffer.from(renewed)));
    expect(chain.map(({ subject }) => subject)).toEqual([newNode?.subject, issuerNode?.subject].map(singleLine));

    // OpenSSL
    if (hasOpenssl) {
      expect(opensslVerify({ certificate: renewed, trusted: [issuer], at: scene.clock.now })).toBe('OK');
    }

    // Our own reader, for the bytes: everything but dates, serial number and key identifiers is the predecessor's.
    const [before, after] = [readCertificate(old), readCertificate(renewed)];
    expect(Buffer.from(after.subject)).toEqual(Buffer.from(before.subject));
    expect(Buffer.from(after.issuer)).toEqual(Buffer.from(before.issuer));
    expect(profileOf(after)).toEqual(profileOf(before));
    expect(after.serialNumber).not.toBe(before.serialNumber);
    expect(after.notAfter.getTime()).toBeGreaterThan(before.notAfter.getTime());
  });
});

const KEY_IDENTIFIERS = ['2.5.29.14', '2.5.29.35'];

function profileOf({ version, pathLen, keyUsage, extensions }: ReturnType<typeof readCertificate>) {
  const others = extensions.map(({ oid, critical, value }) => ({
    oid,
    critical,
    value: KEY_IDENTIFIERS.includes(oid) ? undefined : Buffer.from(value).toString('hex'),
  }));
  return { version, pathLen, keyUsage, others };
}

/** Node writes a subject on several lines in the order of the DER, the other library on one. */
function singleLine(subject: string | undefined): string {
  return subject?.split('\n').join(', ') ?? '';
}
