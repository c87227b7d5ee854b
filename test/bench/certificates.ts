import { randomBytes } from 'node:crypto';
import { type Certificate, readCertificate } from '../../shared/x509/certificate.ts';
import { buildRenewal } from '../../shared/x509/renewal-certificate.ts';
import { caCertificate, type TestKey, testKey } from '../support/ca-certificate.ts';
import * as x509 from '../support/peculiar.ts';
import type { Bench } from './bench.ts';
import { compared } from './statistics.ts';

const NOT_BEFORE = new Date('2026-01-01T00:00:00Z');
const NOT_AFTER = new Date('2028-01-01T00:00:00Z');
const OURS = 2_000;
const THEIRS = 200;
const PAIRS = 7;

interface Given {
  readonly issuer: { readonly key: TestKey; readonly certificate: Certificate };
  readonly issuerName: x509.Name;
  readonly predecessor: Certificate;
  readonly newKey: TestKey;
}

/** How many certificates can be built, hashed and put together in a second, the signature apart. */
export const certificates: Bench = {
  name: 'certificates',
  floor:
    '@peculiar/x509 making the same certificate, its signature stubbed likewise: the X.509 library that one would take ' +
    'in place of our own code',
  planted: 'every certificate is built twenty times',
  async run({ planted }) {
    const given = await prepare();
    const times = planted ? 20 : 1;
    const { ratio, ours, floor } = await compared(
      PAIRS,
      () =>
        perSecond(OURS / times, async () => {
          for (let each = 0; each < times; each += 1) await buildOurs(given);
        }),
      () => perSecond(THEIRS, () => buildTheirs(given)),
    );
    return [
      {
        name: 'certificates a second ÷ those of @peculiar/x509',
        value: ratio,
        reach: { atLeast: 10 },
        detail: `${Math.round(ours)} ÷ ${Math.round(floor)} a second`,
      },
    ];
  },
};

async function prepare(): Promise<Given> {
  const [rootKey, oldKey, newKey] = [testKey('P-256'), testKey('P-256'), testKey('P-256')];
  const root = await caCertificate({ key: rootKey, subject: 'CN=Root,O=Contoso' });
  const old = await caCertificate({ key: oldKey, issuer: { certificate: root, key: rootKey } });
  return {
    issuer: { key: rootKey, certificate: readCertificate(root) },
    issuerName: new x509.X509Certificate(Buffer.from(root)).subjectName,
    predecessor: readCertificate(old),
    newKey,
  };
}

const SIGNATURE = new Uint8Array(64).fill(0x5a);

function buildOurs({ issuer, predecessor, newKey }: Given): Promise<Uint8Array> {
  return buildRenewal({
    predecessor,
    spki: newKey.spki,
    issuer: issuer.certificate,
    notBefore: NOT_BEFORE,
    notAfter: NOT_AFTER,
    serialNumber: randomBytes(16),
    sign: async () => SIGNATURE,
  });
}

/** With a signature that is given it hashes nothing, which ours does. */
async function buildTheirs({ issuer, issuerName, newKey }: Given): Promise<ArrayBuffer> {
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: randomBytes(16).toString('hex'),
    subject: 'CN=Contoso Fleet CA,O=Contoso',
    issuer: issuerName,
    notBefore: NOT_BEFORE,
    notAfter: NOT_AFTER,
    publicKey: newKey.pair.publicKey,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    signature: SIGNATURE,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(newKey.pair.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.key.pair.publicKey),
    ],
  });
  return certificate.rawData;
}

async function perSecond(count: number, build: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  for (let made = 0; made < count; made += 1) await build();
  return (count / (performance.now() - began)) * 1000;
}
