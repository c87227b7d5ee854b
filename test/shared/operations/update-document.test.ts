import { describe, expect, it } from 'vitest';
import { documentsInMemory } from '../../../shared/documents-in-memory.ts';
import { updateDocument } from '../../../shared/operations/update-document.ts';
import type { Documents } from '../../../shared/ports.ts';

const NAME = 'list.json';
const LIST = { name: NAME, read: (value: unknown) => (value ?? []) as readonly string[] };
const add = (item: string) => (value: readonly string[]) => [...value, item];

/** Counts what is read and written. */
function counted(changed: (documents: Documents) => Partial<Documents> = () => ({})) {
  const memory = documentsInMemory();
  const count = { reads: 0, writes: 0 };
  const inner = { ...memory, ...changed(memory) };
  const documents: Documents = {
    read: (name) => {
      count.reads += 1;
      return inner.read(name);
    },
    write: (name, value, read) => {
      count.writes += 1;
      return inner.write(name, value, read);
    },
  };
  return { documents, memory, count, value: async () => (await memory.read(NAME))?.value };
}

describe('changing a document', () => {
  it('writes together what waits for the write before it, in order, and nothing twice', async () => {
    const { documents, count, value } = counted();
    const items = Array.from({ length: 100 }, (_, index) => String(index));
    await Promise.all(items.map((item) => updateDocument(documents, LIST, add(item))));
    expect(await value()).toEqual(items);
    expect(count).toEqual({ reads: 2, writes: 2 });
  });

  it('reads it once for all that is written together, and hands on what the one before has made of it', async () => {
    const { documents, value } = counted();
    let parsed = 0;
    const dates = {
      name: NAME,
      isLarge: true,
      read: (found: unknown) => {
        parsed += 1;
        return ((found ?? []) as string[]).map((text) => new Date(text));
      },
    };
    const later = (known: readonly Date[]) => [...known, new Date((known.at(-1)?.getTime() ?? 0) + 1000)];
    await Promise.all([1, 2, 3, 4].map(() => updateDocument<readonly Date[]>(documents, dates, later)));
    expect(parsed).toBe(1);
    expect(await value()).toEqual([1, 2, 3, 4].map((second) => new Date(second * 1000).toISOString()));
  });

  it('writes nothing where nothing changes', async () => {
    const { documents, count, value } = counted();
    await Promise.all([1, 2, 3].map(() => updateDocument(documents, LIST, () => undefined)));
    expect(count.writes).toBe(0);
    expect(await value()).toBeUndefined();
  });

  it('reads and changes it again where another process was faster, all that is written together', async () => {
    let others = 3;
    const { documents, value } = counted((memory) => ({
      write: async (name, written, read) => {
        others -= 1;
        if (others > 0)
          await memory.write(
            name,
            add(`other ${others}`)(LIST.read((await memory.read(name))?.value)),
            await memory.read(name),
          );
        return memory.write(name, written, read);
      },
    }));
    await Promise.all(['a', 'b', 'c'].map((item) => updateDocument(documents, LIST, add(item))));
    expect(await value()).toEqual(['other 2', 'other 1', 'a', 'b', 'c']);
  });

  it('fails for those whose write fails, and for nobody after them', async () => {
    let failures = 1;
    const { documents, value } = counted((memory) => ({
      write: async (...given) => {
        failures -= 1;
        if (failures >= 0) throw new Error('The storage is out of order');
        return memory.write(...given);
      },
    }));
    const ends = await Promise.allSettled(['a', 'b', 'c'].map((item) => updateDocument(documents, LIST, add(item))));
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    expect(await value()).toEqual(['b', 'c']);
    await updateDocument(documents, LIST, add('d'));
    expect(await value()).toEqual(['b', 'c', 'd']);
  });
});
