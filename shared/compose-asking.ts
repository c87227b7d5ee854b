import { compose } from './compose.ts';
import type { JsonObject } from './json.ts';
import type { Asked, Denied } from './operations/asked.ts';
import type { CaMessage } from './operations/ca-message.ts';
import { parseRenewalWish } from './operations/parse-renewal-wish.ts';
import { SettingsInvalid } from './settings.ts';
import type { Invocation } from './telemetry/invocation.ts';

/** A call of `POST /api/renew`. */
export interface AskCall {
  readonly body: ArrayBuffer;
  /** The URL that was called. */
  readonly url: string;
}

/** What the route does with one call. */
export interface AskResult {
  readonly status: 202 | 400 | 404 | 409 | 503;
  readonly body: JsonObject;
  /** For the queue `renewals`; `undefined` where nothing is to be done. */
  readonly message: CaMessage | undefined;
}

const STATUS: Readonly<Record<Denied['kind'], AskResult['status']>> = { unknown: 404, refused: 409, unreadable: 503 };

/** The asking for one CA, put together for one invocation. No answer holds a key, a token or a setting's value. */
export function composeAsking(invocation: Invocation): (call: AskCall) => Promise<AskResult> {
  return async ({ body, url }) => {
    const parsed = parseRenewalWish(new Uint8Array(body));
    if ('faults' in parsed) {
      const message = 'The body must be {"ca": NAME, "vault"?: URL, "force"?: true | false | THUMBPRINT}.';
      return denied(400, { reason: 'malformed-request', message, faults: parsed.faults });
    }
    try {
      return answered(await compose(invocation).ask(parsed.wish), url);
    } catch (error) {
      if (!(error instanceof SettingsInvalid)) throw error;
      const message = 'The settings of the app are wrong, and nothing can run with them.';
      return denied(503, { reason: 'settings-invalid', message, faults: error.faults });
    }
  };
}

function answered(asked: Asked, url: string): AskResult {
  if (asked.kind !== 'queued') {
    const { kind, reason, message } = asked;
    return denied(STATUS[kind], { reason, message });
  }
  const { at, message, thumbprint, notAfter, next } = asked;
  const { name: ca, vaultUrl: vault, force } = message;
  const body = {
    at,
    ca,
    vault,
    force: force !== undefined,
    thumbprint,
    notAfter,
    next,
    // Beside the route that was called, whatever the prefix of the routes is; the query, which may hold a key, stays out.
    status: new URL('status', url).href,
  };
  return { status: 202, body, message };
}

function denied(status: AskResult['status'], body: JsonObject): AskResult {
  return { status, body, message: undefined };
}
