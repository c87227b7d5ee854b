import { asObject, type JsonObject } from '../../shared/json.ts';
import { isCustom } from './is-custom.ts';
import { isSameWebhook } from './webhook-url.ts';

/** The allocation policies that DPS has itself, as enrollments name them. */
export const POLICIES = ['hashed', 'geoLatency', 'static'] as const;
export type Policy = (typeof POLICIES)[number];

/** How an enrollment is to be allocated without its webhook. */
export interface Detachment {
  /** `undefined`: the policy of the DPS, which counts where an enrollment has none. */
  readonly policy: Policy | undefined;
  /** Only from this webhook, whatever its key; `undefined`: from any. */
  readonly webhookUrl: string | undefined;
}

/**
 * The record of an enrollment, detached from its webhook; all else in it stays. The record itself where no webhook
 * allocates, or another one than meant: a policy that somebody chose is not replaced.
 */
export function detachedRecord(record: JsonObject, { policy, webhookUrl }: Detachment): JsonObject {
  if (!isCustom(record)) return record;
  const present = asObject(record.customAllocationDefinition)?.webhookUrl;
  if (webhookUrl !== undefined && !(typeof present === 'string' && isSameWebhook(present, webhookUrl))) return record;
  const { allocationPolicy: _, customAllocationDefinition: __, ...others } = record;
  return policy === undefined ? others : { ...others, allocationPolicy: policy };
}
