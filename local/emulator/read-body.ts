import type { IncomingMessage } from 'node:http';

/** Well above any body of these services: DPS takes 96 kB, a Key Vault import about as much. */
export const BODY_LIMIT_BYTES = 1024 * 1024;

/**
 * Reads a request body to its end.
 *
 * @returns the bytes, or `'too-large'` beyond `BODY_LIMIT_BYTES` (what came in is thrown away, so memory stays bounded)
 */
export async function readBody(request: IncomingMessage): Promise<Buffer | 'too-large'> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= BODY_LIMIT_BYTES) chunks.push(chunk);
    else chunks.length = 0;
  }
  return length > BODY_LIMIT_BYTES ? 'too-large' : Buffer.concat(chunks);
}
