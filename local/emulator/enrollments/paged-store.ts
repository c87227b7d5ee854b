/** A map with pages: its values in the order in which their keys first came, whatever comes and goes meanwhile. */
export interface PagedStore<T> {
  readonly size: number;
  get(key: string): T | undefined;
  /** A key that is there already keeps its place. */
  set(key: string, value: T): void;
  delete(key: string): void;
  values(): Iterable<T>;
  /**
   * Up to `count` values behind the place `after`, -1 for the first page. `next` is the place to go on behind;
   * `undefined` if nothing follows.
   */
  page(after: number, count: number): Page<T>;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly next: number | undefined;
}

interface Slot<T> {
  readonly place: number;
  value: T;
  isDeleted: boolean;
}

/** Makes an empty store. A page costs what it holds, not what the store holds: a DPS may have a million enrollments. */
export function createPagedStore<T>(): PagedStore<T> {
  const byKey = new Map<string, Slot<T>>();
  /** By place. Deleted slots stay until they are the most, so that deleting moves nothing. */
  let slots: Slot<T>[] = [];
  let nextPlace = 0;
  return {
    get size() {
      return byKey.size;
    },
    get: (key) => byKey.get(key)?.value,
    set: (key, value) => {
      const present = byKey.get(key);
      if (present) {
        present.value = value;
        return;
      }
      const slot = { place: nextPlace++, value, isDeleted: false };
      byKey.set(key, slot);
      slots.push(slot);
    },
    delete: (key) => {
      const slot = byKey.get(key);
      if (!slot) return;
      slot.isDeleted = true;
      byKey.delete(key);
      if (slots.length > 1000 && slots.length > 2 * byKey.size) slots = slots.filter(({ isDeleted }) => !isDeleted);
    },
    *values() {
      for (const { value } of byKey.values()) yield value;
    },
    page: (after, count) => pageOf(slots, after, count),
  };
}

function pageOf<T>(slots: readonly Slot<T>[], after: number, count: number): Page<T> {
  const items: T[] = [];
  let last: number | undefined;
  for (let index = firstBehind(slots, after); index < slots.length; index++) {
    const slot = slots[index];
    if (!slot || slot.isDeleted) continue;
    if (items.length === count) return { items, next: last };
    items.push(slot.value);
    last = slot.place;
  }
  return { items, next: undefined };
}

/** Index of the first slot whose place is greater, by bisection. */
function firstBehind<T>(slots: readonly Slot<T>[], after: number): number {
  let [low, high] = [0, slots.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((slots[middle]?.place ?? Number.POSITIVE_INFINITY) > after) high = middle;
    else low = middle + 1;
  }
  return low;
}
