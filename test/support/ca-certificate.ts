import { generateKeyPairSync, type KeyObject, type webcrypto } from 'node:crypto';
import type { Signer } from '../../shared/x509/signature.ts';
import * as x509 from './peculiar.ts';
import { localSigner } from './signer.ts';

export type KeyKind = 'RSA 2048' | 'RSA 3072' | 'P-256' | 'P-384';
export const KEY_KINDS: readonly KeyKind[] = ['RSA 2048', 'RSA 3072', 'P-256', 'P-384'];

/** A key pair as each side of a test needs it: node, Web Crypto, SubjectPublicKeyInfo, and Key Vault's sign. */
export interface TestKey {
  readonly kind: KeyKind;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly spki: Uint8Array;
  readonly pair: webcrypto.CryptoKeyPair;
  readonly sign: Signer;
}

/** RSA keys take up to seconds: make them once for a file. */
export function testKey(kind: KeyKind): TestKey {
  const { privateKey, publicKey } = kind.startsWith('RSA')
    ? generateKeyPairSync('rsa', { modulusLength: Number(kind.slice(4)) })
    : generateKeyPairSync('ec', { namedCurve: kind });
  const algorithm = kind.startsWith('RSA')
    ? { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
    : { name: 'ECDSA', namedCurve: kind };
  return {
    kind,
    privateKey,
    publicKey,
    spki: new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })),
    pair: {
      privateKey: privateKey.toCryptoKey(algorithm, true, ['sign']),
      publicKey: publicKey.toCryptoKey(algorithm, true, ['verify']),
    },
    sign: localSigner(privateKey),
  };
}

export interface CaCertificateInput {
  readonly key: TestKey;
  /** Self-signed where it is left out. */
  readonly issuer?: { readonly certificate: Uint8Array; readonly key: TestKey };
  readonly subject?: x509.X509CertificateCreateParamsName;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly extensions?: readonly x509.Extension[];
}

/** Extensions of an ordinary CA. */
export function caExtensions(pathLen?: number): x509.Extension[] {
  const usages = x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign;
  return [new x509.BasicConstraintsExtension(true, pathLen, true), new x509.KeyUsagesExtension(usages, true)];
}

export async function keyIdentifiers(key: TestKey, issuer = key): Promise<x509.Extension[]> {
  return [
    await x509.SubjectKeyIdentifierExtension.create(key.pair.publicKey),
    await x509.AuthorityKeyIdentifierExtension.create(issuer.pair.publicKey),
  ];
}

/** DER of a CA certificate that another library wrote; the default profile is an ordinary CA's, valid 2024 to 2027. */
export async function caCertificate(input: CaCertificateInput): Promise<Uint8Array> {
  const {
    key,
    issuer,
    notBefore = new Date('2024-01-01T00:00:00Z'),
    notAfter = new Date('2027-01-01T00:00:00Z'),
  } = input;
  const signingKey = issuer?.key ?? key;
  const subject = input.subject ?? 'CN=Contoso Fleet CA,O=Contoso';
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: '0102030405060708090a0b0c0d0e0f10',
    subject,
    issuer: issuer ? new x509.X509Certificate(Buffer.from(issuer.certificate)).subjectName : subject,
    notBefore,
    notAfter,
    signingAlgorithm: { name: signingKey.kind.startsWith('RSA') ? 'RSASSA-PKCS1-v1_5' : 'ECDSA', hash: 'SHA-256' },
    publicKey: key.pair.publicKey,
    signingKey: signingKey.pair.privateKey,
    extensions: [...(input.extensions ?? [...caExtensions(), ...(await keyIdentifiers(key, signingKey))])],
  });
  return new Uint8Array(certificate.rawData);
}
