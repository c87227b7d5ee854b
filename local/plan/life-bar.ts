/**
 * What is left of a certificate's lifetime, as a bar: filled for what is left, with a line where the renewal window
 * opens. Dots where the lifetime is not known.
 * @param width columns of the result
 */
export function lifeBar(
  life: {
    readonly notBefore: Date | undefined;
    readonly notAfter: Date | undefined;
    readonly windowOpens?: Date | undefined;
  },
  now: Date,
  width: number,
): string {
  const { notBefore, notAfter, windowOpens } = life;
  if (notBefore === undefined || notAfter === undefined || notAfter <= notBefore) return '·'.repeat(width);
  const end = notAfter.getTime();
  const lifetime = end - notBefore.getTime();
  const cells = windowOpens === undefined ? width : width - 1;
  const cellsLeftAt = (time: Date) => {
    const share = Math.min(Math.max((end - time.getTime()) / lifetime, 0), 1);
    return Math.round(share * cells);
  };
  // What is not over never looks so.
  const filled = notAfter > now ? Math.max(cellsLeftAt(now), 1) : 0;
  const bar: string[] = Array.from({ length: cells }, (_, index) => (index < filled ? '█' : '░'));
  if (windowOpens !== undefined) bar.splice(cellsLeftAt(windowOpens), 0, '│');
  return bar.join('');
}
