import type { Enrollment } from '../ports.ts';
import type { PlannedReferences } from './planned.ts';
import { entryToken, isThumbprint, tokensOf, type Use, type Uses } from './uses.ts';
import type { World } from './world.ts';

const MOST_EXAMPLES = 20;

/** The enrollments of a DPS by what they refer to, as far as they could be read. */
export interface ReferencesIn {
  /** `undefined` where not even the groups could be read. */
  readonly uses: Uses | undefined;
  /** No, where individual enrollments were not read. */
  readonly isComplete: boolean;
  /** Thumbprints of the certificates that enrollments embed. */
  readonly embedded: readonly string[];
}

/** Reads them once; groups alone where individual enrollments cannot be read. The reason is told by the lanes. */
export async function referencesIn(world: World, dps: string): Promise<ReferencesIn> {
  const all = await world.uses(dps).catch(() => undefined);
  const uses = all ?? (await world.groups(dps).then(usesOf, () => undefined));
  const embedded = [...(uses?.keys() ?? [])].filter(isThumbprint);
  return { uses, isComplete: all !== undefined, embedded };
}

/** The enrollments that name an entry or embed its certificate. */
export function referencesTo(
  { uses, isComplete }: ReferencesIn,
  { name, thumbprint }: { readonly name?: string; readonly thumbprint: string },
): PlannedReferences | undefined {
  if (uses === undefined) return undefined;
  const named = name === undefined ? undefined : uses.get(entryToken(name));
  const embedded = uses.get(thumbprint);
  const examples = [...(named?.held ?? []), ...(embedded?.held ?? [])];
  return {
    count: (named?.count ?? 0) + (embedded?.count ?? 0),
    embedded: embedded?.count ?? 0,
    examples: examples.slice(0, MOST_EXAMPLES).map(({ kind, id }) => ({ kind, id })),
    isComplete,
  };
}

/** Enrollments that are held, by what they refer to. */
export function usesOf(enrollments: readonly Enrollment[]): Uses {
  const uses = new Map<string, Use & { readonly held: Enrollment[] }>();
  for (const enrollment of enrollments) {
    for (const token of tokensOf(enrollment)) {
      const held = [...(uses.get(token)?.held ?? []), enrollment];
      uses.set(token, { count: held.length, held });
    }
  }
  return uses;
}
