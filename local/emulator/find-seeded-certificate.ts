import type { Seed, SeedCertificate } from './seed.ts';
import type { SeedReference } from './seed-parts.ts';

/** The certificate that a seed's reference names. Names are compared without regard to case, as Azure does. */
export function findSeededCertificate(seed: Seed, { vault, name }: SeedReference): SeedCertificate | undefined {
  return seed.vaults
    .find((each) => each.name.toLowerCase() === vault.toLowerCase())
    ?.certificates.find((each) => each.name.toLowerCase() === name.toLowerCase());
}
