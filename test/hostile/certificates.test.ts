import { createPublicKey, X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Certificate, readCertificate } from '../../shared/x509/certificate.ts';
import { type Asn1, parse } from '../../shared/x509/der.ts';
import { attributesDigest, nameToString } from '../../shared/x509/name.ts';
import { Oid } from '../../shared/x509/oids.ts';
import { publicKeyKind, subjectKeyIdentifierOf } from '../../shared/x509/public-key.ts';
import { verifiesSignature } from '../../shared/x509/signature.ts';
import { caCertificate, caExtensions, keyIdentifiers, testKey } from '../support/ca-certificate.ts';
import { counted } from '../support/counts.ts';
import { handCertificate } from '../support/hand-certificate.ts';
import { chanceOf, mutated } from '../support/mutated-der.ts';
import { type StepCounter, startStepCounter } from '../support/step-counter.ts';
import { ATTRIBUTE, attribute, bytes, hex, latin1, nameDer, tlv } from '../support/tlv.ts';

const SEED = 20_260_301;
const READ_EXTENSIONS: readonly string[] = [
  Oid.basicConstraints,
  Oid.keyUsage,
  Oid.subjectKeyIdentifier,
  Oid.authorityKeyIdentifier,
];
/** What a message says if nobody thought of the case. */
const UNCLEAR = /undefined|NaN|\[object|is not a function|Cannot read properties|Maximum call/;

let seeds: readonly Uint8Array[];
let issuer: Certificate;
let spki: Uint8Array;
beforeAll(async () => {
  const [rsa, p256, p384] = [testKey('RSA 2048'), testKey('P-256'), testKey('P-384')];
  spki = p256.spki;
  const root = await caCertificate({ key: p256, extensions: [...caExtensions(1), ...(await keyIdentifiers(p256))] });
  issuer = readCertificate(root);
  seeds = [
    root,
    await caCertificate({ key: rsa, subject: 'CN=Contoso Fleet CA,OU=Línea 1,C=ES' }),
    await caCertificate({ key: p384, issuer: { certificate: root, key: p256 }, notAfter: new Date('2051-01-01') }),
  ];
});

describe('a certificate that was tampered with', () => {
  it('is refused in words, or read as OpenSSL reads it', { timeout: 900_000 }, () => {
    const chance = chanceOf(SEED);
    const seen = { accepted: 0, refused: 0, compared: 0 };
    for (let count = 0; count < counted(10_000, 100_000); count++) {
      const { how, der } = mutated(seeds, chance);
      const certificate = readOrRefuse(der, how);
      seen[certificate ? 'accepted' : 'refused'] += 1;
      if (certificate === undefined) continue;
      const faults = [...usesGoneWrong(certificate)];
      const other = openedByOpenssl(der);
      if (other) {
        seen.compared += 1;
        faults.push(...differences(certificate, other));
      }
      // Only where there is something to say: a check for each would take longer than the reader.
      if (faults.length > 0) expect({ how, faults, der: shown(der) }).toEqual({ how, faults: [], der: shown(der) });
    }
    // A reader that refuses everything, or that OpenSSL never agrees with, would show nothing.
    expect(Math.min(seen.accepted, seen.refused, seen.compared)).toBeGreaterThan(counted(1_500, 15_000));
  });
});

/** A huge one is not worth printing. */
const shown = (der: Uint8Array) => hex(der).slice(0, 3_000);

function readOrRefuse(der: Uint8Array, how: string): Certificate | undefined {
  try {
    return readCertificate(der);
  } catch (error) {
    const text = error instanceof Error && error.constructor === Error ? error.message : `not an Error: ${error}`;
    const isClear =
      text.startsWith(`Cannot read ${der.length} octets as an X.509 certificate: `) && !UNCLEAR.test(text);
    if (!isClear || text.length > 350) expect({ how, text, der: shown(der) }).toBe('a short and clear refusal');
    return undefined;
  }
}

/** What is done with a certificate that has been read: a result, or again an Error in words. */
function* usesGoneWrong(certificate: Certificate): Generator<string> {
  const { der, subject, issuer: issuerName, spki: key } = certificate;
  for (const part of [subject, issuerName, key]) {
    if (!Buffer.from(der).includes(Buffer.from(part))) yield 'what is copied from it is not in it, octet for octet';
  }
  const uses = [nameToString, attributesDigest].map((use) => () => use(subject));
  for (const use of [...uses, () => publicKeyKind(key), () => subjectKeyIdentifierOf(key)]) {
    try {
      use();
    } catch (error) {
      if (!(error instanceof Error) || error.constructor !== Error || UNCLEAR.test(error.message)) yield String(error);
    }
  }
  if (verifiesSignature(certificate, issuer) !== verifiesByOpenssl(certificate)) yield 'the signature';
}

function verifiesByOpenssl({ der }: Certificate): boolean {
  const other = openedByOpenssl(der);
  try {
    return other?.checkIssued(new X509Certificate(issuer.der)) === true && other.verify(keyOf(issuer.spki));
  } catch {
    return false;
  }
}

function openedByOpenssl(der: Uint8Array): X509Certificate | undefined {
  try {
    return new X509Certificate(der);
  } catch {
    return undefined;
  }
}

const keyOf = (octets: Uint8Array) => createPublicKey({ key: Buffer.from(octets), format: 'der', type: 'spki' });

/** OpenSSL takes a CA whose keyUsage lacks keyCertSign, or one of whose extensions it cannot read, for none. */
function* differences(ours: Certificate, theirs: X509Certificate): Generator<string> {
  if (theirs.ca && !ours.isCa) yield 'a CA';
  const maySign = ours.keyUsage.includes('keyCertSign') || !ours.extensions.some(({ oid }) => oid === Oid.keyUsage);
  // OpenSSL also reads extensions that mean nothing here, and takes the holder of a broken one for no CA.
  const isAllRead = ours.extensions.every(({ oid }) => READ_EXTENSIONS.includes(oid));
  if (ours.isCa && !theirs.ca && maySign && isAllRead) yield 'no CA';
  if (theirs.validFromDate.getTime() !== ours.notBefore.getTime()) yield `notBefore is ${theirs.validFrom}`;
  if (theirs.validToDate.getTime() !== ours.notAfter.getTime()) yield `notAfter is ${theirs.validTo}`;
  const digits = BigInt(`0x${theirs.serialNumber.replace('-', '') || '0'}`);
  const serial = theirs.serialNumber.startsWith('-') ? -digits : digits;
  const { serialNumber } = ours;
  if (BigInt.asIntN(serialNumber.length * 4, BigInt(`0x${serialNumber || '0'}`)) !== serial) yield `serial ${serial}`;
  try {
    if (!theirs.publicKey.equals(keyOf(ours.spki))) yield 'the public key';
  } catch {
    // A key of no kind that it knows.
  }
}

describe('a certificate that other readers would read otherwise', () => {
  const constraints = (oid: string, value: string) =>
    handCertificate({ spki, extensions: [tlv(0x30, tlv(0x06, bytes(oid)), tlv(0x04, bytes(value)))] });
  const dated = (tag: number, text: string) => handCertificate({ spki, notAfter: tlv(tag, latin1(text)) });

  it('is read where nothing is wrong with it', () => {
    expect(readCertificate(constraints('551d13', '30060101ff020101'))).toMatchObject({ isCa: true, pathLen: 1 });
    expect(readCertificate(dated(0x17, '240229000000Z')).notAfter).toEqual(new Date('2024-02-29'));
  });

  it.each<[string, () => Uint8Array]>([
    ['an OID with padding in it', () => constraints('551d8013', '30030101ff')],
    ['an OID that does not end', () => constraints('551d1381', '30030101ff')],
    ['a BOOLEAN without content', () => constraints('551d13', '30020100')],
    ['a BOOLEAN of two octets', () => constraints('551d13', '300401020000')],
    ['constraints that are no SEQUENCE', () => constraints('551d13', 'b0030101ff')],
    ['a pathLenConstraint with a needless zero', () => constraints('551d13', '30070101ff02020001')],
    ['a pathLenConstraint below zero', () => constraints('551d13', '30060101ff0201ff')],
    ['a pathLenConstraint without content', () => constraints('551d13', '30050101ff0200')],
    ['a keyUsage of unused bits', () => constraints('551d0f', '03020306')],
    ['30 February', () => dated(0x17, '240230000000Z')],
    ['29 February of a year that has none', () => dated(0x18, '20230229000000Z')],
    ['24 o’clock', () => dated(0x17, '240101240000Z')],
    ['a date of letters', () => dated(0x17, 'never')],
    ['no date', () => dated(0x17, '')],
  ])('is refused: %s', (_what, made) => {
    expect(() => readCertificate(made())).toThrow('as an X.509 certificate: ');
  });
});

describe('a certificate of a size that nobody needs', () => {
  let counter: StepCounter;
  beforeAll(async () => {
    counter = await startStepCounter();
  });
  afterAll(() => counter.close());

  it('is not even begun beyond 64 KiB', async () => {
    const spare = (size: number) => handCertificate({ spki, serialNumber: new Uint8Array(size).fill(1) });
    const largest = spare(65_536 - spare(60_000).length + 60_000);
    expect(largest).toHaveLength(65_536);
    expect(readCertificate(largest).der).toHaveLength(65_536);
    const steps = await counter.stepsOf(() => {
      expect(() => readCertificate(Buffer.concat([largest, largest]))).toThrow(
        'Cannot read 131072 octets as an X.509 certificate: more than 65536 octets',
      );
    });
    expect(steps).toBeLessThan(50);
  });

  it('is held in no more elements than every two octets can be, and no more octets than it has', () => {
    const held = (node: Asn1): { readonly elements: number; readonly octets: number } => {
      if (typeof node.value === 'string') return { elements: 1, octets: node.value.length };
      return node.value
        .map(held)
        .reduce((sum, each) => ({ elements: sum.elements + each.elements, octets: sum.octets + each.octets }), {
          elements: 1,
          octets: 0,
        });
    };
    const dense = tlv(0x30, ...many(32_000, bytes('3000')));
    const chance = chanceOf(SEED);
    const documents = [dense, ...Array.from({ length: 1_000 }, () => mutated(seeds, chance).der)];
    let largest = 0;
    for (const der of documents) {
      const { elements, octets } = heldOrNothing(der, held);
      largest = Math.max(largest, elements);
      expect(elements).toBeLessThanOrEqual(der.length / 2);
      expect(octets).toBeLessThanOrEqual(der.length);
    }
    expect(largest).toBe(32_001);
  });

  const heldOrNothing = <T>(der: Uint8Array, held: (node: Asn1) => T): T | typeof NOTHING => {
    let node: Asn1;
    try {
      node = parse(der);
    } catch {
      return NOTHING;
    }
    return held(node);
  };
  const NOTHING = { elements: 0, octets: 0 };
  const many = (count: number, element: Uint8Array) => Array.from({ length: count }, () => element);
  /** 1.2.3.n.m, its content NULL. */
  const extension = (index: number) =>
    tlv(0x30, tlv(0x06, Uint8Array.of(0x2a, 0x03, index >> 7, index & 0x7f)), tlv(0x04, bytes('0500')));

  it.each<[string, (size: number) => Uint8Array]>([
    [
      'names',
      (size) =>
        handCertificate({
          spki,
          subject: nameDer(...many(size, attribute(ATTRIBUTE.CN, 0x0c, bytes('61'))).map((each) => [each])),
        }),
    ],
    [
      'attributes in one name',
      (size) => handCertificate({ spki, subject: nameDer(many(size, attribute(ATTRIBUTE.CN, 0x0c, bytes('61')))) }),
    ],
    [
      'extensions',
      (size) =>
        handCertificate({
          spki,
          extensions: Array.from({ length: size }, (_, index) => extension(index)),
        }),
    ],
    ['octets of a serial number', (size) => handCertificate({ spki, serialNumber: new Uint8Array(size).fill(1) })],
    [
      'octets of a name',
      (size) =>
        handCertificate({ spki, subject: nameDer([attribute(ATTRIBUTE.CN, 0x0c, new Uint8Array(size).fill(0x61))]) }),
    ],
    [
      'characters of four octets',
      (size) =>
        handCertificate({ spki, subject: nameDer([attribute(ATTRIBUTE.CN, 0x1c, bytes('00000061'.repeat(size)))]) }),
    ],
  ])('%s: twice as many cost no more than twice as much', async (_what, made) => {
    const cost = (size: number) => {
      const der = made(size);
      return counter.stepsOf(() => {
        const certificate = readCertificate(der);
        nameToString(certificate.subject);
        attributesDigest(certificate.subject);
      });
    };
    await cost(10);
    const [once, twice] = [await cost(1_000), await cost(2_000)];
    expect(once).toBeGreaterThan(50);
    expect(twice).toBeLessThan(2.2 * once);
  });
});
