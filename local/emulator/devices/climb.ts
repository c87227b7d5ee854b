import { isWithinValidity, type PathCertificate } from './path-certificate.ts';

/** More CA certificates than any real hierarchy has above a device. */
const MOST_LEVELS = 10;

/**
 * Climbs from a certificate to those that issued it, by name and signature, and on to those that issued these. There may
 * be several at one level: a CA that was renewed with its key has issued what it issued before, too.
 * ASSUMED: an issuer is a CA (basicConstraints) within its validity; pathLenConstraint, keyUsage and key identifiers are
 * not looked at.
 *
 * @param candidates those that may be issuers
 * @returns one list for each level above the start, the nearest first; each certificate once
 */
export function climb(start: PathCertificate, candidates: readonly PathCertificate[], at: Date): PathCertificate[][] {
  const levels: PathCertificate[][] = [];
  const seen = new Set([start.thumbprint]);
  for (let below = [start]; levels.length < MOST_LEVELS; ) {
    const level: PathCertificate[] = [];
    for (const candidate of candidates) {
      if (seen.has(candidate.thumbprint) || !below.some((each) => isIssuer(candidate, each, at))) continue;
      seen.add(candidate.thumbprint);
      level.push(candidate);
    }
    if (level.length === 0) break;
    levels.push(level);
    below = level;
  }
  return levels;
}

/** The names first: verifying is what costs. */
function isIssuer(issuer: PathCertificate, subject: PathCertificate, at: Date): boolean {
  return (
    issuer.subject === subject.issuer &&
    issuer.certificate.ca &&
    isWithinValidity(issuer, at) &&
    issuer.publicKey !== undefined &&
    subject.certificate.verify(issuer.publicKey)
  );
}
