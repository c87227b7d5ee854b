import type {
  EnrollmentChange,
  EnrollmentContent,
  EnrollmentStores,
  StoredEnrollment,
} from '../enrollments/enrollment-store.ts';
import { namesEntry } from '../enrollments/names-entry.ts';
import type { CertificateEntry } from '../resource-manager/provisioning-services.ts';
import { holdsTrusted, type Invariant, judgeEnrollment } from './judge-enrollment.ts';
import type { Entries } from './trust.ts';
import { type Violation, violationNow } from './violation.ts';

/** A DPS certificate that came, changed or went. */
export interface EntryChange {
  readonly before: CertificateEntry | undefined;
  readonly after: CertificateEntry | undefined;
}

/**
 * Watches one DPS for changes that strand devices. It judges what can be seen from inside, without any device: see
 * `Invariant`. One changed enrollment costs no more in a large DPS than in a small one.
 */
export interface Observer {
  enrollmentChanged(change: EnrollmentChange): void;
  entryChanged(change: EntryChange): void;
  violations(): readonly Violation[];
}

export interface ObservedService {
  readonly name: string;
  readonly entries: () => Entries;
  readonly enrollments: () => EnrollmentStores;
  readonly now: () => Date;
  /** Told of every certificate that an entry, or an enrollment itself, has come to hold. */
  readonly used?: ((certificate: Uint8Array) => void) | undefined;
}

export function createObserver(service: ObservedService): Observer {
  const violations: Violation[] = [];
  return {
    enrollmentChanged: ({ before, after }) => {
      for (const each of after?.content.references ?? [])
        if ('certificate' in each) service.used?.(each.certificate.der);
      // Creating harms nobody, and deleting is its operator's decision.
      if (!before || !after || before.content === after.content) return;
      const entries = service.entries();
      const broken = judgeEnrollment(
        { content: before.content, entries },
        { content: after.content, entries },
        service.now(),
      );
      for (const [invariant, what] of broken) violations.push(violation(service, invariant, what, [nameOf(after)]));
    },
    entryChanged: (change) => {
      if (change.after) service.used?.(change.after.certificate.raw);
      if (harms(change)) violations.push(...judgeEntryChange(service, change));
      const double = doubleOf(service, change);
      if (double !== undefined) violations.push(double);
    },
    violations: () => [...violations],
  };
}

/** Whether an enrollment can suffer by it at all, so that only few changes are held against all enrollments. */
function harms({ before, after }: EntryChange): boolean {
  if (!before) return false;
  if (!after) return true;
  return before.isVerified && !(after.isVerified && before.certificate.raw.equals(after.certificate.raw));
}

/** What is wrong with an entry that holds, from now on, what another one of the DPS does. */
function doubleOf({ name: dps, entries, now }: ObservedService, { before, after }: EntryChange): Violation | undefined {
  if (!after || before?.certificate.raw.equals(after.certificate.raw)) return undefined;
  const isSame = ({ name, certificate }: CertificateEntry) =>
    name.toLowerCase() !== after.name.toLowerCase() && certificate.raw.equals(after.certificate.raw);
  const other = entries().list().find(isSame);
  if (other === undefined) return undefined;
  const message = `the certificate '${after.name}' is what '${other.name}' is`;
  return violationNow({ dps }, { invariant: 4, message }, now());
}

function judgeEntryChange(service: ObservedService, { before, after }: EntryChange): Violation[] {
  const name = before?.name ?? '';
  const entries = service.entries();
  const former = withEntry(entries, before, name);
  const now = service.now();
  const judge = (content: EnrollmentContent) => {
    const [then, thereafter] = [
      { content, entries: former },
      { content, entries },
    ];
    const broken = judgeEnrollment(then, thereafter, now);
    if (after || broken.has(2)) return broken;
    if (namesEntry(content, name)) broken.set(2, 'still naming it');
    // A certificate that the enrollment holds itself stays, but what vouched for it has gone.
    else if (holdsTrusted(then) && !holdsTrusted(thereafter)) broken.set(2, 'lost the last verified CA behind it');
    return broken;
  };
  // Enrollments share contents: a fleet's is judged once.
  const judged = new Map<EnrollmentContent, Map<Invariant, string>>();
  const found = new Map<string, { invariant: Invariant; what: string; enrollments: string[] }>();
  for (const store of Object.values(service.enrollments())) {
    for (const enrollment of store.values()) {
      const { content } = enrollment;
      const broken = judged.get(content) ?? judge(content);
      judged.set(content, broken);
      for (const [invariant, what] of broken) {
        const each = found.get(`${invariant} ${what}`) ?? { invariant, what, enrollments: [] };
        each.enrollments.push(nameOf(enrollment));
        found.set(`${invariant} ${what}`, each);
      }
    }
  }
  const verb = after ? 'changed' : 'deleted';
  return [...found.values()].map(({ invariant, what, enrollments }) =>
    violation(service, invariant, `${what}, when the certificate '${name}' was ${verb}`, enrollments),
  );
}

/** The entries as they were when one of them was another. */
function withEntry(entries: Entries, entry: CertificateEntry | undefined, name: string): Entries {
  const isOther = (each: { readonly name: string }) => each.name.toLowerCase() !== name.toLowerCase();
  return {
    get: (asked) => (isOther({ name: asked }) ? entries.get(asked) : entry),
    list: () => [...entries.list().filter(isOther), ...(entry ? [entry] : [])],
  };
}

function nameOf({ kind, id }: StoredEnrollment): string {
  return `${kind}/${id}`;
}

function violation(
  { name, now }: ObservedService,
  invariant: Invariant,
  what: string,
  enrollments: readonly string[],
): Violation {
  const others = enrollments.length > 1 ? ` and ${enrollments.length - 1} more` : '';
  return violationNow({ dps: name }, { invariant, message: `${enrollments[0]}${others}: ${what}`, enrollments }, now());
}
