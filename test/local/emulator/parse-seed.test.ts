import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEFAULT_SEED, EMPTY_SEED } from '../../../local/emulator/default-seed.ts';
import { parseSeed } from '../../../local/emulator/parse-seed.ts';
import { SEED_SCHEMA_PATH, seedSchemaText } from '../../../local/emulator/seed-schema-file.ts';
import { parseSeedTime } from '../../../local/emulator/seed-time.ts';

const NOW = new Date('2026-03-31T12:00:00Z');

function certificate(name: string, changes: object = {}) {
  return { name, subject: `CN=${name}`, key: 'P-256', notBefore: '-P1D', notAfter: 'P1D', ...changes };
}

function seed(certificates: object[], entries: object[] = []) {
  return {
    version: 1,
    vaults: [{ name: 'kv-a', certificates }],
    provisioningServices: [{ name: 'dps-a', certificates: entries }],
  };
}

function faultsOf(value: unknown): string[] {
  const parsed = parseSeed(value, NOW);
  return 'faults' in parsed ? parsed.faults : [];
}

describe('a seed', () => {
  it.each([
    ['of the demo fleet', DEFAULT_SEED],
    ['of --empty', EMPTY_SEED],
    ['with nothing', { version: 1, vaults: [], provisioningServices: [] }],
    [
      'at every limit',
      seed([
        certificate('a', { notBefore: '1950-01-01T00:00:00Z', notAfter: '9999-12-31T23:59:59Z' }),
        certificate('b', { subject: `CN=${'x'.repeat(197)}` }),
        certificate('c', { subject: '2.999.1=a, 1.39.1=b' }),
        certificate('d', {
          tags: Object.fromEntries(Array.from({ length: 15 }, (_, index) => [`t${index}`, 'x'.repeat(256)])),
        }),
      ]),
    ],
  ])('%s is right', (_, value) => {
    expect(faultsOf(value)).toStrictEqual([]);
  });

  const itself = { vault: 'kv-a', name: 'a' };
  const faulty: [string, unknown, string[]][] = [
    ['of another version', { ...seed([]), version: 2 }, ['version: Invalid input: expected 1']],
    ['that is not an object', [], ['the seed: ']],
    [
      'with several faults of form',
      seed([certificate('a', { key: 'P-521', notAfter: 'soon', subject: 'Contoso' }), certificate('b c')]),
      [
        'vaults[0].certificates[0].subject: "Contoso" is not an X.500 name',
        'vaults[0].certificates[0].key: ',
        'vaults[0].certificates[0].notAfter: "soon" is neither an ISO 8601 date-time nor a duration',
        'vaults[0].certificates[1].name: must be 1 to 127',
      ],
    ],
    ['with a word it does not know', { ...seed([]), vault: [] }, ['the seed: Unrecognized key: "vault"']],
    [
      'with a name twice, whatever its case',
      seed([certificate('a'), certificate('A')]),
      ["vaults[0].certificates[1].name: 'A' is taken already"],
    ],
    [
      'that ends before it begins',
      seed([certificate('a', { notBefore: 'P2D' })]),
      ["vaults[0].certificates[0].notAfter: 'P1D' is not later than notBefore 'P2D'"],
    ],
    [
      'with dates that X.509 cannot write',
      seed([certificate('a', { notBefore: '-P1000Y' }), certificate('b', { notAfter: 'P9000Y' })]),
      [
        "vaults[0].certificates[0].notBefore: '-P1000Y' is not in the years 1950 to 9999",
        "vaults[0].certificates[1].notAfter: 'P9000Y' is not in the years 1950 to 9999",
      ],
    ],
    [
      'with a time beyond all calendars',
      seed([certificate('a', { notAfter: 'P9000000Y' })]),
      ["vaults[0].certificates[0].notAfter: 'P9000000Y' is not in the years 1950 to 9999"],
    ],
    [
      'with subjects that no certificate or no policy has',
      seed(
        ['9.99.1=a', '1.40=a', '2.268435456=a', '  ', `CN=${'x'.repeat(198)}`, `CN="${'a,'.repeat(66)}"`].map(
          (subject, index) => certificate(`c-${index}`, { subject }),
        ),
      ),
      [
        'vaults[0].certificates[0].subject: "9.99.1=a" is not an X.500 name',
        'vaults[0].certificates[1].subject: "1.40=a" is not an X.500 name',
        'vaults[0].certificates[2].subject: "2.268435456=a" is not an X.500 name',
        'vaults[0].certificates[3].subject: "  " is not an X.500 name',
        'vaults[0].certificates[4].subject: has 201 characters when written out, at most 200 fit',
        'vaults[0].certificates[5].subject: has 201 characters when written out, at most 200 fit',
      ],
    ],
    [
      'with more or longer tags than a vault takes',
      seed([
        certificate('a', { tags: Object.fromEntries(Array.from({ length: 16 }, (_, index) => [`t${index}`, ''])) }),
        certificate('b', { tags: { t: 'x'.repeat(257) } }),
      ]),
      ['vaults[0].certificates[0].tags: has more than 15 tags', 'vaults[0].certificates[1].tags.t: Too big'],
    ],
    [
      'with an issuer that is not there',
      seed([certificate('a', { issuer: { vault: 'kv-b', name: 'a' } })]),
      ["vaults[0].certificates[0].issuer: there is no certificate 'a' in a vault 'kv-b' of this seed"],
    ],
    [
      'with a certificate that issues itself',
      seed([certificate('a', { issuer: itself })]),
      ["vaults[0].certificates[0].issuer: 'kv-a/a' is issued by itself, in a circle"],
    ],
    [
      'with an entry of nothing',
      seed([], [{ name: 'e', verified: true, certificate: { vault: 'kv-a', name: 'a' } }]),
      ["provisioningServices[0].certificates[0].certificate: there is no certificate 'a' in a vault 'kv-a'"],
    ],
  ];
  it.each(faulty)('%s is refused, each fault with its path', (_, value, expected) => {
    const faults = faultsOf(value);
    expect(faults).toHaveLength(expected.length);
    expected.forEach((fault, index) => {
      expect(faults[index]).toContain(fault);
    });
  });
});

describe('a time in a seed', () => {
  it.each([
    ['2026-01-31T00:00:00Z', '2026-01-31T00:00:00.000Z'],
    ['2026-01-31T00:00:00+02:00', '2026-01-30T22:00:00.000Z'],
    ['P20D', '2026-04-20T12:00:00.000Z'],
    ['-P300D', '2025-06-04T12:00:00.000Z'],
    ['-P1M', '2026-02-28T12:00:00.000Z'],
    ['PT90S', '2026-03-31T12:01:30.000Z'],
  ])('%s is %s', (text, expected) => {
    expect(parseSeedTime(text, NOW)?.toISOString()).toBe(expected);
  });

  it.each([
    '',
    'P',
    '-P',
    'PT',
    'P1DT',
    'P1H',
    '20D',
    '2026-01-31',
    '2026-01-31T00:00:00',
    '2026-13-01T00:00:00Z',
    '--P1D',
  ])('%j is none', (text) => {
    expect(parseSeedTime(text, NOW)).toBeUndefined();
  });
});

describe('docs/emulator-seed.schema.json', () => {
  it('is what the code says (if not: node local/emulator/write-seed-schema.ts)', () => {
    expect(JSON.parse(readFileSync(SEED_SCHEMA_PATH, 'utf8'))).toStrictEqual(JSON.parse(seedSchemaText()));
  });
});
