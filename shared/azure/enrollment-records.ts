import { asObject, type JsonObject } from '../json.ts';
import type { Enrollment, EnrollmentKind } from '../ports.ts';
import { parseExactly } from './exact-json.ts';

/** What the service API calls the two kinds, and we in messages. */
export const KINDS = {
  group: { path: 'enrollmentGroups', idName: 'enrollmentGroupId', called: 'enrollment group' },
  individual: { path: 'enrollments', idName: 'registrationId', called: 'individual enrollment' },
} as const;

/** Reads enrollments from JSON text, and remembers of each what is needed to write it back, for as long as it is held. */
export interface EnrollmentRecords {
  /** Throws an Error, which quotes nothing of the text, if it is not an enrollment of this kind. */
  fromText(kind: EnrollmentKind, text: string): Enrollment;
  /** Throws an Error likewise if it is not an array of them. */
  listFromText(kind: EnrollmentKind, text: string): readonly Enrollment[];
  /** The record with the source text of its numbers; `undefined` for what has not been read here. */
  exactRecord(enrollment: Enrollment): JsonObject | undefined;
}

export function enrollmentRecords(): EnrollmentRecords {
  function toEnrollment(kind: EnrollmentKind, value: unknown, exact: unknown): Enrollment {
    const { called, idName } = KINDS[kind];
    const [record, exactRecord] = [asObject(value), asObject(exact)];
    const { [idName]: id, etag } = record ?? {};
    if (!record || !exactRecord || !isFilled(id) || !isFilled(etag)) {
      throw new Error(`an ${called} came back without ${idName} or etag`);
    }
    return new ReadEnrollment({ kind, id, etag, record }, exactRecord);
  }

  return {
    fromText: (kind, text) => {
      const { value, exact } = parseExactly(text);
      return toEnrollment(kind, value, exact);
    },
    listFromText: (kind, text) => {
      const { value, exact } = parseExactly(text);
      // No list is not an empty list: entries would be deleted on its word.
      if (!Array.isArray(value) || !Array.isArray(exact)) throw new Error('the answer is not a list');
      return value.map((item, index) => toEnrollment(kind, item, exact[index]));
    },
    exactRecord: ReadEnrollment.exactRecordOf,
  };
}

/**
 * An enrollment that remembers how it was read; a copy of it does not. A WeakMap would do the same, and keep a million
 * enrollments that nobody holds until the garbage collector has gone through all memory.
 */
class ReadEnrollment implements Enrollment {
  readonly kind: EnrollmentKind;
  readonly id: string;
  readonly etag: string;
  readonly record: JsonObject;
  readonly #exactRecord: JsonObject;

  constructor({ kind, id, etag, record }: Enrollment, exactRecord: JsonObject) {
    this.kind = kind;
    this.id = id;
    this.etag = etag;
    this.record = record;
    this.#exactRecord = exactRecord;
  }

  static exactRecordOf(enrollment: Enrollment): JsonObject | undefined {
    return #exactRecord in enrollment ? enrollment.#exactRecord : undefined;
  }
}

function isFilled(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
