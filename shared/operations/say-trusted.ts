import type { LifecycleEvent } from '../events.ts';
import { asObject } from '../json.ts';
import { newestOf, type Observed } from '../lifecycle/observed.ts';
import { isTrustedEverywhere } from '../lifecycle/reference-lane.ts';
import type { Ports } from '../ports.ts';
import { keyOf } from './catalogue.ts';
import { sayOnce } from './say-once.ts';

export type TrustedEvent = Extract<LifecycleEvent, { readonly event: 'certificate_trusted' }>;

/**
 * The event that a CA's newest generation is trusted wherever an older one is; `undefined` while it is not, or where
 * there is no older one to be replaced.
 */
export function trustedEvent(observed: Observed, now: Date): TrustedEvent | undefined {
  const { ca, vault } = observed;
  if (vault.generations.length < 2 || observed.services.length === 0 || !isTrustedEverywhere(observed, now))
    return undefined;
  const { thumbprint, notAfter } = newestOf(observed).certificate;
  const { version } = newestOf(observed);
  return {
    event: 'certificate_trusted',
    ca: ca.name,
    vault: ca.vaultUrl,
    version,
    thumbprint,
    notAfter: notAfter.toISOString(),
  };
}

/**
 * Says once of each generation that it is trusted everywhere. Whoever issues device certificates switches on this, so
 * it is said again where nobody remembers, rather than not at all. Returns what kept it from remembering, if anything.
 */
export async function sayTrusted(
  ports: Pick<Ports, 'documents' | 'emit'>,
  events: readonly TrustedEvent[],
): Promise<string | undefined> {
  if (events.length === 0) return undefined;
  return sayOnce(ports, events, (said) => {
    const known = asObject(said.trusted) ?? {};
    const due = events.filter((event) => known[caOf(event)] !== event.thumbprint);
    if (due.length === 0) return { due, memory: undefined };
    const fresh = Object.fromEntries(due.map((event) => [caOf(event), event.thumbprint]));
    return { due, memory: { ...said, trusted: { ...known, ...fresh } } };
  });
}

function caOf({ vault, ca }: TrustedEvent): string {
  return keyOf({ vaultUrl: vault, name: ca });
}
