import * as z from 'zod';
import { enrollmentFaults } from './enrollment-faults.ts';
import { findSeededCertificate } from './find-seeded-certificate.ts';
import { type Seed, seedSchema } from './seed.ts';
import type { SeedReference } from './seed-parts.ts';
import { parseSeedTime } from './seed-time.ts';

/** Either a seed, or every fault of it, each with its path: `vaults[0].name: must be …`. */
export type ParsedSeed = { readonly seed: Seed } | { readonly faults: string[] };

/**
 * Checks a seed: first its form, then, if that is right, what its parts say of each other.
 *
 * @param now what relative times are relative to
 */
export function parseSeed(value: unknown, now: Date): ParsedSeed {
  const parsed = seedSchema.safeParse(value);
  if (!parsed.success) {
    return {
      faults: parsed.error.issues.map((issue) => `${z.core.toDotPath(issue.path) || 'the seed'}: ${issue.message}`),
    };
  }
  const faults = [...vaultFaults(parsed.data, now), ...serviceFaults(parsed.data, now)];
  return faults.length > 0 ? { faults } : { seed: parsed.data };
}

function vaultFaults(seed: Seed, now: Date): string[] {
  const faults = duplicates(seed.vaults, 'vaults');
  for (const [v, vault] of seed.vaults.entries()) {
    const path = `vaults[${v}].certificates`;
    faults.push(...duplicates(vault.certificates, path));
    for (const [c, certificate] of vault.certificates.entries()) {
      faults.push(...validityFaults(certificate, `${path}[${c}]`, now));
      const { issuer } = certificate;
      if (!issuer) continue;
      if (!findSeededCertificate(seed, issuer)) faults.push(unknown(`${path}[${c}].issuer`, issuer));
      else if (issuesItself(seed, issuer)) {
        faults.push(`${path}[${c}].issuer: '${issuer.vault}/${issuer.name}' is issued by itself, in a circle`);
      }
    }
  }
  return faults;
}

function serviceFaults(seed: Seed, now: Date): string[] {
  const faults = duplicates(seed.provisioningServices, 'provisioningServices');
  for (const [s, service] of seed.provisioningServices.entries()) {
    const path = `provisioningServices[${s}]`;
    faults.push(
      ...duplicates(service.hubs, `${path}.hubs`),
      ...duplicates(service.certificates, `${path}.certificates`),
    );
    for (const [e, { certificate }] of service.certificates.entries()) {
      const entryPath = `${path}.certificates[${e}].certificate`;
      if ('subject' in certificate) faults.push(...validityFaults(certificate, entryPath, now));
      else if (!findSeededCertificate(seed, certificate)) faults.push(unknown(entryPath, certificate));
    }
    faults.push(...enrollmentFaults(seed, service, path, now));
  }
  return faults;
}

function duplicates(items: readonly { name: string }[], path: string): string[] {
  const names = items.map(({ name }) => name.toLowerCase());
  return items.flatMap(({ name }, index) =>
    names.indexOf(name.toLowerCase()) < index ? [`${path}[${index}].name: '${name}' is taken already`] : [],
  );
}

function validityFaults(item: { notBefore: string; notAfter: string }, path: string, now: Date): string[] {
  const [from, to] = [parseSeedTime(item.notBefore, now), parseSeedTime(item.notAfter, now)];
  const faults = [
    ...yearFaults(from, `${path}.notBefore: '${item.notBefore}'`),
    ...yearFaults(to, `${path}.notAfter: '${item.notAfter}'`),
  ];
  if (faults.length > 0 || (from && to && from < to)) return faults;
  return [`${path}.notAfter: '${item.notAfter}' is not later than notBefore '${item.notBefore}'`];
}

/** What X.509 can date: UTCTime begins with 1950, GeneralizedTime ends with 9999 (RFC 5280 section 4.1.2.5). */
function yearFaults(date: Date | undefined, subject: string): string[] {
  const year = date?.getUTCFullYear() ?? Number.NaN;
  return year >= 1950 && year <= 9999 ? [] : [`${subject} is not in the years 1950 to 9999`];
}

function unknown(path: string, reference: SeedReference): string {
  return `${path}: there is no certificate '${reference.name}' in a vault '${reference.vault}' of this seed`;
}

function issuesItself(seed: Seed, start: SeedReference): boolean {
  const seen = new Set<unknown>();
  for (let at = findSeededCertificate(seed, start); at?.issuer; at = findSeededCertificate(seed, at.issuer)) {
    if (seen.has(at)) return true;
    seen.add(at);
  }
  return false;
}
