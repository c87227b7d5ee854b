import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { makeCertificate } from '../../local/emulator/pki.ts';
import { bitString, encode, sequence, verbatim } from '../../shared/x509/der.ts';
import { algorithmIdentifier } from '../../shared/x509/signature.ts';

/** Makes the DER of a device's certificate, of a CA with a P-256 key. */
export type DeviceCertificates = (registrationId: string) => Uint8Array;

/**
 * Makes many certificates fast: one is built, and for each device its name is put into a copy, which is signed anew.
 * @param pattern a registrationId as long as all of them
 */
export async function deviceCertificates(
  issuer: { readonly key: KeyObject; readonly certificate: Uint8Array },
  pattern: string,
  [notBefore, notAfter]: readonly [Date, Date],
): Promise<DeviceCertificates> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const publicKey = createPublicKey(privateKey);
  const template = await makeCertificate({
    subject: `CN=${pattern}`,
    publicKey,
    signer: issuer,
    notBefore,
    notAfter,
    ca: false,
  });
  const tbs = Buffer.from(firstOf(template));
  const at = tbs.indexOf(pattern);
  return (registrationId) => {
    if (registrationId.length !== pattern.length) throw new Error(`'${registrationId}' is not as long as '${pattern}'`);
    const own = Buffer.from(tbs);
    own.write(registrationId, at, 'latin1');
    const signature = sign('sha256', own, issuer.key);
    return encode(sequence(verbatim(own), algorithmIdentifier('ES256'), bitString(signature)));
  };
}

/** The first element of a DER SEQUENCE, both of 256 to 65,535 octets. */
function firstOf(der: Uint8Array): Uint8Array {
  const [, long, , , tag, longToo, high = 0, low = 0] = der;
  if (long !== 0x82 || tag !== 0x30 || longToo !== 0x82)
    throw new Error('Cannot take a certificate of this length apart');
  return der.subarray(4, 8 + high * 256 + low);
}
