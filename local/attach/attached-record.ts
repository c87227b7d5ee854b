import { asObject, type JsonObject } from '../../shared/json.ts';
import { isCustom } from './is-custom.ts';
import { isMasked, isSameWebhook } from './webhook-url.ts';

/** What an enrollment is to be attached to. */
export interface Webhook {
  /** The whole URL, with its function key: a secret. */
  readonly webhookUrl: string;
  /** Of the enrollment types in the calls of the webhook (`customAllocationDefinition.apiVersion`). */
  readonly apiVersion: string;
  /** Whether to write the key where DPS masks the present one, which then may be the same. */
  readonly replaceKey: boolean;
}

/**
 * The record of an enrollment, attached to a webhook; all else in it stays. The record itself where it is attached
 * already: a masked URL of the same scheme, host and path counts, for its key cannot be compared. Where anything is
 * written, the whole URL is: a mask written back would destroy the key.
 */
export function attachedRecord(record: JsonObject, { webhookUrl, apiVersion, replaceKey }: Webhook): JsonObject {
  const definition = asObject(record.customAllocationDefinition) ?? {};
  const present = typeof definition.webhookUrl === 'string' ? definition.webhookUrl : '';
  const hasUrl = present === webhookUrl || (!replaceKey && isMasked(present) && isSameWebhook(present, webhookUrl));
  if (isCustom(record) && hasUrl && definition.apiVersion === apiVersion) return record;
  return {
    ...record,
    allocationPolicy: 'custom',
    customAllocationDefinition: { ...definition, webhookUrl, apiVersion },
  };
}
