import { asObject, type JsonObject } from '../lossless-json.ts';
import { certificateInfo } from './certificate-info.ts';
import type { ReadingContext } from './context.ts';
import {
  type EmbeddedCertificate,
  REFERENCE_KINDS,
  type Reference,
  type ReferenceKind,
  SLOTS,
  type Slot,
  type StoredEnrollment,
} from './enrollment-store.ts';
import { readCertificate } from './read-certificate.ts';

/** Where a slot is, for the sentences of refusals. */
type Path = `${ReferenceKind}.${Slot}`;

/**
 * Checks `attestation.x509` and replaces each certificate in it by its `info`. A slot that has `info` but no
 * certificate keeps the certificate of that thumbprint which the enrollment holds already: so clients that GET, change
 * and PUT lose none.
 * ASSUMED: that it is the thumbprint which says what is kept, in whichever slot it was; 400 if none of the certificates
 * held has it; 400 for the name of an entry that is not there, and for an attestation that trusts nothing. (That an
 * entry which is not verified may be named is known.)
 *
 * @throws ServiceError 400
 */
export function readX509Attestation(
  context: ReadingContext,
  value: unknown,
  present: StoredEnrollment | undefined,
): { readonly x509: JsonObject; readonly references: readonly Reference[] } {
  const x509: Record<string, unknown> = { ...asObject(value) };
  const references: Reference[] = [];
  for (const kind of REFERENCE_KINDS) {
    const slots = asObject(x509[kind]);
    if (!slots) continue;
    const changed: Record<string, unknown> = { ...slots };
    for (const slot of SLOTS) {
      const item = slots[slot];
      if (item === undefined || item === null || item === '') continue;
      if (kind === 'caReferences') {
        references.push({ kind, slot, entry: readEntryName(context, `${kind}.${slot}`, item) });
        continue;
      }
      const read = readEmbedded(context, `${kind}.${slot}`, item, present);
      references.push({ kind, slot, certificate: read.certificate });
      changed[slot] = read.shown;
    }
    x509[kind] = changed;
  }
  if (references.length === 0) {
    throw context.refusal(
      400_001,
      'An X.509 attestation needs caReferences, signingCertificates or clientCertificates.',
    );
  }
  return { x509, references };
}

function readEntryName({ service, refusal }: ReadingContext, path: Path, item: unknown): string {
  if (typeof item === 'string' && service.certificates.get(item)) return item;
  throw refusal(400_003, `'${service.name}' has no certificate ${JSON.stringify(item)}, which ${path} names.`);
}

function readEmbedded(
  context: ReadingContext,
  path: Path,
  item: unknown,
  present: StoredEnrollment | undefined,
): { readonly certificate: EmbeddedCertificate; readonly shown: JsonObject } {
  const record = asObject(item);
  if (!record) throw context.refusal(400_002, `${path} must be an object with a certificate.`);
  const { certificate: content, ...others } = record;
  if (content === undefined || content === null) {
    return { certificate: heldCertificate(context, path, asObject(record.info), present), shown: others };
  }
  const certificate = readCertificate(content);
  if (typeof certificate === 'string') {
    const what = certificate === 'bundle' ? 'more than one certificate' : 'no certificate that can be read';
    throw context.refusal(400_002, `${path} holds ${what}: it takes PEM or base64 of DER, exactly one.`);
  }
  const info = certificateInfo(certificate);
  const { sha1Thumbprint, sha256Thumbprint } = info;
  return {
    certificate: { der: certificate.raw, sha1Thumbprint, sha256Thumbprint, issuer: certificate.issuer },
    shown: { ...others, info },
  };
}

function heldCertificate(
  { refusal }: ReadingContext,
  path: Path,
  info: JsonObject | undefined,
  present: StoredEnrollment | undefined,
): EmbeddedCertificate {
  const held = (present?.content.references ?? []).flatMap((each) => ('certificate' in each ? [each.certificate] : []));
  const thumbprints = [info?.sha256Thumbprint, info?.sha1Thumbprint].map((each) => String(each ?? '').toUpperCase());
  const [sha256, sha1] = thumbprints;
  const found = held.find((each) => (sha256 ? each.sha256Thumbprint === sha256 : each.sha1Thumbprint === sha1));
  if (found) return found;
  throw refusal(400_002, `${path} has no certificate, and '${sha256 || sha1}' is no thumbprint of one held already.`);
}
