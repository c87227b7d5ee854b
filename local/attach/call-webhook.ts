import { withoutKey } from './webhook-url.ts';

/** What came of a call; no text in it holds the key. */
export type WebhookOutcome =
  | { readonly kind: 'answer'; readonly status: number; readonly body: string }
  | { readonly kind: 'timeout'; readonly seconds: number }
  /** No TLS connection came about; mostly for the certificate. */
  | { readonly kind: 'untrusted'; readonly code: string }
  | { readonly kind: 'unreachable'; readonly code: string };

/** Codes of OpenSSL's verification and of Node.js's own look at the name and at the protocol. */
const TLS_CODE = /CERT|SIGNATURE|ISSUER|^ERR_TLS_|^ERR_SSL_|^EPROTO$|^HOSTNAME_MISMATCH$/;

/**
 * POSTs a body to a webhook as DPS does, redirections not followed. What may go wrong on the way is an outcome, too.
 * @param timeoutMs for the whole of it, the answer's body included
 */
export async function callWebhook(webhookUrl: string, body: unknown, timeoutMs: number): Promise<WebhookOutcome> {
  try {
    const response = await fetch(webhookUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify(body),
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { kind: 'answer', status: response.status, body: withoutKey(await response.text(), webhookUrl) };
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError') return { kind: 'timeout', seconds: timeoutMs / 1000 };
    const code = codeOf(error);
    return { kind: TLS_CODE.test(code) ? 'untrusted' : 'unreachable', code };
  }
}

/** What fetch throws says why in its cause, by a code; the message is left out, which may quote the URL. */
function codeOf(error: unknown): string {
  const { cause } = error as { cause?: { code?: unknown } };
  return typeof cause?.code === 'string' ? cause.code : 'no reason given';
}
