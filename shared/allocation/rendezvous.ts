import { hash } from 'node:crypto';

/** A hub that a device may go to. */
export interface Candidate {
  readonly hub: string;
  /** `hub` in lower case: what hubs are compared by. */
  readonly key: string;
  /** Greater than zero. */
  readonly weight: number;
}

/** @param weight greater than zero */
export function candidateOf(hub: string, weight: number): Candidate {
  return { hub, key: hub.toLowerCase(), weight };
}

/**
 * The hub that a device belongs to, by weighted rendezvous hashing (highest random weight, logarithm method: Schindelhauer
 * and Schomaker 2005). Each hub gets, for this device, the score `-weight / ln(u)`, and the highest wins. Over many
 * devices every hub's share is exactly its weight over the sum of weights; and since no score depends on another hub,
 * a hub that comes, goes or changes its weight moves only the devices that it gains or loses.
 *
 * Where two scores are the same the hub whose name sorts first wins, so that the order of candidates never matters.
 * @returns `undefined` if there is no candidate
 */
export function chooseHub(registrationId: string, candidates: readonly Candidate[]): string | undefined {
  let best: Candidate | undefined;
  let bestScore = 0;
  const device = `${registrationId}\n`.toLowerCase();
  for (const candidate of candidates) {
    const score = -candidate.weight / Math.log(fractionOf(device + candidate.key));
    if (best === undefined || score > bestScore || (score === bestScore && candidate.key < best.key)) {
      best = candidate;
      bestScore = score;
    }
  }
  return best?.hub;
}

/**
 * A number between 0 and 1, both excluded, that is always the same for a device and a hub: the first 48 bits of
 * SHA-256("<registrationId>\n<hub>", both in lower case, UTF-8), as an unsigned integer n, make (n + 0.5) / 2^48.
 * Changing this moves devices. docs/allocation.md has test vectors.
 *
 * Lower case, because DPS compares both without regard to case and a spelling must not move a device; a line feed,
 * because neither can hold one; the half, because the logarithm of 0 is none; 48 bits, because with half a unit added
 * they still are exact as a double.
 */
export function uniform(registrationId: string, hub: string): number {
  return fractionOf(`${registrationId}\n${hub}`.toLowerCase());
}

/** One call and one string, an octet a character: several times faster than a Hash and a Buffer for each of 50 hubs. */
function fractionOf(text: string): number {
  const digest = hash('sha256', text, 'binary');
  let n = 0;
  for (let octet = 0; octet < 6; octet += 1) n = n * 256 + digest.charCodeAt(octet);
  return (n + 0.5) / 2 ** 48;
}
