import { messageOf, Refused } from '../errors.ts';
import { lineageIn } from '../lifecycle/lineage-in.ts';
import type { CaId, Generation, ServiceFacts } from '../lifecycle/observed.ts';
import type { RefusalReason } from '../lifecycle/reasons.ts';
import type { VaultVersion } from '../ports.ts';
import type { App } from './app.ts';
import { type Decided, decideOn } from './decide-on.ts';
import type { Rank } from './planned.ts';
import type { World } from './world.ts';

/** A managed CA as far as it could be looked at. */
export type Looked = { readonly ca: CaId; readonly generations: readonly Generation[] } & (
  | ({ readonly kind: 'decided' } & Decided)
  | { readonly kind: 'refused'; readonly reason: RefusalReason; readonly message: string; readonly versions: Versions }
  | { readonly kind: 'failed'; readonly message: string; readonly versions: Versions }
);

type Versions = readonly VaultVersion[];

/** Decides on one CA. Where that cannot be done, there is at least what its vault holds. */
export async function lookAt(app: Pick<App, 'ports' | 'wishes'>, world: World, ca: CaId, now: Date): Promise<Looked> {
  try {
    const decided = await decideOn(app, world, ca, now);
    return { kind: 'decided', ca, generations: decided.observed.vault.generations, ...decided };
  } catch (error) {
    // Whatever keeps this from being read is what kept the decision from being made, and that is told.
    const lineage = await world.lineage(ca).catch(() => undefined);
    const held = { ca, generations: lineage?.generations ?? [], versions: lineage?.versions ?? [] };
    if (!(error instanceof Refused)) return { kind: 'failed', message: messageOf(error), ...held };
    return { kind: 'refused', reason: error.reason, message: error.message, ...held };
  }
}

/** Which of a CA's versions a certificate in a DPS is; `undefined` if it is none. */
export function rankIn(
  looked: Looked,
  service: Extract<ServiceFacts, { kind: 'read' }>,
  thumbprint: string,
): Rank | undefined {
  if (looked.generations[0]?.certificate.thumbprint === thumbprint) return 'newest';
  if (looked.kind !== 'decided') {
    return looked.versions.some((version) => version.thumbprint === thumbprint) ? 'older' : undefined;
  }
  return lineageIn(looked.observed, service).others.find((member) => member.thumbprint === thumbprint)?.rank;
}
