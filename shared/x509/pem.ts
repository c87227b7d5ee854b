/**
 * DER as PEM text: 64 characters a line, "\n" at each line's end (RFC 7468 section 2).
 * @param label what it is: `CERTIFICATE`, or for a PKCS#10 request `CERTIFICATE REQUEST` (section 7)
 */
export function toPem(der: Uint8Array, label = 'CERTIFICATE'): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
