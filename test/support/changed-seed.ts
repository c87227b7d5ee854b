import type { SeedInput } from '../../local/emulator/seed.ts';

type SeedCertificate = NonNullable<SeedInput['vaults'][number]['certificates']>[number];
type SeedService = SeedInput['provisioningServices'][number];

/** A seed with other facts for the certificate of a name. */
export function withCertificate(seed: SeedInput, name: string, given: Partial<SeedCertificate>): SeedInput {
  const vaults = seed.vaults.map((vault) => ({
    ...vault,
    certificates: (vault.certificates ?? []).map((each) => (each.name === name ? { ...each, ...given } : each)),
  }));
  return { ...seed, vaults };
}

/** A seed with other facts for one DPS. */
export function withDps(
  seed: SeedInput,
  name: string,
  change: (service: SeedService) => Partial<SeedService>,
): SeedInput {
  const provisioningServices = seed.provisioningServices.map((service) =>
    service.name === name ? { ...service, ...change(service) } : service,
  );
  return { ...seed, provisioningServices };
}

/** A seed one of whose DPS holds so many CA certificates, those that it held before among them; the rest are strangers'. */
export function withEntries(seed: SeedInput, name: string, count: number): SeedInput {
  return withDps(seed, name, ({ certificates = [] }) => ({
    certificates: [
      ...certificates,
      ...Array.from({ length: count - certificates.length }, (_, index) => ({
        name: `stranger-${index}`,
        certificate: { subject: `CN=Stranger ${index}`, key: 'P-256' as const, notBefore: '-P1Y', notAfter: 'P9Y' },
        verified: true,
      })),
    ],
  }));
}
