import { Conflict } from './errors.ts';
import type { Documents, StoredDocument } from './ports.ts';

/** Documents for the life of a process, where there is no storage account: for commands, and for tests. */
export function documentsInMemory(): Documents {
  const documents = new Map<string, { readonly text: string; readonly etag: string }>();
  let writes = 0;
  return {
    read: async (name): Promise<StoredDocument | undefined> => {
      const document = documents.get(name);
      return document && { value: JSON.parse(document.text), etag: document.etag };
    },
    write: async (name, value, known) => {
      if (documents.get(name)?.etag !== known?.etag) throw new Conflict(`The document '${name}' has been changed`);
      writes += 1;
      const etag = String(writes);
      documents.set(name, { text: JSON.stringify(value), etag });
      return { etag };
    },
  };
}
