import { gunzipSync } from 'node:zlib';
import { BODY_LIMIT_BYTES } from './read-body.ts';

/** Undoes the Content-Encoding of a request body: gzip, which clients of the ingestion endpoint may use, or none. */
export function unzip(
  bytes: Buffer,
  contentEncoding: string | undefined,
): { readonly bytes: Buffer } | { readonly error: string } {
  if (contentEncoding?.trim().toLowerCase() !== 'gzip') return { bytes };
  try {
    return { bytes: gunzipSync(bytes, { maxOutputLength: 16 * BODY_LIMIT_BYTES }) };
  } catch (error) {
    return { error: `The request body is not gzip: ${error instanceof Error ? error.message : String(error)}` };
  }
}
