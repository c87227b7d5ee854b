import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../shared/json.ts';
import { parseDuration } from '../../../../shared/lifecycle/duration.ts';
import { changeRecord } from '../../../../shared/lifecycle/reference-change.ts';
import { decideReference } from '../../../../shared/lifecycle/reference-decision.ts';
import type { Lineage, Member } from '../../../../shared/lifecycle/reference-lineage.ts';
import type { ReferenceField } from '../../../../shared/lifecycle/reference-slots.ts';
import type { Enrollment } from '../../../../shared/ports.ts';
import { days, entry, NOW } from '../../../support/builders.ts';
import { counted } from '../../../support/counts.ts';
import {
  carriedOut,
  evidence,
  FIELDS,
  former,
  letterOf,
  lineage,
  nameOf,
  newest,
  pairIn,
  referenceIn,
  slotValue,
  stamp,
  thumbprintOf,
  wishes,
} from './reference-builders.ts';

const RUNS = { numRuns: counted(1000, 10_000) };
const MASKED = 'https://app.example/api/allocate?****';
const UNMASKED = 'https://app.example/api/allocate?code=k';

/** Members that nobody knows, with names that no known one has. */
const unknown = fc.dictionary(fc.stringMatching(/^x-[a-z]{1,4}$/), fc.jsonValue({ maxDepth: 2 }), {
  maxKeys: 3,
  noNullPrototype: true,
});

/** The members of two objects, those of the second between those of the first. */
const mixed = (a: object, b: object): JsonObject => {
  const [first, ...rest] = Object.entries(a);
  return Object.fromEntries([...(first ? [first] : []), ...Object.entries(b), ...rest]);
};

const letter = fc.constantFrom(...'NOPDFU-');
const day = fc.integer({ min: -120, max: 120 });

const records = fc
  .record({
    field: fc.constantFrom(...FIELDS),
    primary: letter,
    secondary: fc.option(letter, { nil: undefined }),
    updated: fc.option(day, { nil: undefined }),
    isMasked: fc.boolean(),
    unknowns: fc.tuple(unknown, unknown, unknown, unknown, unknown),
  })
  .map(({ field, primary, secondary, updated, isMasked, unknowns: [a, b, c, d, e] }) => {
    const places = {
      primary: slotValue(field, primary),
      ...(secondary !== undefined && { secondary: slotValue(field, secondary) }),
    };
    const others = field === 'caReferences' ? {} : { caReferences: { primary: null, secondary: null } };
    const record = mixed(
      {
        enrollmentGroupId: 'grp-1',
        attestation: mixed({ type: 'x509', x509: mixed({ [field]: mixed(places, a), ...others }, b) }, c),
        ...(updated !== undefined && { lastUpdatedDateTimeUtc: stamp(days(updated)) }),
        ...(isMasked && { customAllocationDefinition: mixed({ webhookUrl: MASKED }, d) }),
      },
      e,
    );
    return { field, enrollment: { kind: 'group', id: 'grp-1', etag: '1', record } satisfies Enrollment };
  });

const members = fc
  .record({
    isVerified: fc.record({ N: fc.boolean(), O: fc.boolean(), P: fc.boolean() }),
    notAfter: fc.record({ N: day, O: fc.option(day, { nil: undefined }), P: fc.option(day, { nil: undefined }) }),
    isRead: fc.record({ O: fc.boolean(), P: fc.boolean() }),
    key: fc.record({ O: fc.constantFrom('N', 'O'), P: fc.constantFrom('N', 'P') }),
    createdOn: fc.integer({ min: -100, max: 0 }),
    hasIssuer: fc.boolean(),
    chained: fc.boolean(),
  })
  .map((given): Lineage => {
    const entries = (name: 'N' | 'O' | 'P') => [
      entry({ name: nameOf(name), thumbprint: thumbprintOf(name), isVerified: given.isVerified[name] }),
    ];
    const issuerEntry = given.hasIssuer ? entry({ name: 'root' }) : undefined;
    const older = (name: 'O' | 'P') => {
      const notAfter = given.notAfter[name];
      const member = former(
        name,
        { notAfter: notAfter === undefined ? undefined : days(notAfter), issuerEntry },
        given.key[name],
      );
      return { ...member, entries: entries(name), certificate: given.isRead[name] ? member.certificate : undefined };
    };
    return lineage({
      newest: newest({
        notAfter: days(given.notAfter.N),
        createdOn: days(given.createdOn),
        entries: entries('N'),
        issuerEntry,
      }),
      others: [former('D'), older('O'), older('P')],
      chainedSubordinates: given.chained ? ['plant-b'] : [],
    });
  });

