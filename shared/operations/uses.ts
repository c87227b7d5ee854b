import { readReferences, type Slot } from '../lifecycle/reference-slots.ts';
import type { Enrollment, EnrollmentKind, Enrollments } from '../ports.ts';

/** Beyond so many enrollments that refer to one certificate they are counted, not held. */
const MOST_HELD = 1_000;

export const KINDS: readonly EnrollmentKind[] = ['group', 'individual'];

/** The enrollments that refer to one certificate: by its entry's name, or by its thumbprint. */
export interface Use {
  readonly count: number;
  /** `undefined` where they are too many. */
  readonly held: readonly Enrollment[] | undefined;
}

/** By `tokenOf`. */
export type Uses = ReadonlyMap<string, Use>;

/** What tells the certificate in a slot from others; `undefined` for a slot that tells nothing. */
export function tokenOf(slot: Slot): string | undefined {
  if (slot.kind === 'entry') return entryToken(slot.name);
  return slot.kind === 'certificate' ? slot.thumbprint : undefined;
}

/** DPS compares the names of entries without regard to case. A thumbprint is upper-case hex: the two never meet. */
export function entryToken(name: string): string {
  return `entry ${name.toLowerCase()}`;
}

/** Whether a token is the thumbprint of an embedded certificate. */
export function isThumbprint(token: string): boolean {
  return /^[0-9A-F]{40}$/.test(token);
}

const NONE: readonly string[] = [];

/** All certificates that an enrollment refers to. */
export function tokensOf(enrollment: Enrollment): readonly string[] {
  const references = readReferences(enrollment.record);
  if (references === undefined) return NONE;
  const [primary, secondary] = [tokenOf(references.primary), tokenOf(references.secondary)];
  if (primary === undefined) return secondary === undefined ? NONE : [secondary];
  return secondary === undefined || secondary === primary ? [primary] : [primary, secondary];
}

/**
 * Sorts the enrollments of a DPS by what they refer to.
 * @param isOfInterest for the tokens of individual enrollments: a million devices with a certificate of their own each
 * would fill the memory with certificates that no vault knows
 */
export async function collectUses(
  enrollments: Enrollments,
  groups: readonly Enrollment[],
  isOfInterest: (token: string) => boolean,
): Promise<Uses> {
  const uses = new Map<string, { count: number; held: Enrollment[] | undefined }>();
  const add = (enrollment: Enrollment, token: string) => {
    const use = uses.get(token) ?? { count: 0, held: [] };
    use.count += 1;
    if (use.count > MOST_HELD) use.held = undefined;
    use.held?.push(enrollment);
    uses.set(token, use);
  };
  for (const group of groups) for (const token of tokensOf(group)) add(group, token);
  for await (const page of enrollments.enrollments('individual')) {
    for (const enrollment of page) {
      for (const token of tokensOf(enrollment)) if (isOfInterest(token)) add(enrollment, token);
    }
  }
  return uses;
}

/** All enrollments of a DPS, one after the other. */
export async function* everyEnrollment(enrollments: Enrollments): AsyncGenerator<Enrollment> {
  for (const kind of KINDS) for await (const page of enrollments.enrollments(kind)) yield* page;
}
