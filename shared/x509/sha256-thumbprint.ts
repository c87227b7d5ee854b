import { createHash } from 'node:crypto';

/** SHA-256 of a certificate's DER as 64 upper-case hex characters: the other thumbprint that DPS gives. */
export function sha256Thumbprint(der: Uint8Array): string {
  return createHash('sha256').update(der).digest('hex').toUpperCase();
}
