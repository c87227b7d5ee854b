/** How often a long-running test repeats: a bounded number in `npm test`, the full one in `npm run test:all`. */
export function counted(bounded: number, full: number): number {
  return process.env.FULL_COUNTS ? full : bounded;
}
