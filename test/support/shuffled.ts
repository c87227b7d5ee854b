/**
 * A copy in another order, each order as likely as any other.
 * @param random 0 (inclusive) to 1
 */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const keyed = items.map((item) => ({ item, key: random() }));
  return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
}
