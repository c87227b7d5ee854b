import 'reflect-metadata';
import { createHash, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** What a device shows: its certificate with its CA's behind it, and its private key, which is its own. */
export interface DeviceCertificate {
  readonly registrationId: string;
  readonly der: Uint8Array;
  /** The device's, then its CA's. PEM. */
  readonly chain: string;
  /** PKCS#8, PEM. */
  readonly key: string;
  /** Thumbprint of its CA's certificate: SHA-1 of the DER, upper-case hex. */
  readonly issuer: string;
}

/** A CA as whoever issues device certificates uses it: one version, and a signature from where its key is. */
export interface DeviceIssuer {
  readonly thumbprint: string;
  readonly der: Uint8Array;
  /** ES256 over a SHA-256 digest; answers r and s, 32 octets each (RFC 7518 section 3.4). */
  readonly sign: (digest: Uint8Array) => Promise<Uint8Array>;
}

const DAY_MS = 86_400_000;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const newKeyPair = promisify(generateKeyPair);

/**
 * A certificate for one device, as a plant would issue it: the common name is the registrationId, which is what DPS goes
 * by. The CA's key must be EC P-256.
 * @param notBefore when it begins; it is valid for a year
 */
export async function issueDeviceCertificate(
  registrationId: string,
  issuer: DeviceIssuer,
  notBefore: Date,
): Promise<DeviceCertificate> {
  const { publicKey, privateKey } = await newKeyPair('ec', { namedCurve: ALGORITHM.namedCurve });
  const ca = new X509Certificate(Uint8Array.from(issuer.der));
  const certificate = await X509CertificateGenerator.create(
    {
      subject: [{ CN: [registrationId] }],
      issuer: ca.subjectName,
      notBefore,
      notAfter: new Date(notBefore.getTime() + 365 * DAY_MS),
      publicKey: Uint8Array.from(publicKey.export({ type: 'spki', format: 'der' })),
      signingKey: { type: 'private', algorithm: ALGORITHM },
      signingAlgorithm: ALGORITHM,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth]),
      ],
    },
    signingWith(issuer),
  );
  return {
    registrationId,
    der: new Uint8Array(certificate.rawData),
    chain: `${certificate.toString('pem')}\n${ca.toString('pem')}\n`,
    key: pemOf(privateKey),
    issuer: issuer.thumbprint,
  };
}

/** The slice of WebCrypto that the generator calls; the CA's private key is elsewhere. */
function signingWith({ sign }: DeviceIssuer) {
  return {
    getRandomValues: (bytes: Uint8Array) => globalThis.crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>),
    subtle: {
      sign: async (_algorithm: unknown, _key: unknown, data: ArrayBuffer) => {
        const digest = createHash('sha256').update(Buffer.from(data)).digest();
        return Uint8Array.from(await sign(digest)).buffer;
      },
    },
  };
}

function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}
