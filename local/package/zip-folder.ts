import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';

/** A zip archive, and what is in it. */
export interface Zip {
  readonly bytes: Uint8Array;
  /** Paths in the archive, in its order. */
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

/** A regular file that all may read and its owner change: what a checkout's umask says of it must not matter. */
const MODE = 0o100644;

/** The earliest moment that a zip can tell. By local time, as zip tells it: so it is the same in every time zone. */
const EPOCH = new Date(1980, 0, 1);

/**
 * Zips the files of a folder and of the folders in it. The archive holds nothing but their paths and contents, in the
 * order of the paths' characters: the same files make the same octets, wherever and whenever it is done, with the
 * same version of Node.js, whose zlib compresses them.
 */
export async function zipFolder(folder: string): Promise<Zip> {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort();
  const zip = new ZipFile();
  const files = paths.map((path) => {
    const content = readFileSync(join(folder, path));
    zip.addBuffer(content, path, { mtime: EPOCH, mode: MODE, forceDosTimestamp: true, compressionLevel: 9 });
    return { path, size: content.length };
  });
  zip.end();
  return { bytes: await buffer(zip.outputStream), files };
}
