import type { JsonObject } from '../../../../shared/json.ts';
import { parseDuration } from '../../../../shared/lifecycle/duration.ts';
import {
  addFinding,
  type Evidence,
  type EvidenceCounts,
  type Finding,
  noEvidence,
} from '../../../../shared/lifecycle/evidence.ts';
import { changeRecord } from '../../../../shared/lifecycle/reference-change.ts';
import type { ReferenceDecision } from '../../../../shared/lifecycle/reference-decision.ts';
import type { FormerMember, Lineage, NewestMember } from '../../../../shared/lifecycle/reference-lineage.ts';
import type { ReferenceWishes } from '../../../../shared/lifecycle/reference-situation.ts';
import type { ReferenceField } from '../../../../shared/lifecycle/reference-slots.ts';
import type { Enrollment } from '../../../../shared/ports.ts';
import { commonName } from '../../../../shared/x509/name.ts';
import { toPem } from '../../../../shared/x509/pem.ts';
import { days, entry } from '../../../support/builders.ts';

// One DPS with a CA of four versions: P and O are older (P the oldest), N is the newest generation, D was made after it
// and disabled. F is a CA of another lineage, U something unreadable, - an empty place.

export const FIELDS = ['caReferences', 'signingCertificates', 'clientCertificates'] as const;

/** As DPS writes a moment. */
export const stamp = (moment: Date) => moment.toISOString().replace('Z', '4655Z');

export const thumbprintOf = (letter: string) => Buffer.from(letter).toString('hex').padStart(40, 'A').toUpperCase();
export const nameOf = (letter: string) => `Plant-CA-${letter}`;
const content = (letter: string, key = letter) => ({
  der: new Uint8Array(Buffer.from(`certificate ${letter}`)),
  spki: new Uint8Array(Buffer.from(`key ${key}`)),
  subject: commonName('device-1'),
  notBefore: days(-400),
  isCa: true,
});
const entryFor = (letter: string, isVerified = true) =>
  entry({ name: nameOf(letter), thumbprint: thumbprintOf(letter), isVerified, updated: days(-100) });

/** N, created and verified a hundred days ago. */
export function newest(given: Partial<NewestMember> = {}): NewestMember {
  return {
    rank: 'newest',
    thumbprint: thumbprintOf('N'),
    ownName: nameOf('N'),
    createdOn: days(-100),
    notAfter: days(300),
    certificate: content('N'),
    entries: [entryFor('N')],
    issuerEntry: undefined,
    ...given,
  };
}

/** O, P or D, whose key is its own unless told. */
export function former(
  letter: 'O' | 'P' | 'D',
  given: Partial<FormerMember> = {},
  key = letter as string,
): FormerMember {
  return {
    rank: letter === 'D' ? 'rolled-back' : 'older',
    thumbprint: thumbprintOf(letter),
    ownName: nameOf(letter),
    createdOn: days({ P: -300, O: -200, D: -50 }[letter]),
    notAfter: days(letter === 'P' ? 10 : 100),
    certificate: content(letter, key),
    entries: [entryFor(letter)],
    issuerEntry: undefined,
    ...given,
  };
}

/** O has N's key if told so. */
export function lineage(given: Partial<Lineage> = {}, sameKey = false): Lineage {
  const others = [former('D'), former('O', {}, sameKey ? 'N' : 'O'), former('P')];
  const made = { newest: newest(), others, chainedSubordinates: [], ...given };
  return { entries: [made.newest, ...made.others].flatMap(({ entries }) => entries), ...made };
}

/** N has an entry, but without its proof of possession. */
export const UNPROVED: Partial<NewestMember> = { entries: [entryFor('N', false)] };

export function wishes(given: Partial<ReferenceWishes> = {}): ReferenceWishes {
  const overlap = parseDuration('P30D');
  return { overlap, retire: 'overlap', stockCleared: undefined, sameKey: undefined, webhookUrl: undefined, ...given };
}

