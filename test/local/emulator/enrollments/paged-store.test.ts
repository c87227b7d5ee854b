import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createPagedStore } from '../../../../local/emulator/enrollments/paged-store.ts';

it('pages of any size give what a map gives, whatever was set and deleted before', () => {
  const key = fc.integer({ min: 0, max: 12 }).map(String);
  const step = fc.record({ key, isDeletion: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step), fc.integer({ min: 1, max: 5 }), (steps, size) => {
      const store = createPagedStore<string>();
      const map = new Map<string, string>();
      for (const [index, each] of steps.entries()) {
        const value = `${each.key}/${index}`;
        if (each.isDeletion) store.delete(each.key);
        else store.set(each.key, value);
        if (each.isDeletion) map.delete(each.key);
        else map.set(each.key, value);
      }
      const paged: string[] = [];
      for (let after: number | undefined = -1; after !== undefined; ) {
        const page: { items: readonly string[]; next: number | undefined } = store.page(after, size);
        expect(page.items.length).toBeLessThanOrEqual(size);
        paged.push(...page.items);
        after = page.next;
      }
      expect(paged).toStrictEqual([...map.values()]);
      expect([...store.values()]).toStrictEqual(paged);
      expect(store.size).toBe(map.size);
    }),
  );
});

it('keeps the places of what stays when it forgets what has gone', () => {
  const store = createPagedStore<number>();
  for (let value = 0; value < 3000; value++) store.set(String(value), value);
  const { next = -1 } = store.page(-1, 1500);
  for (let value = 0; value < 2990; value++) store.delete(String(value));
  store.set('new', 3000);
  expect(store.page(next, 20).items).toStrictEqual([2990, 2991, 2992, 2993, 2994, 2995, 2996, 2997, 2998, 2999, 3000]);
});
