import { asObject, type JsonObject } from '../json.ts';

/**
 * Where an enrollment refers to CAs: by the names of entries, or with the certificates themselves. DPS takes one of the
 * three. Names come first: whoever deletes an entry must have seen every name.
 */
const FIELDS = ['caReferences', 'signingCertificates', 'clientCertificates'] as const;

export type ReferenceField = (typeof FIELDS)[number];

/** Both places of a field. */
export type Place = 'primary' | 'secondary';

/** What one place holds. */
export type Slot =
  | { readonly kind: 'empty' }
  /** The name of an entry; DPS compares names without regard to case. */
  | { readonly kind: 'entry'; readonly name: string }
  /** An embedded certificate, of which DPS tells facts only, never the content. */
  | {
      readonly kind: 'certificate';
      /** SHA-1 of the DER, upper-case hex. */
      readonly thumbprint: string;
      readonly subjectName: string | undefined;
    }
  /** Holds something that says nothing to us: taken by a stranger. */
  | { readonly kind: 'unreadable' };

/** The reference of an enrollment. */
export interface References {
  readonly field: ReferenceField;
  readonly primary: Slot;
  readonly secondary: Slot;
}

/**
 * The reference of an enrollment record; `undefined` where there is none: symmetric-key or TPM attestation, or X.509
 * with nothing filled in. Every level may be null or absent, and `caReferences` may stand empty beside
 * `signingCertificates`.
 */
export function readReferences(record: JsonObject): References | undefined {
  const attestation = asObject(record.attestation);
  const x509 = asObject(attestation?.x509);
  if (x509 === undefined || (attestation?.type ?? 'x509') !== 'x509') return undefined;
  for (const field of FIELDS) {
    const pair = asObject(x509[field]);
    const read = field === 'caReferences' ? readName : readEmbedded;
    const [primary, secondary] = [read(pair?.primary), read(pair?.secondary)];
    if (primary.kind !== 'empty' || secondary.kind !== 'empty') return { field, primary, secondary };
  }
  return undefined;
}

function readName(value: unknown): Slot {
  if (value === undefined || value === null || value === '') return { kind: 'empty' };
  return typeof value === 'string' ? { kind: 'entry', name: value } : { kind: 'unreadable' };
}

function readEmbedded(value: unknown): Slot {
  if (value === undefined || value === null) return { kind: 'empty' };
  const info = asObject(asObject(value)?.info);
  const thumbprint = info?.sha1Thumbprint;
  if (typeof thumbprint !== 'string' || !/^[0-9a-f]{40}$/i.test(thumbprint)) return { kind: 'unreadable' };
  const subjectName = typeof info?.subjectName === 'string' ? info.subjectName : undefined;
  return { kind: 'certificate', thumbprint: thumbprint.toUpperCase(), subjectName };
}
