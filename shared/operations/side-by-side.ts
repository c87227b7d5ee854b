/** Enough to hide latency, few enough that a scan stays far below Key Vault's 4,000 requests in 10 seconds. */
const AT_ONCE = 8;

/** Maps items through an asynchronous function, a few at a time; results in order. Rejects with the first error. */
export async function sideBySide<T, R>(items: readonly T[], map: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  async function work(): Promise<void> {
    for (const [index, item] of queue) results[index] = await map(item);
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, work));
  return results;
}
