import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../../shared/errors.ts';
import { type AppAnswer, callApp } from './call-app.ts';
import type { RenewRequest } from './read-renew-options.ts';
import { type Happening, type Obstacle, type Queued, type Step, statusSchema } from './renewal-answer.ts';

/** How a renewal has left its CA. */
export interface EndedRenewal {
  /** ISO 8601. */
  readonly renewedAt: string;
  /** Of the newest generation now. */
  readonly thumbprint: string;
  readonly notAfter: string;
  /** What each lane does next, the vault's first. */
  readonly next: readonly Step[];
  /** What has stopped it, and is no lane's next step. */
  readonly met: readonly Obstacle[];
  /** What was done and said of the CA since it was asked for, the oldest first. */
  readonly history: readonly Happening[];
}

/** How long and how often to look, in milliseconds. */
export interface Patience {
  readonly mostMs: number;
  readonly everyMs: number;
}

/** A message waits for seconds at most; a renewal may take as long as the host lets a function run. */
export const PATIENCE: Patience = { mostMs: 15 * 60_000, everyMs: 2_000 };

/**
 * Looks at the app's status until it has the CA as a renewal has left it since it was asked for. Throws an Error where
 * the status cannot be had, where no scan has run yet, before which there is none, and where time is up.
 */
export async function waitForRenewal(
  { app, keys }: Pick<RenewRequest, 'app' | 'keys'>,
  queued: Queued,
  { mostMs, everyMs }: Patience = PATIENCE,
): Promise<EndedRenewal> {
  const until = performance.now() + mostMs;
  let trouble = '';
  for (;;) {
    try {
      const ended = endedIn(
        await callApp({ method: 'GET', url: new URL('/api/status', app), key: keys.status }),
        queued,
      );
      if (ended !== undefined) return ended;
      trouble = '';
    } catch (error) {
      if (error instanceof NoStatus) throw error;
      trouble = ` (${messageOf(error)})`; // An app that starts anew for a moment is no reason to give up.
    }
    if (performance.now() >= until) {
      throw new Error(
        `'${queued.ca}' is queued, and nothing was heard of it for ${mostMs / 60_000} minutes${trouble}.`,
      );
    }
    await delay(everyMs);
  }
}

/** What waiting does not mend. */
class NoStatus extends Error {}

/** Throws `NoStatus`, and an ordinary Error for what may pass. */
function endedIn({ status, body }: AppAnswer, queued: Queued): EndedRenewal | undefined {
  const { at, ca, vault } = queued;
  if (status === 401) {
    throw new NoStatus(
      `'${ca}' is queued; its end cannot be told: GET /api/status takes another key. Put the key of the function ` +
        'status, or a host key, into STATUS_FUNCTION_KEY.',
    );
  }
  if (status !== 200) throw new Error(`GET /api/status answered ${status}`);
  const read = statusSchema.safeParse(body);
  if (!read.success)
    throw new NoStatus(`'${ca}' is queued; its end cannot be told: GET /api/status is no such status.`);
  const { snapshot } = read.data;
  if (snapshot === undefined) {
    throw new NoStatus(
      `'${ca}' is queued; its end cannot be told: no scan has run yet, and the status begins with one.`,
    );
  }
  const isOwn = (each: { readonly ca?: { readonly name: string; readonly vaultUrl: string } | undefined }) =>
    each.ca?.name === ca && each.ca.vaultUrl === vault;
  const found = snapshot.cas.find(isOwn);
  const [newest] = found?.generations ?? [];
  if (found?.renewedAt === undefined || found.renewedAt < at || newest === undefined) return undefined;
  const isSince = (happening: Happening) => happening.ca === ca && happening.vault === vault && happening.at >= at;
  const { renewedAt, next } = found;
  const met = snapshot.obstacles.filter((each) => isOwn(each) && each.metAt !== undefined && each.metAt >= at);
  if (isOfAnother(queued, newest.thumbprint, next, met)) return undefined;
  return { renewedAt, ...newest, next, met, history: snapshot.history.filter(isSince).toReversed() };
}

/** A renewal that was under way already, and not to force anything, leaves the version there that is to be replaced. */
function isOfAnother(
  { force, thumbprint }: Queued,
  newest: string,
  next: readonly Step[],
  met: readonly Obstacle[],
): boolean {
  const isAtRest = next.some(({ lane, reason }) => lane === 'vault' && reason === 'not-due');
  return force && newest === thumbprint && isAtRest && met.length === 0;
}
