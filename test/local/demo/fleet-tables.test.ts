import { expect, it } from 'vitest';
import type { Enrollment, Entry, Fleet, Generation } from '../../../local/demo/fleet.ts';
import { caTable, enrollmentTable, entryTable } from '../../../local/demo/fleet-tables.ts';
import { entryOf, groupOf, NOW } from './fleet-builders.ts';

/** A generation of which only what tables show is real. */
function generation(digit: string, days: number): Generation {
  const notAfter = new Date(NOW.getTime() + days * 86_400_000);
  return { version: digit, thumbprint: digit.repeat(40), der: new Uint8Array(), notAfter };
}

const [OLD, FRESH, PARTNER] = [generation('A', 60), generation('B', 730), generation('C', -1)];

function fleet(generations: Generation[], entries: Entry[], enrollments: Enrollment[] = []): Fleet {
  return { cas: [{ name: 'plant-a-ca', vault: 'kv-fleet', generations }], entries, enrollments };
}

const BEFORE = fleet([OLD], [entryOf('PlantA', OLD), entryOf('partner', PARTNER), entryOf('gone', PARTNER)]);
const AFTER = fleet(
  [OLD, FRESH],
  [
    entryOf('PlantA', OLD),
    entryOf('partner', PARTNER, { etag: 'another', isVerified: false }),
    entryOf(`plant-a-ca-${FRESH.thumbprint}`, FRESH),
  ],
);

it('shows entries with their CA, thumbprint, proof and remaining days', () => {
  expect(entryTable(BEFORE, NOW)).toStrictEqual([
    '   DPS entry  CA              thumbprint  verified  days left',
    '   PlantA     plant-a-ca      AAAAAAAA…   yes              60',
    '   partner    not in a vault  CCCCCCCC…   yes              -1',
    '   gone       not in a vault  CCCCCCCC…   yes              -1',
  ]);
});

it('marks entries that are new, changed or gone since before', () => {
  expect(entryTable(AFTER, NOW, BEFORE)).toStrictEqual([
    '   DPS entry             CA              thumbprint  verified  days left',
    '   PlantA                plant-a-ca      AAAAAAAA…   yes              60',
    '~  partner               not in a vault  CCCCCCCC…   no               -1',
    '+  plant-a-ca-BBBBBBBB…  plant-a-ca      BBBBBBBB…   yes             730',
    '-  gone                  not in a vault  CCCCCCCC…   yes              -1',
  ]);
});

it('shows CAs with their generations, the newest first, and marks what has got one', () => {
  expect(caTable(AFTER, NOW, BEFORE)).toStrictEqual([
    '   CA          vault     generations              days left',
    '+  plant-a-ca  kv-fleet  2  BBBBBBBB…  AAAAAAAA…        730',
  ]);
  expect(caTable(fleet([], []), NOW)).toStrictEqual([
    '   CA          vault     generations  days left',
    '   plant-a-ca  kv-fleet  0',
  ]);
});

it('shows what enrollments refer to, marks those that have changed, and leaves out those that refer to no CA', () => {
  const before = fleet([OLD, FRESH], [], [groupOf('line-1', OLD), groupOf('meters'), groupOf('partners', PARTNER)]);
  const after = fleet([OLD, FRESH], [], [groupOf('line-1', FRESH, OLD), groupOf('partners', PARTNER)]);
  expect(enrollmentTable(before)).toStrictEqual([
    '   enrollment  kind   primary               secondary',
    '   line-1      group  plant-a-ca AAAAAAAA…',
    '   partners    group  unknown CCCCCCCC…',
  ]);
  expect(enrollmentTable(after, before)).toStrictEqual([
    '   enrollment  kind   primary               secondary',
    '~  line-1      group  plant-a-ca BBBBBBBB…  plant-a-ca AAAAAAAA…',
    '   partners    group  unknown CCCCCCCC…',
  ]);
});

it('names the DPS where there are several', () => {
  const other = entryOf('root', PARTNER, { dps: 'dps-2' });
  const group = { ...groupOf('docks', OLD), dps: 'dps-2' };
  const two = fleet([OLD], [entryOf('PlantA', OLD), other], [groupOf('line-1', OLD), group]);
  expect(entryTable(two, NOW, fleet([OLD], [entryOf('PlantA', OLD)]))).toStrictEqual([
    '   DPS entry     CA              thumbprint  verified  days left',
    '   in dps-fleet',
    '     PlantA      plant-a-ca      AAAAAAAA…   yes              60',
    '   in dps-2',
    '+    root        not in a vault  CCCCCCCC…   yes              -1',
  ]);
  expect(enrollmentTable(two)).toStrictEqual([
    '   enrollment    kind   primary               secondary',
    '   in dps-fleet',
    '     line-1      group  plant-a-ca AAAAAAAA…',
    '   in dps-2',
    '     docks       group  plant-a-ca AAAAAAAA…',
  ]);
});

it('fits 80 columns whatever the names are', () => {
  const [long, wide] = ['a'.repeat(64), { ...OLD, notAfter: new Date(NOW.getTime() + 99_999 * 86_400_000) }];
  const cas = [{ name: long, vault: long.slice(0, 24), generations: [OLD, FRESH, wide] }];
  const enrollments = [groupOf(long, OLD, FRESH)];
  const entries = [entryOf(long, OLD), entryOf(long, OLD, { dps: long })];
  const full = { cas, entries, enrollments: [...enrollments, { ...groupOf(long, OLD), dps: long }] };
  const lines = [...entryTable(full, NOW), ...caTable(full, NOW), ...enrollmentTable(full)];
  for (const line of lines) expect(`  ${line}`.length).toBeLessThanOrEqual(80);
});