const wished = fc
  .record({
    overlap: fc.constantFrom('P1D', 'P30D', 'P3M').map(parseDuration),
    retire: fc.constantFrom('expired', 'unused', 'overlap', 'never'),
    sameKey: fc.constantFrom('interchangeable', undefined),
    stockCleared: fc.constantFrom(thumbprintOf('O'), undefined),
    webhookUrl: fc.constantFrom(UNMASKED, UNMASKED, undefined),
  } as const)
  .map(wishes);

const evidences = fc.constantFrom(
  ...[{ moved: 1 }, { moved: 1, old: 1 }, { moved: 1, unknown: 1 }].map((counts) => evidence(counts)),
  undefined,
);

const situations = fc.record({ asked: records, given: members, wanted: wished, proved: evidences });

/** Decides, and says what the decision would write; `undefined` where it writes nothing. */
function written({ asked, given, wanted, proved }: SituationOf<typeof situations>) {
  const { field, enrollment } = asked;
  const decision = decideReference(enrollment, given, wanted, NOW, proved);
  if (decision.step !== 'move' && decision.step !== 'release') return undefined;
  const changed = changeRecord(enrollment.record, decision.change);
  return { decision, field, before: pairIn(enrollment.record, field), after: pairIn(changed, field), changed };
}

type SituationOf<T> = T extends fc.Arbitrary<infer U> ? U : never;

const memberOf = ({ newest: n, others }: Lineage, held: string): Member | undefined =>
  [n, ...others].find(({ thumbprint }) => thumbprint === thumbprintOf(held));

function isTrusted(lineageOf: Lineage, held: string, field: ReferenceField): boolean {
  const member = memberOf(lineageOf, held);
  const own = member?.entries.some(({ isVerified }) => isVerified) ?? false;
  return own || (field !== 'caReferences' && member?.issuerEntry?.isVerified === true);
}

/** The record without what a move may change. */
function withoutReference(record: JsonObject, field: ReferenceField): unknown {
  const copy = structuredClone(record) as Record<string, unknown>;
  const { x509 } = copy.attestation as { readonly x509: Record<string, Record<string, unknown>> };
  x509[field] = { ...x509[field], primary: '', secondary: '' };
  const definition = copy.customAllocationDefinition as Record<string, unknown> | undefined;
  if (definition?.webhookUrl === MASKED || definition?.webhookUrl === UNMASKED) definition.webhookUrl = '';
  return copy;
}

/** Asserts it of every situation in which something is written; and that those are not few. */
function alwaysWhenWritten(
  check: (result: NonNullable<ReturnType<typeof written>>, situation: SituationOf<typeof situations>) => void,
): void {
  let count = 0;
  fc.assert(
    fc.property(situations, (situation) => {
      const result = written(situation);
      if (result === undefined) return;
      count++;
      check(result, situation);
    }),
    RUNS,
  );
  expect(count).toBeGreaterThan(RUNS.numRuns / 20);
}

