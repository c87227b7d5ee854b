import type { RefusalEvent } from '../events.ts';
import { VAULT_LANE } from '../lifecycle/next-step.ts';
import type { CaId } from '../lifecycle/observed.ts';
import { explain, type RefusalReason } from '../lifecycle/reasons.ts';

/** A refusal, decided (`detail`) or thrown (`message`), as an event: what the code means, and the case at hand. */
export function refusalOf(
  ca: CaId,
  refusal: { readonly reason: RefusalReason } & ({ readonly detail: string } | { readonly message: string }),
  where: { readonly renewalId?: string; readonly lane?: string } = {},
): RefusalEvent {
  const detail = 'detail' in refusal ? refusal.detail : refusal.message;
  return {
    event: 'renewal_refused',
    ...(where.renewalId !== undefined && { renewalId: where.renewalId }),
    ca: ca.name,
    vault: ca.vaultUrl,
    ...(where.lane !== undefined && where.lane !== VAULT_LANE && { dps: where.lane }),
    reason: refusal.reason,
    message: `${explain(refusal.reason)} (${detail})`,
  };
}
