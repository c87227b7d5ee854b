/** Pages in a row that may bring nothing new: a vault sends some that are empty, and where somebody writes, overlaps. */
const MOST_FRUITLESS = 50;

/**
 * All items of a listing, each once. Throws an Error where pages come again and again: an SDK follows each `nextLink`
 * for as long as there is one.
 * @param pages items are told apart by `id`
 */
export async function allOf<T extends { readonly id?: string }>(
  pages: AsyncIterable<readonly T[]>,
): Promise<readonly T[]> {
  const items = new Map<string | undefined, T>();
  let fruitless = 0;
  for await (const page of pages) {
    const before = items.size;
    for (const item of page) items.set(item.id, item);
    fruitless = items.size > before ? 0 : fruitless + 1;
    if (fruitless > MOST_FRUITLESS) throw new Error('its pages repeat and never end');
  }
  return [...items.values()];
}