describe('a write to an enrollment, whatever the enrollment', () => {
  it('changes nothing but the reference, and a webhook URL that was masked', () => {
    alwaysWhenWritten(({ field, changed }, { asked }) => {
      const { record } = asked.enrollment;
      expect(withoutReference(changed, field)).toEqual(withoutReference(record, field));
      expect(Object.keys(changed)).toEqual(Object.keys(record));
      for (const key of Object.keys(record).filter((name) => name.startsWith('x-'))) {
        expect(changed[key]).toBe(record[key]);
      }
      expect(JSON.stringify(changed)).not.toContain('****');
    });
  });

  it('never leaves primary empty, and keeps N where it is', () => {
    alwaysWhenWritten(({ before, after }) => {
      expect(after).not.toMatch(/^-|\?/);
      if (before.includes('N')) expect(after).toContain('N');
    });
  });

  it('never touches what is not of this CA', () => {
    alwaysWhenWritten(({ field, before, after, changed }, { asked }) => {
      const places = ['primary', 'secondary'] as const;
      places.forEach((place, index) => {
        if (!'FU'.includes(before.charAt(index))) return;
        expect(after.charAt(index)).toBe(before.charAt(index));
        expect(referenceIn(changed, field)[place]).toBe(referenceIn(asked.enrollment.record, field)[place]);
      });
    });
  });

  it('moves to N only where it is trusted and valid, and removes only D, what has expired, or the key of N by tag', () => {
    alwaysWhenWritten(({ decision, field, before, after }, { given, wanted }) => {
      if (decision.step !== 'move') return;
      expect(after).toContain('N');
      expect(isTrusted(given, 'N', field) && given.newest.notAfter >= NOW).toBe(true);
      for (const removed of [...before].filter((held) => 'OP'.includes(held) && !after.includes(held))) {
        const gone = memberOf(given, removed);
        expect(before.replace(removed, '')).not.toMatch('-');
        if (wanted.sameKey === 'interchangeable' && sameBytes(gone?.certificate?.spki, given.newest.certificate.spki))
          continue;
        expect(gone?.notAfter?.getTime()).toBeLessThan(NOW.getTime() - 10 * 60_000);
        // N has come for that one alone, and what was beside it is there still.
        expect([...after].sort()).toEqual([...before.replace(removed, 'N')].sort());
      }
      expect(after).not.toContain('D');
    });
  });

  it('comes without delay where N may be written and what stands in its way has expired', () => {
    let count = 0;
    fc.assert(
      fc.property(situations, (situation) => {
        const { given, asked, wanted, proved } = situation;
        const { field, enrollment } = asked;
        const pair = pairIn(enrollment.record, field);
        const isSpent = (held: string) => (memberOf(given, held)?.notAfter?.getTime() ?? Infinity) < days(0).getTime();
        const isPlaceable = isTrusted(given, 'N', field) && given.newest.notAfter >= NOW;
        if (!isPlaceable || !/^[OPFU]{2}$/.test(pair) || ![...pair].some((held) => isSpent(held))) return;
        const decision = decideReference(enrollment, given, wanted, NOW, proved);
        if (decision.step === 'refuse') {
          expect(decision.reason).toBe('webhook-masked');
          return;
        }
        count++;
        expect(['move', 'release']).toContain(decision.step);
      }),
      RUNS,
    );
    expect(count).toBeGreaterThan(RUNS.numRuns / 100);
  });

  it('moves once: then the next decision is another one', () => {
    alwaysWhenWritten(({ decision }, { asked, given, wanted, proved }) => {
      if (decision.step !== 'move') return;
      const after = carriedOut(asked.enrollment, decision, NOW);
      const next = decideReference(after, given, wanted, NOW, proved);
      // The overlap of what stands beside N begins with this very write.
      expect(next.step).toBe('settled');
    });
  });

  it('releases only an older version, and leaves a newer one that is trusted and valid', () => {
    alwaysWhenWritten(({ decision, field, before, after }, { given, wanted }) => {
      if (decision.step !== 'release') return;
      const [remains = '', empty] = after;
      const released = before.replace(remains, '');
      expect(empty).toBe('-');
      expect([`${released}${remains}`, thumbprintOf(released)]).toEqual([
        expect.stringMatching(/^(?:ON|PN|PO)$/),
        decision.thumbprint,
      ]);
      expect(isTrusted(given, remains, field)).toBe(true);
      expect(memberOf(given, remains)?.notAfter?.getTime()).toBeGreaterThanOrEqual(NOW.getTime());
      expect(given.chainedSubordinates).toEqual([]);
      expect(wanted.retire).not.toBe('never');
    });
  });

  it('knows every letter that it reads', () => {
    for (const field of FIELDS) {
      for (const held of 'NOPDFU-') expect(letterOf(field, slotValue(field, held))).toBe(held);
    }
  });
});

function sameBytes(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && Buffer.compare(a, b) === 0;
}
