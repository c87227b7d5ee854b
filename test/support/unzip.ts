import { inflateRawSync } from 'node:zlib';

/** One file of a zip archive, as its central directory has it. */
export interface ZippedFile {
  readonly path: string;
  readonly content: Uint8Array;
  /** Date and time of DOS, the octets as they are; years count from 1980. */
  readonly dosTime: number;
  /** Of Unix: kind and permissions. */
  readonly mode: number;
}

const END = 0x06054b50;
const ENTRY = 0x02014b50;

/**
 * The files of an archive in its order (APPNOTE.TXT 4.3: end record, central directory, local headers). Reads what
 * `npm run package` writes: one disk, no ZIP64, no comment. A second opinion, sharing nothing with what has written it.
 */
export function unzip(bytes: Uint8Array): readonly ZippedFile[] {
  const zip = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = zip.length - 22;
  if (zip.readUInt32LE(end) !== END) throw new Error('Cannot read the archive: it does not end with its end record');
  let at = zip.readUInt32LE(end + 16);
  return Array.from({ length: zip.readUInt16LE(end + 10) }, () => {
    if (zip.readUInt32LE(at) !== ENTRY) throw new Error(`Cannot read the archive: there is no entry at ${at}`);
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset));
    const path = zip.toString('utf8', at + 46, at + 46 + (nameLength ?? 0));
    const dosTime = zip.readUInt32LE(at + 12);
    const mode = zip.readUInt32LE(at + 38) >>> 16;
    const content = contentAt(zip, zip.readUInt32LE(at + 42), zip.readUInt32LE(at + 20), zip.readUInt16LE(at + 10));
    at += 46 + (nameLength ?? 0) + (extraLength ?? 0) + (commentLength ?? 0);
    return { path, content, dosTime, mode };
  });
}

/** The local header repeats the name; its extra fields may be others. Method 0 is stored, 8 deflated. */
function contentAt(zip: Buffer, header: number, size: number, method: number): Uint8Array {
  const start = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28);
  const packed = zip.subarray(start, start + size);
  return method === 0 ? packed : inflateRawSync(packed);
}
