import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Certificate, readCertificate } from '../../../shared/x509/certificate.ts';
import { buildRenewal } from '../../../shared/x509/renewal-certificate.ts';
import { caCertificate, testKey } from '../../support/ca-certificate.ts';
import { handCertificate } from '../../support/hand-certificate.ts';
import { hasOpenssl, opensslVerify } from '../../support/openssl.ts';
import * as x509 from '../../support/peculiar.ts';
import { bytes, latin1, tlv } from '../../support/tlv.ts';

// Validity, RFC 5280 section 4.1.2.5: a SEQUENCE of two times, UTCTime (17) through 2049 and GeneralizedTime (18) from
// 2050 on, to the second and in UTC.

const key = testKey('P-256');
let predecessor: Certificate;

beforeAll(async () => {
  predecessor = readCertificate(await caCertificate({ key }));
});

/** Of notBefore and notAfter what each of the other readers says, as ISO 8601; they know nothing of each other. */
function readByOthers(der: Uint8Array): Record<string, readonly string[]> {
  const node = new X509Certificate(der);
  const other = new x509.X509Certificate(Buffer.from(der));
  return {
    node: [node.validFromDate, node.validToDate].map((date) => date.toISOString()),
    peculiar: [other.notBefore, other.notAfter].map((date) => date.toISOString()),
    ...(hasOpenssl && { openssl: readByOpenssl(der) }),
  };
}

function readByOpenssl(der: Uint8Array): readonly string[] {
  const args = ['x509', '-inform', 'DER', '-noout', '-startdate', '-enddate', '-dateopt', 'iso_8601'];
  const { stdout } = spawnSync('openssl', args, { input: der, encoding: 'utf8' });
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.replace(/^not\w+=(\S+) (\S+)Z$/, '$1T$2.000Z'));
}

describe('a certificate that is issued', () => {
  it.each([
    [
      'on a leap day, until one',
      '2028-02-29T00:00:00Z',
      '2032-02-29T23:59:59Z',
      '301e170d3238303232393030303030305a170d3332303232393233353935395a',
    ],
    [
      'in the leap year of a century',
      '2000-02-29T12:00:00Z',
      '2000-03-01T00:00:00Z',
      '301e170d3030303232393132303030305a170d3030303330313030303030305a',
    ],
    [
      'until the last second of UTCTime',
      '2026-01-02T03:04:05Z',
      '2049-12-31T23:59:59Z',
      '301e170d3236303130323033303430355a170d3439313233313233353935395a',
    ],
    [
      'until the first second of GeneralizedTime',
      '2026-01-02T03:04:05Z',
      '2050-01-01T00:00:00Z',
      '3020170d3236303130323033303430355a180f32303530303130313030303030305a',
    ],
    [
      'across it by one second',
      '2049-12-31T23:59:59Z',
      '2050-01-01T00:00:00Z',
      '3020170d3439313233313233353935395a180f32303530303130313030303030305a',
    ],
    [
      'after it altogether',
      '2050-01-01T00:00:00Z',
      '2052-02-29T00:00:00Z',
      '3022180f32303530303130313030303030305a180f32303532303232393030303030305a',
    ],
    [
      'around the day that 2100 lacks',
      '2100-02-28T23:59:59Z',
      '2100-03-01T00:00:00Z',
      '3022180f32313030303232383233353935395a180f32313030303330313030303030305a',
    ],
    [
      'without a well-defined end',
      '2026-01-02T03:04:05Z',
      '9999-12-31T23:59:59Z',
      '3020170d3236303130323033303430355a180f39393939313233313233353935395a',
    ],
    [
      'from the first second that UTCTime has',
      '1950-01-01T00:00:00Z',
      '2026-01-01T00:00:00Z',
      '301e170d3530303130313030303030305a170d3236303130313030303030305a',
    ],
    [
      'with milliseconds, which are cut off',
      '2026-01-02T03:04:05.999Z',
      '2049-12-31T23:59:59.999Z',
      '301e170d3236303130323033303430355a170d3439313233313233353935395a',
    ],
  ])('%s has these octets, and every reader agrees on it', async (_, notBefore, notAfter, validity) => {
    const der = await buildRenewal({
      predecessor,
      spki: key.spki,
      issuer: predecessor,
      notBefore: new Date(notBefore),
      notAfter: new Date(notAfter),
      serialNumber: new Uint8Array(16).fill(7),
      sign: key.sign,
    });
    expect(Buffer.from(der).toString('hex')).toContain(validity);
    const wholeSeconds = [notBefore, notAfter].map((text) => `${text.slice(0, 19)}.000Z`);
    const { notBefore: from, notAfter: to } = readCertificate(der);
    expect([from, to].map((date) => date.toISOString())).toEqual(wholeSeconds);
    for (const said of Object.values(readByOthers(der))) expect(said).toEqual(wholeSeconds);
    // Both ends belong to it; but to openssl the last second does not.
    if (hasOpenssl) {
      for (const at of [from, new Date(to.getTime() - 1_000)])
        expect(opensslVerify({ certificate: der, trusted: [der], at })).toBe('OK');
    }
  });

  it.each(['1949-12-31T23:59:59Z', '+010000-01-01T00:00:00Z'])('never from or until %s', async (outside) => {
    const given = {
      predecessor,
      spki: key.spki,
      issuer: predecessor,
      sign: key.sign,
      serialNumber: new Uint8Array(16),
    };
    const [good, bad] = [new Date('2026-01-01T00:00:00Z'), new Date(outside)];
    for (const dates of [
      { notBefore: bad, notAfter: good },
      { notBefore: good, notAfter: bad },
    ]) {
      await expect(buildRenewal({ ...given, ...dates })).rejects.toThrow('outside the years 1950 to 9999');
    }
  });
});

