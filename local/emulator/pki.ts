import 'reflect-metadata';
import { createPublicKey, type KeyObject, sign } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Pkcs10CertificateRequestGenerator,
  PublicKey,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { parseDistinguishedName } from './distinguished-name.ts';

/** The extensions that a request and a certificate have in common. */
export interface RequestedExtensions {
  /** basicConstraints: absent = no such extension, true = CA (critical), false = `CA:FALSE` (not critical, as Azure). */
  readonly ca?: boolean | undefined;
  /** pathLenConstraint of a CA; absent = no limit. */
  readonly pathLen?: number | undefined;
  /** RFC 5280's names (`keyCertSign`, `cRLSign`, …); default for a CA keyCertSign, cRLSign and digitalSignature. */
  readonly keyUsage?: readonly string[] | undefined;
  /** Purposes as dotted OIDs. */
  readonly extendedKeyUsage?: readonly string[] | undefined;
  readonly dnsNames?: readonly string[] | undefined;
  readonly emails?: readonly string[] | undefined;
  /** Anything else, its value as DER. */
  readonly extraExtensions?: readonly ExtraExtension[] | undefined;
}

export interface ExtraExtension {
  readonly oid: string;
  readonly critical?: boolean | undefined;
  readonly value: Uint8Array;
}

export interface CertificateOptions extends RequestedExtensions {
  /** X.500 name, the most specific RDN first (`CN=x, O=y`). */
  readonly subject: string;
  readonly publicKey: KeyObject;
  /** The issuer's private key, and its certificate as DER; without a certificate the result is self-signed. */
  readonly signer: { readonly key: KeyObject; readonly certificate?: Uint8Array | undefined };
  /** Whole seconds count; X.509 knows no smaller unit. */
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Whether subjectKeyIdentifier and authorityKeyIdentifier are added; default true. */
  readonly skiAki?: boolean | undefined;
  /** Up to 20 octets; default 16 random ones, as Key Vault's own. */
  readonly serialNumber?: Uint8Array | undefined;
}

export interface CertificationRequestOptions extends RequestedExtensions {
  readonly subject: string;
  /** The private key of the pair that is to be certified. */
  readonly key: KeyObject;
}

const CURVES: Readonly<Record<string, { namedCurve: string; hash: string }>> = {
  prime256v1: { namedCurve: 'P-256', hash: 'SHA-256' },
  secp256k1: { namedCurve: 'K-256', hash: 'SHA-256' },
  secp384r1: { namedCurve: 'P-384', hash: 'SHA-384' },
  secp521r1: { namedCurve: 'P-521', hash: 'SHA-512' },
};

/** RSA with SHA-256, EC with the hash of its curve's strength: what Key Vault itself uses. */
function signatureAlgorithm(key: KeyObject): { name: string; hash: string; namedCurve?: string } {
  if (key.asymmetricKeyType === 'rsa') return { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  const curve = CURVES[key.asymmetricKeyDetails?.namedCurve ?? ''];
  if (curve === undefined) {
    throw new Error(
      `Cannot sign with a key of type '${key.asymmetricKeyType}' (curve '${key.asymmetricKeyDetails?.namedCurve}'): ` +
        'use RSA, P-256, P-384, P-521 or secp256k1',
    );
  }
  return { name: 'ECDSA', ...curve };
}

/** The slice of WebCrypto that the generators call, on node:crypto: WebCrypto has no secp256k1 and no KeyObject. */
function cryptoFor(key: KeyObject) {
  return {
    getRandomValues: (bytes: Uint8Array) => globalThis.crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>),
    subtle: {
      sign: async (algorithm: { hash: string }, _key: unknown, data: ArrayBuffer) => {
        const hash = algorithm.hash.replace('-', '').toLowerCase();
        return Uint8Array.from(sign(hash, Buffer.from(data), { key, dsaEncoding: 'ieee-p1363' })).buffer;
      },
      exportKey: async () => Uint8Array.from(spkiOf(key)).buffer,
    },
  };
}

function spkiOf(key: KeyObject): Buffer {
  return (key.type === 'private' ? createPublicKey(key) : key).export({ type: 'spki', format: 'der' });
}

/** RFC 5280 section 4.2.1.2 method (1): SHA-1 of the subjectPublicKey bits, in hexadecimal. */
async function keyIdentifier(spki: Uint8Array): Promise<string> {
  return Buffer.from(await new PublicKey(Uint8Array.from(spki)).getKeyIdentifier()).toString('hex');
}

