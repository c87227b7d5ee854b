import { asObject } from '../json.ts';
import type { CaId } from '../lifecycle/observed.ts';
import type { Documents } from '../ports.ts';
import type { Certificate } from '../x509/certificate.ts';
import { attributesDigest } from '../x509/name.ts';
import { updateDocument } from './update-document.ts';

const DOCUMENT = 'catalogue.json';

/**
 * What a listing leaves out of a name's current version. It never changes, so it is kept from one scan to the next: else
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
  /** Thumbprints of all versions; absent until somebody needs them. */
  readonly versions?: readonly string[];
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
  return { thumbprint, isCa, subject: attributesDigest(subject), issuer: attributesDigest(issuer) };
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
  await updateDocument(documents, DOCUMENT, (value) => {
    const known = parseCatalogue(value);
    const kept = [...known].filter(([key]) => isListed(key));
    if (learnt.size === 0 && kept.length === known.size) return undefined;
    return Object.fromEntries(new Map([...kept, ...learnt]));
  });
}

/** Whatever is not as it should be is left out, and read anew. */
function parseCatalogue(value: unknown): Catalogue {
  const items = Object.entries(asObject(value) ?? {}).flatMap(([key, item]): [string, CatalogueItem][] => {
    const { thumbprint, isCa, subject, issuer, versions } = asObject(item) ?? {};
    if (typeof thumbprint !== 'string' || typeof isCa !== 'boolean') return [];
    if (typeof subject !== 'string' || typeof issuer !== 'string') return [];
    const listed = Array.isArray(versions) && versions.every((each) => typeof each === 'string');
    return [[key, { thumbprint, isCa, subject, issuer, ...(listed && { versions }) }]];
  });
  return new Map(items);
}
