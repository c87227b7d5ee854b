import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  elementsOf,
  encode,
  fromBinary,
  integer,
  parse,
  sequence,
  toBinary,
  verbatim,
} from '../../../shared/x509/der.ts';
import { readTime, time } from '../../../shared/x509/time.ts';
import { bytes, hex, tlv } from '../../support/tlv.ts';

describe('elementsOf', () => {
  it.each([
    ['nothing inside', '3000', []],
    ['two elements', '3006 020101 020102', ['020101', '020102']],
    ['an integer that is not minimal, as it stands', '3004 02020001', ['02020001']],
    ['a nested element whole', '3005 3003 020101', ['3003020101']],
  ])('splits %s', (_, der, elements) => {
    expect(elementsOf(bytes(der)).map(hex)).toEqual(elements);
  });

  it('reads long lengths', () => {
    const inner = tlv(0x04, new Uint8Array(300));
    expect(elementsOf(tlv(0x30, inner, inner))).toEqual([inner, inner]);
  });

  it.each([
    ['nothing', '', 'it ends at octet 0'],
    ['one octet', '30', 'it ends at octet 1'],
    ['an octet too many', '3000 00', 'ends at octet 2 of 3'],
    ['an octet too few', '3003 0201', 'ends at octet 5 of 4'],
    ['an inner element that runs over', '3003 020201 ', 'an inner element ends at octet 6 of 5'],
    ['an indefinite length, which is BER', '3080 0000', 'length of 0 octets'],
    ['a length of five octets', '30850000000000', 'length of 5 octets'],
    ['a length that fits one octet in two', '308103 020101', 'is not minimal'],
    ['a length that fits two octets in three', `30820003 020101`, 'is not minimal'],
    ['a high tag number', '3f8101 00', 'high tag number'],
  ])('refuses %s', (_, der, message) => {
    expect(() => elementsOf(bytes(der))).toThrow(message);
  });
});

describe('verbatim', () => {
  it('embeds an element byte for byte, also what forge would encode otherwise', () => {
    const name = bytes('3004 02020001');
    expect(hex(encode(sequence(verbatim(name), integer(bytes('05')))))).toBe('3009300402020001020105');
  });

  it.each(['020101', '3000 00', '3001'])('refuses %s, which is not one SEQUENCE', (der) => {
    expect(() => verbatim(bytes(der))).toThrow('expected exactly one SEQUENCE');
  });
});

describe('the border to binary strings', () => {
  it('keeps every octet, from any part of a larger buffer', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 2 }), (octets) => {
        const view = octets.subarray(1);
        expect(fromBinary(toBinary(view))).toEqual(Uint8Array.from(view));
      }),
    );
  });
});

describe('time', () => {
  it.each([
    ['1950-01-01T00:00:00Z', '170d 3530303130313030303030305a'],
    ['2026-01-02T03:04:05.999Z', '170d 3236303130323033303430355a'],
    ['2049-12-31T23:59:59.999Z', '170d 3439313233313233353935395a'],
    ['2050-01-01T00:00:00Z', '180f 32303530303130313030303030305a'],
    ['9999-12-31T23:59:59Z', '180f 39393939313233313233353935395a'],
  ])('encodes %s', (iso, der) => {
    expect(hex(encode(time(new Date(iso))))).toBe(der.replaceAll(' ', ''));
  });

  it.each([new Date('1949-12-31T23:59:59Z'), new Date('+010000-01-01T00:00:00Z'), new Date(Number.NaN)])(
    'refuses %o',
    (date) => {
      expect(() => time(date)).toThrow('outside the years 1950 to 9999');
    },
  );

  it('reads back what it wrote, to the second', () => {
    const min = new Date('1950-01-01T00:00:00Z');
    const max = new Date('9999-12-31T23:59:59Z');
    fc.assert(
      fc.property(fc.date({ min, max, noInvalidDate: true }), (date) => {
        const seconds = Math.floor(date.getTime() / 1000);
        expect(readTime(parse(encode(time(date))), 'a time').getTime()).toBe(seconds * 1000);
      }),
    );
  });
});