function keyUsageFlags(names: readonly string[]): number {
  return names.reduce((flags, name) => {
    const flag = Object.entries(KeyUsageFlags).find(([known]) => known.toLowerCase() === name.toLowerCase())?.[1];
    if (typeof flag !== 'number') throw new Error(`Cannot set the key usage '${name}': RFC 5280 knows no such bit`);
    return flags | flag;
  }, 0);
}

/** In the order in which Key Vault writes a certificate's extensions; a request has basicConstraints at the end. */
function extensionsOf(options: RequestedExtensions, basicConstraintsLast: boolean): Extension[] {
  const keyUsage = options.keyUsage ?? (options.ca ? ['keyCertSign', 'cRLSign', 'digitalSignature'] : []);
  const altNames = [
    ...(options.dnsNames ?? []).map((value) => ({ type: 'dns' as const, value })),
    ...(options.emails ?? []).map((value) => ({ type: 'email' as const, value })),
  ];
  const basicConstraints =
    options.ca === undefined ? [] : [new BasicConstraintsExtension(options.ca, options.pathLen, options.ca)];
  const purposes = [...(options.extendedKeyUsage ?? [])];
  return [
    ...(keyUsage.length > 0 ? [new KeyUsagesExtension(keyUsageFlags(keyUsage), true)] : []),
    ...(basicConstraintsLast ? [] : basicConstraints),
    ...(purposes.length > 0 ? [new ExtendedKeyUsageExtension(purposes)] : []),
    ...(basicConstraintsLast ? basicConstraints : []),
    ...(altNames.length > 0 ? [new SubjectAlternativeNameExtension(altNames)] : []),
    ...(options.extraExtensions ?? []).map(
      ({ oid, critical, value }) => new Extension(oid, critical ?? false, Uint8Array.from(value)),
    ),
  ];
}

async function keyIdentifierExtensions(spki: Uint8Array, issuer: X509Certificate | undefined): Promise<Extension[]> {
  const own = await keyIdentifier(spki);
  const issuers =
    issuer === undefined
      ? own
      : (issuer.getExtension(SubjectKeyIdentifierExtension)?.keyId ??
        (await keyIdentifier(Buffer.from(issuer.publicKey.rawData))));
  return [new AuthorityKeyIdentifierExtension(issuers), new SubjectKeyIdentifierExtension(own)];
}

function toWholeSeconds(date: Date): Date {
  return new Date(Math.floor(date.getTime() / 1000) * 1000);
}

/**
 * A certificate of any kind, CA or leaf, as DER. The issuer's name and key identifier are copied from its certificate;
 * nothing is checked, so that tests can have certificates that no CA should issue.
 */
export async function makeCertificate(options: CertificateOptions): Promise<Uint8Array> {
  const spki = spkiOf(options.publicKey);
  const subject = parseDistinguishedName(options.subject);
  const issuer =
    options.signer.certificate === undefined
      ? undefined
      : new X509Certificate(Uint8Array.from(options.signer.certificate));
  const identifiers = options.skiAki === false ? [] : await keyIdentifierExtensions(spki, issuer);
  const algorithm = signatureAlgorithm(options.signer.key);
  const certificate = await X509CertificateGenerator.create(
    {
      subject,
      issuer: issuer?.subjectName ?? subject,
      notBefore: toWholeSeconds(options.notBefore),
      notAfter: toWholeSeconds(options.notAfter),
      publicKey: Uint8Array.from(spki),
      signingKey: { type: 'private', algorithm },
      signingAlgorithm: algorithm,
      extensions: [...extensionsOf(options, false), ...identifiers],
      ...(options.serialNumber === undefined
        ? {}
        : { serialNumber: Buffer.from(options.serialNumber).toString('hex') }),
    },
    cryptoFor(options.signer.key),
  );
  return new Uint8Array(certificate.rawData);
}

/** A certification request (PKCS#10, RFC 2986) as DER, its extensions in an extensionRequest attribute. */
export async function makeCertificationRequest(options: CertificationRequestOptions): Promise<Uint8Array> {
  const algorithm = signatureAlgorithm(options.key);
  const request = await Pkcs10CertificateRequestGenerator.create(
    {
      name: parseDistinguishedName(options.subject),
      keys: { privateKey: { type: 'private', algorithm }, publicKey: { type: 'public', algorithm } },
      signingAlgorithm: algorithm,
      extensions: extensionsOf(options, true),
    },
    cryptoFor(options.key),
  );
  return new Uint8Array(request.rawData);
}
