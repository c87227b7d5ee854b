import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import forge from 'node-forge';

/** Private key and certificates of an import, in whatever form they came. */
export interface KeyAndCertificates {
  readonly privateKey: KeyObject;
  readonly certificates: readonly X509Certificate[];
}

function toDer(node: forge.asn1.Asn1): Buffer {
  return Buffer.from(forge.asn1.toDer(node).getBytes(), 'latin1');
}

function bagsOf(pfx: forge.pkcs12.Pkcs12Pfx, oid: string | undefined): forge.pkcs12.Bag[] {
  return oid === undefined ? [] : (pfx.getBags({ bagType: oid })[oid] ?? []);
}

/**
 * Key and certificates of a PKCS#12 file (RFC 7292).
 *
 * @param bytes DER.
 * @throws Error if the password is wrong or there is no private key in it.
 */
export function readPkcs12(bytes: Uint8Array, password: string): KeyAndCertificates {
  const asn1 = forge.asn1.fromDer(Buffer.from(bytes).toString('latin1'));
  const pfx = forge.pkcs12.pkcs12FromAsn1(asn1, password);
  const [bag] = [...bagsOf(pfx, forge.pki.oids.pkcs8ShroudedKeyBag), ...bagsOf(pfx, forge.pki.oids.keyBag)];
  if (bag === undefined) throw new Error('there is no private key in it');
  // For keys and certificates other than RSA, node-forge hands out the bare structure instead of its own object.
  const key = bag.key == null ? bag.asn1 : forge.pki.wrapRsaPrivateKey(forge.pki.privateKeyToAsn1(bag.key));
  return {
    privateKey: createPrivateKey({ key: toDer(key), format: 'der', type: 'pkcs8' }),
    certificates: bagsOf(pfx, forge.pki.oids.certBag).map(
      ({ cert, asn1: content }) =>
        new X509Certificate(toDer(cert == null ? content : forge.pki.certificateToAsn1(cert))),
    ),
  };
}
