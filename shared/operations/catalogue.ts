import { asObject } from '../json.ts';
import type { CaId } from '../lifecycle/observed.ts';
import type { Documents } from '../ports.ts';
import type { Certificate } from '../x509/certificate.ts';
import { attributesDigest } from '../x509/name.ts';
import { keyOfSpki } from './key-of-spki.ts';
import { updateDocument } from './update-document.ts';

const DOCUMENT = 'catalogue.json';

/**
 * What a listing leaves out of a name. It hardly ever changes, so it is kept from one scan to the next: else
 * a vault of 5,000 certificates would be read one by one every hour. It narrows searches, no more: whatever comes of
 * them is decided on the certificate itself.
 */
export interface CatalogueItem {
  /** SHA-1 of the current version, upper-case hex; once the listing shows another, the item is void. */
  readonly thumbprint: string;
  readonly isCa: boolean;
  /** `attributesDigest` of the names in it; empty where the certificate cannot be read. */
  readonly subject: string;
  readonly issuer: string;
  /** Of a CA: what is shown of it where nobody manages it. */
  readonly shown?: ShownFacts | undefined;
  /** Thumbprints of all versions; absent until somebody needs them. */
  readonly versions?: readonly string[];
}

/** Facts of a CA's current version, for showing. */
export interface ShownFacts {
  /** ISO 8601. */
  readonly notBefore: string;
  readonly notAfter: string;
  /** As `keyOfSpki`. */
  readonly key: string | undefined;
}

/** By `keyOf`. */
export type Catalogue = ReadonlyMap<string, CatalogueItem>;

/** Tells the names of all vaults apart. */
export function keyOf({ vaultUrl, name }: CaId): string {
  return `${vaultUrl}/${name}`;
}

/** What is noted of a certificate; `undefined`: of one that cannot be read. */
export function catalogueItem(thumbprint: string, certificate: Certificate | undefined): CatalogueItem {
  if (certificate === undefined) return { thumbprint, isCa: false, subject: '', issuer: '' };
  const { isCa, subject, issuer } = certificate;
  const shown = isCa ? shownFacts(certificate) : undefined;
  const names = { subject: attributesDigest(subject), issuer: attributesDigest(issuer) };
  return { thumbprint, isCa, ...names, ...(shown && { shown }) };
}

function shownFacts({ notBefore, notAfter, spki }: Certificate): ShownFacts {
  return { notBefore: notBefore.toISOString(), notAfter: notAfter.toISOString(), key: keyOfSpki(spki) };
}

/** The catalogue as it was last written; empty where there is none. Throws what the port throws. */
export async function readCatalogue(documents: Documents): Promise<Catalogue> {
  return parseCatalogue((await documents.read(DOCUMENT))?.value);
}

/** Adds what was learnt, and drops what is not listed any more. Throws what the port throws. */
export async function writeCatalogue(
  documents: Documents,
  learnt: Catalogue,
  isListed: (key: string) => boolean,
): Promise<void> {
  await updateDocument<unknown>(documents, { name: DOCUMENT, read: (value) => value }, (value) => {
    const known = parseCatalogue(value);
    const kept = [...known].filter(([key]) => isListed(key));
    if (learnt.size === 0 && kept.length === known.size) return undefined;
    return Object.fromEntries(new Map([...kept, ...learnt]));
  });
}

/** Whatever is not as it should be is left out, and read anew. */
function parseCatalogue(value: unknown): Catalogue {
  const items = Object.entries(asObject(value) ?? {}).flatMap(([key, item]): [string, CatalogueItem][] => {
    const { thumbprint, isCa, subject, issuer, shown, versions } = asObject(item) ?? {};
    if (typeof thumbprint !== 'string' || typeof isCa !== 'boolean') return [];
    if (typeof subject !== 'string' || typeof issuer !== 'string') return [];
    const facts = parseShown(shown);
    if (isCa && facts === undefined) return [];
    const listed = Array.isArray(versions) && versions.every((each) => typeof each === 'string');
    return [[key, { thumbprint, isCa, subject, issuer, ...(facts && { shown: facts }), ...(listed && { versions }) }]];
  });
  return new Map(items);
}

function parseShown(value: unknown): ShownFacts | undefined {
  const { notBefore, notAfter, key } = asObject(value) ?? {};
  if (typeof notBefore !== 'string' || typeof notAfter !== 'string') return undefined;
  if (Number.isNaN(Date.parse(notBefore)) || Number.isNaN(Date.parse(notAfter))) return undefined;
  return { notBefore, notAfter, key: typeof key === 'string' ? key : undefined };
}
