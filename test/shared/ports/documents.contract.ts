import { describe, expect, it } from 'vitest';
import { Conflict } from '../../../shared/errors.ts';
import type { Documents } from '../../../shared/ports.ts';

/** What every implementation of `Documents` must do. `documents` has none yet at each call. */
export function documentsContract(documents: () => Promise<Documents>): void {
  describe('documents', () => {
    it('are absent until they are written', async () => {
      expect(await (await documents()).read('a.json')).toBeUndefined();
    });

    it('come back as they were written, each under its own name', async () => {
      const store = await documents();
      const value = { text: 'Línea', list: [1, null, { deep: true }] };
      await store.write('a.json', value, undefined);
      await store.write('b.json', 'other', undefined);
      expect((await store.read('a.json'))?.value).toEqual(value);
      expect((await store.read('b.json'))?.value).toBe('other');
    });

    it('are written only where they are as they were read', async () => {
      const store = await documents();
      await store.write('a.json', 1, undefined);
      const first = await store.read('a.json');
      await expect(store.write('a.json', 2, undefined)).rejects.toBeInstanceOf(Conflict);
      await store.write('a.json', 3, first);
      await expect(store.write('a.json', 4, first)).rejects.toBeInstanceOf(Conflict);
      expect((await store.read('a.json'))?.value).toBe(3);
    });

    it('are written again by whoever wrote them last, without being read', async () => {
      const store = await documents();
      const first = await store.write('a.json', 1, undefined);
      const second = await store.write('a.json', 2, first);
      expect((await store.read('a.json'))?.etag).toBe(second.etag);
      await expect(store.write('a.json', 3, first)).rejects.toBeInstanceOf(Conflict);
      await store.write('a.json', 4, second);
      expect((await store.read('a.json'))?.value).toBe(4);
    });
  });
}
