/** How a request was answered. */
export interface PostAnswer {
  readonly status: number;
  /** The header Retry-After, as it came. */
  readonly retryAfter: string | null;
}

/** What sending needs of the world. */
export interface Wire {
  /** Sends one request. Throws whatever went wrong on the way, or once the signal is given. */
  readonly request: (url: string, body: string, signal: AbortSignal) => Promise<PostAnswer>;
  readonly now: () => Date;
  /** Resolves after so many milliseconds; rejects once the signal is given. */
  readonly pause: (milliseconds: number, signal: AbortSignal) => Promise<unknown>;
}

const MOST_ATTEMPTS = 4;
/** Doubled after each attempt. */
const FIRST_PAUSE_MS = 150;

/**
 * Posts a body until it is taken (any 2xx), a few times: again only where that may help, which is after 429, 5xx and where
 * there was no answer, and no sooner than Retry-After says. Throws an Error that says what came of it; the address is a
 * secret and no part of that.
 * @param until when nobody waits for it any more: a pause that would last longer is not begun
 */
export async function post(wire: Wire, to: string, body: string, until: Date, signal: AbortSignal): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await attemptOf(wire, to, body, signal);
    if (outcome === 'taken') return;
    const pauseMs = Math.max(FIRST_PAUSE_MS * 2 ** (attempt - 1), outcome.retryAfterMs);
    const hasTime = wire.now().getTime() + pauseMs < until.getTime();
    if (!outcome.isWorthAnother || attempt === MOST_ATTEMPTS || !hasTime || signal.aborted) {
      throw new Error(`${outcome.problem} (${attempt === 1 ? 'one attempt' : `${attempt} attempts`})`);
    }
    await wire.pause(pauseMs, signal);
  }
}

type Outcome = 'taken' | { readonly problem: string; readonly isWorthAnother: boolean; readonly retryAfterMs: number };

async function attemptOf(wire: Wire, to: string, body: string, signal: AbortSignal): Promise<Outcome> {
  let answer: PostAnswer;
  try {
    answer = await wire.request(to, body, signal);
  } catch (error) {
    return { problem: `it cannot be reached: ${codeOf(error)}`, isWorthAnother: true, retryAfterMs: 0 };
  }
  const { status, retryAfter } = answer;
  if (status >= 200 && status < 300) return 'taken';
  const isWorthAnother = status === 429 || status >= 500;
  const advice = isWorthAnother ? '' : '; check NOTIFICATION_WEBHOOK_URL and NOTIFICATION_FORMAT';
  return {
    problem: `it has answered ${status}${advice}`,
    isWorthAnother,
    retryAfterMs: millisecondsOf(retryAfter, wire.now()),
  };
}

/** Retry-After is a number of seconds or a date (RFC 9110, section 10.2.3). */
function millisecondsOf(retryAfter: string | null, now: Date): number {
  if (retryAfter === null) return 0;
  const seconds = Number(retryAfter);
  const milliseconds = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(retryAfter) - now.getTime();
  return Math.max(0, milliseconds || 0);
}

/** What went wrong on the way, by its code: the message may hold the address. */
function codeOf(error: unknown): string {
  const causes = [error, error instanceof Error ? error.cause : undefined];
  const codes = causes.map((each) => (typeof each === 'object' && each !== null && 'code' in each ? each.code : ''));
  return codes.find((code): code is string => typeof code === 'string' && /^\w{3,40}$/.test(code)) ?? 'no answer';
}
