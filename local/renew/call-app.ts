import { messageOf } from '../../shared/errors.ts';

export interface AppCall {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  /** A function key: a secret. */
  readonly key: string;
  readonly body?: unknown;
}

export interface AppAnswer {
  readonly status: number;
  /** Parsed JSON; `undefined` where the answer is none. */
  readonly body: unknown;
}

/** What Azure's front end waits for a function; afterwards it answers by itself. */
const TIMEOUT_MS = 240_000;

/**
 * Calls a route of the app with its key in a header, where it is in no log. Redirections are answers: nobody else gets
 * the key. Throws an Error where no answer came; no text of it holds the key.
 */
export async function callApp({ method, url, key, body }: AppCall): Promise<AppAnswer> {
  try {
    const response = await fetch(url, {
      method,
      headers: { accept: 'application/json', 'content-type': 'application/json', 'x-functions-key': key },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { status: response.status, body: parsed(await response.text()) };
  } catch (error) {
    throw new Error(
      `Cannot call ${method} ${url.href}: ${whyNot(error)}. Is it the app's address, and is it running?`,
      {
        cause: error,
      },
    );
  }
}

/** What fetch throws says why in its cause. */
function whyNot(error: unknown): string {
  const { cause } = error as { cause?: { code?: unknown } };
  return typeof cause?.code === 'string' ? cause.code : messageOf(error);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