describe('a certificate that is read', () => {
  const utc = (text: string) => tlv(0x17, latin1(text));
  const generalized = (text: string) => tlv(0x18, latin1(text));
  const until = (notAfter: Uint8Array) =>
    handCertificate({ spki: key.spki, notBefore: generalized('00010101000000Z'), notAfter, extensions: [] });

  it.each([
    ['UTCTime of 50', utc('500101000000Z'), '1950-01-01T00:00:00.000Z'],
    ['UTCTime of 49', utc('491231235959Z'), '2049-12-31T23:59:59.000Z'],
    ['UTCTime on a leap day', utc('240229120000Z'), '2024-02-29T12:00:00.000Z'],
    ['UTCTime on the leap day of 2000', utc('000229000000Z'), '2000-02-29T00:00:00.000Z'],
    ['GeneralizedTime where UTCTime is due', generalized('20300101000000Z'), '2030-01-01T00:00:00.000Z'],
    ['GeneralizedTime of 1949', generalized('19491231235959Z'), '1949-12-31T23:59:59.000Z'],
    ['GeneralizedTime of 1900, no leap year', generalized('19000228235959Z'), '1900-02-28T23:59:59.000Z'],
    ['GeneralizedTime of 2050', generalized('20500101000000Z'), '2050-01-01T00:00:00.000Z'],
    ['GeneralizedTime on the leap day of 2400', generalized('24000229000000Z'), '2400-02-29T00:00:00.000Z'],
    ['no well-defined expiration date', generalized('99991231235959Z'), '9999-12-31T23:59:59.000Z'],
  ])('%s: as others read it', (_, notAfter, expected) => {
    const der = until(notAfter);
    expect(readCertificate(der).notAfter.toISOString()).toBe(expected);
    expect(new X509Certificate(der).validToDate.toISOString()).toBe(expected);
    if (hasOpenssl) expect(readByOpenssl(der)[1]).toBe(expected);
  });

  it.each([
    ['29 February of a common year', utc('230229000000Z')],
    ['29 February of 2100', generalized('21000229000000Z')],
    ['29 February of 1900', generalized('19000229000000Z')],
    ['30 February', utc('240230000000Z')],
    ['31 April', utc('240431000000Z')],
    ['the hour 24', utc('240101240000Z')],
    ['a leap second', utc('161231235960Z')],
  ])('%s: refused, and no other day in its stead', (_, notAfter) => {
    const der = until(notAfter);
    expect(() => readCertificate(der)).toThrow('Cannot read notAfter');
    if (hasOpenssl) expect(readByOpenssl(der)[1]).toBe('notAfter=Bad time value');
  });

  it('is valid through its last second: the octets of a Validity, one by one', () => {
    const validity = tlv(0x30, utc('280229000000Z'), generalized('20500228235959Z'));
    expect(validity).toEqual(bytes('3020170d3238303232393030303030305a180f32303530303232383233353935395a'));
    const der = handCertificate({
      spki: key.spki,
      notBefore: utc('280229000000Z'),
      notAfter: generalized('20500228235959Z'),
      extensions: [],
    });
    expect(Buffer.from(der).includes(Buffer.from(validity))).toBe(true);
    expect(readCertificate(der)).toMatchObject({
      notBefore: new Date('2028-02-29T00:00:00Z'),
      notAfter: new Date('2050-02-28T23:59:59Z'),
    });
  });
});
