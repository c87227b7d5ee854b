/** The middle of some numbers: of an even count the mean of the two in the middle. Throws an Error for none. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  if (low === undefined || high === undefined) throw new Error('Cannot take the median of no numbers');
  return (low + high) / 2;
}

/** The smallest of some numbers that so many percent of them do not exceed. Throws an Error for none. */
export function percentile(numbers: readonly number[], percent: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const found = sorted[Math.max(Math.ceil((sorted.length * percent) / 100) - 1, 0)];
  if (found === undefined) throw new Error('Cannot take a percentile of no numbers');
  return found;
}

/**
 * Measures two things in turn, so that whatever else the machine does slows down both, and takes the median of each
 * pair's ratio: a noisy moment spoils one pair, not the figure. The order within a pair alternates.
 * @param ours,floor run once and return what it took, in any unit; both in the same one
 */
export async function compared(
  pairs: number,
  ours: () => Promise<number> | number,
  floor: () => Promise<number> | number,
): Promise<{ readonly ratio: number; readonly ours: number; readonly floor: number }> {
  const measured: { readonly ours: number; readonly floor: number }[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    if (pair % 2 === 0) {
      const first = await ours();
      measured.push({ ours: first, floor: await floor() });
    } else {
      const first = await floor();
      measured.push({ ours: await ours(), floor: first });
    }
  }
  return {
    ratio: median(measured.map((pair) => pair.ours / pair.floor)),
    ours: median(measured.map((pair) => pair.ours)),
    floor: median(measured.map((pair) => pair.floor)),
  };
}

/** Milliseconds that something took. */
export async function timed(work: () => unknown): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