/** What so many devices prove with regard to O; the old ones came at `at`. */
export function evidence(counts: Partial<EvidenceCounts>, at = days(-50)): Evidence {
  const findings = Object.entries(counts) as [Finding, number][];
  let sum = noEvidence(thumbprintOf('O'));
  for (const [finding, count] of findings) {
    for (let index = 0; index < count; index += 1) sum = addFinding(sum, `${finding}-${index}`, finding, at);
  }
  return sum;
}

/** What DPS returns for a letter in a slot. */
export function slotValue(field: ReferenceField, letter: string): unknown {
  if (letter === '-') return null;
  if (field === 'caReferences') return letter === 'U' ? 7 : nameOf(letter);
  if (letter === 'U') return { info: { sha1Thumbprint: 'none of the kind' } };
  const subjectName = 'CN=device-1';
  return { info: { subjectName, sha1Thumbprint: thumbprintOf(letter).toLowerCase(), version: 3 } };
}

/** An enrollment that was last changed a hundred days ago, whose reference holds a pair such as `O-`. */
export function enrollment(field: ReferenceField, pair: string, given: JsonObject = {}): Enrollment {
  const [primary = '-', secondary = '-'] = pair;
  const reference = { primary: slotValue(field, primary), secondary: slotValue(field, secondary) };
  const record = {
    enrollmentGroupId: 'grp-1',
    attestation: { type: 'x509', x509: { [field]: reference } },
    lastUpdatedDateTimeUtc: stamp(days(-100)),
    ...given,
  };
  return { kind: 'group', id: 'grp-1', etag: '"1"', record };
}

/** The reference of a record that was just written, as a pair; `?` for what no letter stands for. */
export function pairIn(record: JsonObject, field: ReferenceField): string {
  const { primary, secondary } = referenceIn(record, field);
  return letterOf(field, primary) + letterOf(field, secondary);
}

export function referenceIn(record: JsonObject, field: ReferenceField): JsonObject {
  const { x509 } = record.attestation as { readonly x509: Readonly<Record<string, JsonObject>> };
  return x509[field] ?? {};
}

export function letterOf(field: ReferenceField, value: unknown): string {
  if (value === undefined || value === null) return '-';
  const { certificate } = value as { readonly certificate?: string };
  const isHeld = (letter: string) =>
    certificate === undefined
      ? JSON.stringify(value) === JSON.stringify(slotValue(field, letter))
      : certificate === toPem(content(letter).der);
  return [...'NOPDFU'].find(isHeld) ?? '?';
}

/** The enrollment after a decision was carried out, as DPS gives it back: facts of certificates, not their content. */
export function carriedOut({ record, ...rest }: Enrollment, decision: ReferenceDecision, at: Date): Enrollment {
  if (decision.step !== 'move' && decision.step !== 'release') throw new Error(`${decision.step} writes nothing`);
  const { field } = decision.change;
  const changed = changeRecord(record, decision.change);
  const answered = Object.fromEntries(
    Object.entries(referenceIn(changed, field)).map(([place, value]) => {
      const letter = letterOf(field, value);
      return [place, letter === '?' || value === null ? value : slotValue(field, letter)];
    }),
  );
  const attestation = changed.attestation as { readonly x509: JsonObject };
  const x509 = { ...attestation.x509, [field]: answered };
  return {
    ...rest,
    record: { ...changed, attestation: { ...attestation, x509 }, lastUpdatedDateTimeUtc: stamp(at) },
  };
}

/** A decision in a word or two: `move NO`, `release N-`, `settled`, `not-ours`, or the reason of a wait or refusal. */
export function inWords(decision: ReferenceDecision, { record }: Enrollment): string {
  switch (decision.step) {
    case 'move':
    case 'release':
      return `${decision.step} ${pairIn(changeRecord(record, decision.change), decision.change.field)}`;
    case 'wait':
    case 'refuse':
      return `${decision.step} ${decision.reason}`;
    default:
      return decision.step;
  }
}
