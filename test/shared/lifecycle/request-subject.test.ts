import { describe, expect, it } from 'vitest';
import { requestSubject } from '../../../shared/lifecycle/request-subject.ts';
import { nameToString } from '../../../shared/x509/name.ts';
import { ATTRIBUTE, attribute, bytes, hex, nameDer, utf8 } from '../../support/tlv.ts';

const { CN, O, OU, jurisdiction } = ATTRIBUTE;
const text = (oid: string, value: string) => attribute(oid, 0x0c, utf8(value));

describe('a request carries the own subject', () => {
  it.each([
    ['of one attribute', nameDer([text(CN, 'Plant A')])],
    ['of several', nameDer([text(O, 'Contoso')], [text(OU, 'Línea 1')], [text(CN, 'Plant A (2024) / №1: é')])],
    ['of 200 characters', nameDer([text(CN, 'x'.repeat(197))])],
  ])('%s, byte for byte', (_, subject) => {
    expect(hex(requestSubject('plant-a', subject))).toBe(hex(subject));
  });
});

describe('a request carries the name of the CA in its vault', () => {
  it.each<readonly [string, Uint8Array]>([
    ['for 201 characters', nameDer([text(CN, 'x'.repeat(198))])],
    ['for an RDN with two attributes', nameDer([text(CN, 'a'), text(OU, 'b')])],
    ['for a type without short name', nameDer([text(jurisdiction, 'DE')])],
    ['for a UID, which Key Vault does not know', nameDer([text('0992268993f22c640101', '7')], [text(CN, 'a')])],
    ['for a value that is no text', nameDer([attribute(CN, 0x01, bytes('ff'))])],
    ['for an empty value', nameDer([text(CN, '')])],
    ['for an empty name', nameDer()],
    ...[',', '+', '"', '\\', '<', '>', ';', '=', '#', '\n', '\0'].map(
      (special) => [`for ${JSON.stringify(special)} in a value`, nameDer([text(CN, `a${special}b`)])] as const,
    ),
    ['for a space at the beginning', nameDer([text(CN, ' a')])],
    ['for a space at the end of the last value but one', nameDer([text(O, 'a ')], [text(CN, 'a')])],
  ])('%s', (_, subject) => {
    expect(nameToString(requestSubject('plant-a', subject))).toBe('CN=plant-a');
  });

  it('as far as a common name goes: 64 characters', () => {
    expect(nameToString(requestSubject('n'.repeat(127), nameDer()))).toBe(`CN=${'n'.repeat(64)}`);
  });
});
