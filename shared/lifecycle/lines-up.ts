import type { Certificate } from '../x509/certificate.ts';
import { sha256Thumbprint } from '../x509/sha256-thumbprint.ts';
import { verifiesSignature } from '../x509/signature.ts';

/** Which generations a certificate hangs on. */
export type Line = 'newer' | 'older' | 'both' | 'neither';

/** A succession of generations, and the CA certificates through which something may hang on one of them. */
export interface LinesInput {
  /** The generations after the older one that is in question. */
  readonly newer: readonly Certificate[];
  /** That one, and those before it. */
  readonly older: readonly Certificate[];
  /** All CA certificates that are known, superseded and disabled ones too. */
  readonly known: readonly Certificate[];
}

export interface Lines {
  /** Of a device's certificate: by the signatures on the way up. */
  ofCertificate(certificate: Pick<Certificate, 'der' | 'issuer'>): Line;
  /** Of a CA certificate by its thumbprints, SHA-1 or SHA-256, upper-case hex: they must all be of one certificate. */
  ofThumbprints(thumbprints: readonly string[]): Line;
}

/** A CA as RFC 5280 section 6.1 tells it: name and key, under any number of certificates. */
interface Authority {
  readonly certificates: Certificate[];
  /** Known once somebody has asked. */
  line?: Line;
}

/**
 * Finds which generations certificates hang on. A CA with one name and one key is one CA, whoever has certified it: a
 * device may present, and DPS may follow, any of its certificates. So a key that both generations share, and an
 * intermediate that both have certified, hang on both. Dates are not looked at.
 */
export function linesUp({ newer, older, known }: LinesInput): Lines {
  const authorities = new Map<string, Authority>();
  const bySubject = new Map<string, Authority[]>();
  for (const certificate of [...newer, ...older, ...known]) {
    if (!certificate.isCa) continue;
    const authority = authorities.get(identityOf(certificate));
    if (authority !== undefined) {
      authority.certificates.push(certificate);
      continue;
    }
    const made: Authority = { certificates: [certificate] };
    authorities.set(identityOf(certificate), made);
    const subject = hex(certificate.subject);
    bySubject.set(subject, [...(bySubject.get(subject) ?? []), made]);
  }
  const find = (certificates: readonly Certificate[]) =>
    new Set(certificates.map((certificate) => authorities.get(identityOf(certificate))));
  const ends = { newer: find(newer), older: find(older) };

  /** One key verifies a signature, so the first one that does is the issuer's. */
  const issuerOf = (certificate: Pick<Certificate, 'der' | 'issuer'>): Authority | undefined => {
    const named = bySubject.get(hex(certificate.issuer)) ?? [];
    const at = named.findIndex(({ certificates: [one] }) => one !== undefined && verifiesSignature(certificate, one));
    const [issuer] = at < 0 ? [] : named.splice(at, 1);
    // Most devices have the same issuer: it is tried first for the next one.
    if (issuer !== undefined) named.unshift(issuer);
    return issuer;
  };
  function lineOf(start: Authority): Line {
    start.line ??= lineAbove(start, issuerOf, ends);
    return start.line;
  }
  return {
    ofCertificate: (certificate) => {
      const issuer = issuerOf(certificate);
      return issuer === undefined ? 'neither' : lineOf(issuer);
    },
    ofThumbprints: (thumbprints) => {
      const isMeant = (certificate: Certificate) =>
        thumbprints.every((each) => each === certificate.thumbprint || each === sha256Thumbprint(certificate.der));
      if (thumbprints.length === 0) return 'neither';
      const meant = [...authorities.values()].filter(({ certificates }) => certificates.some(isMeant));
      return meant.map(lineOf).reduce(either, 'neither');
    },
  };
}

function lineAbove(
  start: Authority,
  issuerOf: (certificate: Certificate) => Authority | undefined,
  ends: Readonly<Record<'newer' | 'older', ReadonlySet<Authority | undefined>>>,
): Line {
  // A set that grows while it is gone through: CAs that have certified each other are met once.
  const above = new Set([start]);
  let line: Line = 'neither';
  for (const authority of above) {
    if (ends.newer.has(authority)) line = either(line, 'newer');
    if (ends.older.has(authority)) line = either(line, 'older');
    for (const certificate of authority.certificates) {
      const issuer = issuerOf(certificate);
      if (issuer !== undefined) above.add(issuer);
    }
  }
  return line;
}

function either(a: Line, b: Line): Line {
  if (a === b || b === 'neither') return a;
  return a === 'neither' ? b : 'both';
}

function identityOf({ subject, spki }: Certificate): string {
  return `${hex(subject)} ${hex(spki)}`;
}

function hex(octets: Uint8Array): string {
  return Buffer.from(octets).toString('hex');
}
