import { asObject, type JsonObject } from '../json.ts';

/** What DPS puts in place of a secret. */
const MASK = '****';

/**
 * What to write as the webhook URL of an enrollment, so that a masked one (`https://host/api/allocate?****`) is never
 * written back: the secret would be lost. The setting stands in for it if it is the same webhook: scheme, host and path
 * are equal. `webhookUrl` is `undefined` where nothing is masked; `masked` says why it cannot be replaced, and names no
 * query: that is where the key is.
 * @param configured the setting `ALLOCATION_WEBHOOK_URL`
 */
export function unmaskWebhook(
  record: JsonObject,
  configured: string | undefined,
): { readonly webhookUrl: string | undefined } | { readonly masked: string } {
  const url = asObject(record.customAllocationDefinition)?.webhookUrl;
  if (typeof url !== 'string' || !url.includes(MASK)) return { webhookUrl: undefined };
  const wanted = address(url);
  if (configured === undefined) return { masked: `webhook ${wanted}, and ALLOCATION_WEBHOOK_URL is not set` };
  if (configured.includes(MASK)) return { masked: `webhook ${wanted}, and ALLOCATION_WEBHOOK_URL is masked itself` };
  if (wanted === undefined || wanted !== address(configured)) {
    return { masked: `webhook ${wanted}, and ALLOCATION_WEBHOOK_URL is ${address(configured)}` };
  }
  return { webhookUrl: configured };
}

/**
 * Whether DPS asks our webhook for every registration of an enrollment, which is where evidence comes from: custom
 * allocation by the webhook of the setting `ALLOCATION_WEBHOOK_URL`, whatever their queries. No, without that setting.
 */
export function isAttached(record: JsonObject, configured: string | undefined): boolean {
  const url = asObject(record.customAllocationDefinition)?.webhookUrl;
  if (record.allocationPolicy !== 'custom' || typeof url !== 'string' || configured === undefined) return false;
  const ours = address(configured);
  return ours !== undefined && address(url) === ours;
}

/** Scheme, host and path of a URL, without what may be secret in it; `undefined` if it is none. */
function address(text: string): string | undefined {
  const url = URL.parse(text);
  return url === null ? undefined : `${url.protocol}//${url.host}${url.pathname}`;
}
