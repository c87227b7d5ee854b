import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameAttributes, nameToString, sameAttributes } from '../../../shared/x509/name.ts';
import * as x509 from '../../support/peculiar.ts';
import { ATTRIBUTE, attribute, bytes, latin1, nameDer, utf8 } from '../../support/tlv.ts';

const UTF8 = 0x0c;
const PRINTABLE = 0x13;
const { CN, O, OU, C, jurisdiction } = ATTRIBUTE;

const one = (text: string) => nameDer([attribute(CN, UTF8, utf8(text))]);
const utf16 = (text: string) => new Uint8Array(Buffer.from(text, 'utf16le').swap16());

describe('nameToString', () => {
  it('puts the last RDN first', () => {
    const name = nameDer(
      [attribute(C, PRINTABLE, latin1('DE'))],
      [attribute(O, UTF8, utf8('Contoso'))],
      [attribute(CN, UTF8, utf8('Fleet'))],
    );
    expect(nameToString(name)).toBe('CN=Fleet,O=Contoso,C=DE');
  });

  it('joins the values of one RDN with a plus sign', () => {
    const name = nameDer(
      [attribute(O, UTF8, utf8('Contoso'))],
      [attribute(CN, UTF8, utf8('a')), attribute(OU, UTF8, utf8('b'))],
    );
    expect(nameToString(name)).toBe('CN=a+OU=b,O=Contoso');
  });

  it('is empty for an empty name', () => {
    expect(nameToString(bytes('3000'))).toBe('');
  });

  it('writes a type without short name as OID and hex, as RFC 4514 section 2.4 says', () => {
    const name = nameDer([attribute(jurisdiction, PRINTABLE, latin1('DE'))]);
    expect(nameToString(name)).toBe('1.3.6.1.4.1.311.60.2.1.3=#13024445');
  });

  it.each([
    ['comma, plus, quotes, backslash, angle brackets, semicolon', 'a,b+c"d\\e<f>g;h', 'a\\,b\\+c\\"d\\\\e\\<f\\>g\\;h'],
    ['a space at both ends', ' a ', '\\ a\\ '],
    ['one space alone', ' ', '\\ '],
    ['two spaces', '  ', '\\ \\ '],
    ['a space inside', 'a b', 'a b'],
    ['a leading number sign, but no other', '#a#', '\\#a#'],
    ['NUL', 'a\0b', 'a\\00b'],
    ['an equals sign, which needs nothing', 'a=b', 'a=b'],
    ['what is not ASCII, which needs nothing', 'Süd 🚚', 'Süd 🚚'],
  ])('escapes %s', (_, text, escaped) => {
    expect(nameToString(one(text))).toBe(`CN=${escaped}`);
  });

  // Without backslashes: that library loses an escaped one.
  it('makes a string that another library reads as the same text', () => {
    const text = fc.string({ unit: fc.constantFrom(...'aB7 ,+"<>;=#üЖ漢🚚'), minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 3 }), (texts) => {
        const name = nameDer(...texts.map((each) => [attribute(OU, UTF8, utf8(each))]));
        expect(new x509.Name(nameToString(name)).getField('OU')).toEqual([...texts].reverse());
      }),
      { numRuns: 500 },
    );
  });
});

describe('nameAttributes', () => {
  it.each([
    ['UTF8String', UTF8, utf8('Süd 🚚'), 'Süd 🚚'],
    ['PrintableString', PRINTABLE, latin1('Contoso'), 'Contoso'],
    ['IA5String', 0x16, latin1('a@b.example'), 'a@b.example'],
    ['NumericString', 0x12, latin1('42'), '42'],
    ['VisibleString', 0x1a, latin1('a~b'), 'a~b'],
    ['TeletexString, which is Latin-1 in practice', 0x14, latin1('Gerät'), 'Gerät'],
    ['BMPString', 0x1e, utf16('Жé'), 'Жé'],
    ['UniversalString', 0x1c, bytes('00000416 0001f69a'), 'Ж🚚'],
    ['UTF8String that is not UTF-8 as hex', UTF8, bytes('ff61'), '#0c02ff61'],
    ['UniversalString beyond Unicode as hex', 0x1c, bytes('00110000'), '#1c0400110000'],
    ['what is no string as hex', 0x01, bytes('ff'), '#0101ff'],
  ])('decodes %s', (_, tag, content, text) => {
    expect(nameAttributes(nameDer([attribute(CN, tag, content)]))).toEqual([['2.5.4.3', text]]);
  });

  it('gives back any text, in DER order', () => {
    const attributes = fc.array(fc.tuple(fc.constantFrom(CN, O, OU), fc.string({ unit: 'binary' })), { maxLength: 4 });
    const dotted: Record<string, string> = { [CN]: '2.5.4.3', [O]: '2.5.4.10', [OU]: '2.5.4.11' };
    fc.assert(
      fc.property(attributes, (list) => {
        const name = nameDer(...list.map(([oid, text]) => [attribute(oid, UTF8, utf8(text))]));
        expect(nameAttributes(name)).toEqual(list.map(([oid, text]) => [dotted[oid], text]));
      }),
    );
  });

  it.each(['', '02 01 00', '3003 020100', '3002 3100 00', '3007 3105 3003 020100'])('refuses %j', (der) => {
    expect(() => nameAttributes(bytes(der))).toThrow(Error);
  });
});

describe('sameAttributes', () => {
  const name = nameDer(
    [attribute(C, PRINTABLE, latin1('DE'))],
    [attribute(O, UTF8, utf8('Contoso'))],
    [attribute(CN, UTF8, utf8('Fleet'))],
  );

  it.each([
    ['itself', name, true],
    [
      'the reversed and re-encoded name of a Key Vault certification request',
      nameDer(
        [attribute(CN, PRINTABLE, latin1('Fleet'))],
        [attribute(O, PRINTABLE, latin1('Contoso'))],
        [attribute(C, PRINTABLE, latin1('DE'))],
      ),
      true,
    ],
    [
      'the same text under another type',
      nameDer(
        [attribute(C, PRINTABLE, latin1('DE'))],
        [attribute(OU, UTF8, utf8('Contoso'))],
        [attribute(CN, UTF8, utf8('Fleet'))],
      ),
      false,
    ],
    [
      'other capital letters',
      nameDer(
        [attribute(C, PRINTABLE, latin1('DE'))],
        [attribute(O, UTF8, utf8('Contoso'))],
        [attribute(CN, UTF8, utf8('FLEET'))],
      ),
      false,
    ],
    ['an attribute less', nameDer([attribute(O, UTF8, utf8('Contoso'))], [attribute(CN, UTF8, utf8('Fleet'))]), false],
    [
      'an attribute twice',
      nameDer(
        [attribute(C, PRINTABLE, latin1('DE'))],
        [attribute(O, UTF8, utf8('Contoso'))],
        [attribute(CN, UTF8, utf8('Fleet'))],
        [attribute(CN, UTF8, utf8('Fleet'))],
      ),
      false,
    ],
  ])('compares a name with %s', (_, other, expected) => {
    expect(sameAttributes(name, other)).toBe(expected);
    expect(sameAttributes(other, name)).toBe(expected);
  });

  it('is not deceived by text that looks like two attributes', () => {
    const two = nameDer([attribute(CN, UTF8, utf8('a'))], [attribute(CN, UTF8, utf8('b'))]);
    expect(sameAttributes(one('a","b'), two)).toBe(false);
    expect(sameAttributes(one('a\n["2.5.4.3","b"]'), two)).toBe(false);
  });
});
