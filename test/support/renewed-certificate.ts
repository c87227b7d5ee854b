import { X509Certificate } from 'node:crypto';
import { expect } from 'vitest';
import { readCertificate } from '../../shared/x509/certificate.ts';
import { hasOpenssl, opensslVerify } from './openssl.ts';
import * as x509 from './peculiar.ts';

export interface RenewedCertificate {
  /** DER of the predecessor. */
  readonly old: Uint8Array;
  /** DER of its renewal. */
  readonly renewed: Uint8Array;
  /** DER of who signed the renewal; of a root, the renewal itself. */
  readonly issuer: Uint8Array;
  /** The time at which the chain must be valid. */
  readonly at: Date;
}

const KEY_IDENTIFIERS = ['2.5.29.14', '2.5.29.35'];

/**
 * Expects a renewal to be the same certificate again, later: to three readers that we did not write, and byte for byte
 * to our own. Everything but dates, serial number, key and key identifiers is the predecessor's.
 */
export async function expectSameCertificateLater({ old, renewed, issuer, at }: RenewedCertificate): Promise<void> {
  const [oldNode, newNode, issuerNode] = [old, renewed, issuer].map((der) => new X509Certificate(der));
  if (!oldNode || !newNode || !issuerNode) throw new Error('Cannot compare: one of three certificates is missing');
  expect(newNode.ca).toBe(true);
  expect(newNode.checkIssued(issuerNode) && newNode.verify(issuerNode.publicKey)).toBe(true);
  expect(newNode.publicKey.asymmetricKeyDetails).toEqual(oldNode.publicKey.asymmetricKeyDetails);

  const chain = await chainOf(renewed, issuer);
  const isRoot = newNode.fingerprint256 === issuerNode.fingerprint256;
  expect(chain).toEqual((isRoot ? [newNode] : [newNode, issuerNode]).map(({ subject }) => singleLine(subject)));

  if (hasOpenssl) expect(opensslVerify({ certificate: renewed, trusted: [issuer], at })).toBe('OK');

  const [before, after] = [readCertificate(old), readCertificate(renewed)];
  expect(Buffer.from(after.subject)).toEqual(Buffer.from(before.subject));
  expect(Buffer.from(after.issuer)).toEqual(Buffer.from(before.issuer));
  expect(profileOf(after)).toEqual(profileOf(before));
  expect(after.serialNumber).not.toBe(before.serialNumber);
  expect(after.notAfter.getTime()).toBeGreaterThan(before.notAfter.getTime());
}

/** The subjects of the chain that another library builds and whose signature it verifies, from the certificate up. */
async function chainOf(certificate: Uint8Array, issuer: Uint8Array): Promise<string[]> {
  const [leaf, above] = [certificate, issuer].map((der) => new x509.X509Certificate(Buffer.from(der)));
  if (!leaf || !above) throw new Error('Cannot build a chain without certificates');
  expect(await leaf.verify({ publicKey: above.publicKey, signatureOnly: true })).toBe(true);
  const chain = await new x509.X509ChainBuilder({ certificates: [above] }).build(leaf);
  return chain.map(({ subject }) => subject);
}

function profileOf({ version, pathLen, keyUsage, extensions }: ReturnType<typeof readCertificate>) {
  const others = extensions.map(({ oid, critical, value }) => ({
    oid,
    critical,
    value: KEY_IDENTIFIERS.includes(oid) ? undefined : Buffer.from(value).toString('hex'),
  }));
  return { version, pathLen, keyUsage, others };
}

/** Node writes a subject on several lines in the order of the DER, the other library on one. */
function singleLine(subject: string): string {
  return subject.split('\n').join(', ');
}
