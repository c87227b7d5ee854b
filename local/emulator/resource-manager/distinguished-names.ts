/** The issuer and the subject of a certificate, each a DER Name (RFC 5280 section 4.1.2.4). */
export interface DistinguishedNames {
  readonly issuer: Buffer;
  readonly subject: Buffer;
}

/**
 * Cuts the names out of a certificate byte for byte: DPS compares them so, while X.509 libraries compare what they
 * have normalized.
 *
 * @param der a certificate that has been parsed before: nothing but the lengths is looked at
 */
export function readDistinguishedNames(der: Buffer): DistinguishedNames {
  const tbsCertificate = contentOf(contentOf(der));
  const fields = elementsOf(tbsCertificate);
  // version [0] is absent in version 1 certificates; then come serialNumber, signature, issuer, validity, subject.
  const serialNumber = fields[0]?.[0] === 0xa0 ? 1 : 0;
  const issuer = fields[serialNumber + 2];
  const subject = fields[serialNumber + 4];
  if (!issuer || !subject) throw new Error('Cannot read the names of a certificate: its TBSCertificate is too short');
  return { issuer, subject };
}

function elementsOf(der: Buffer): Buffer[] {
  const elements: Buffer[] = [];
  for (let rest = der; rest.length > 0; ) {
    const { header, length } = measure(rest);
    elements.push(rest.subarray(0, header + length));
    rest = rest.subarray(header + length);
  }
  return elements;
}

function contentOf(der: Buffer): Buffer {
  const { header, length } = measure(der);
  return der.subarray(header, header + length);
}

/** Sizes in octets of the first element's tag and length, and of its content (X.690 section 8.1.3). */
function measure(der: Buffer): { header: number; length: number } {
  const first = der.readUInt8(1);
  if (first < 0x80) return { header: 2, length: first };
  const octets = first & 0x7f;
  return { header: 2 + octets, length: der.readUIntBE(2, octets) };
}
