import { elementsOf } from './der.ts';

/** Any PEM block: its label and its base64 (RFC 7468 section 2). */
const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \1-----/g;

/** The second is the older label that RFC 7468 section 5.1 lets a reader accept. */
const LABELS: readonly string[] = ['CERTIFICATE', 'X509 CERTIFICATE'];

/** One certificate as PEM text: 64 characters a line, "\n" at each line's end (RFC 7468 section 2). */
export function toPem(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/**
 * DER of the one certificate in a file: DER itself, or PEM with any line ends, a byte order mark, and text or other
 * blocks around it. Throws when there is none, or more than one: DPS takes exactly one per entry, and most readers
 * would silently use the first.
 */
export function derFromFile(bytes: Uint8Array): Uint8Array {
  if (bytes[0] === 0x30) return oneElement(new Uint8Array(bytes));
  const blocks = [...Buffer.from(bytes).toString('latin1').matchAll(BLOCK)];
  const certificates = blocks.filter(([, label = '']) => LABELS.includes(label));
  const [first, ...others] = certificates;
  if (first === undefined) {
    const found = blocks.length === 0 ? 'neither DER nor PEM' : `PEM of ${blocks.map(([, label]) => label).join(', ')}`;
    throw new Error(`Cannot find a certificate in ${bytes.length} octets: they are ${found}`);
  }
  if (others.length > 0) {
    throw new Error(`Cannot choose among ${certificates.length} certificates in one file: give each a file of its own`);
  }
  const base64 = (first[2] ?? '').replace(/\s+/g, '');
  const der = new Uint8Array(Buffer.from(base64, 'base64'));
  // Buffer skips what is not base64, so the text is compared with what was understood.
  if (Buffer.from(der).toString('base64').replace(/=+$/, '') !== base64.replace(/=+$/, '')) {
    throw new Error(`Cannot decode the certificate: ${base64.length} characters that are not base64 throughout`);
  }
  return oneElement(der);
}

function oneElement(der: Uint8Array): Uint8Array {
  try {
    elementsOf(der);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Cannot take ${der.length} octets for exactly one certificate: ${reason}`, { cause });
  }
  return der;
}
