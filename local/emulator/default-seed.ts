import type { SeedInput } from './seed.ts';

/**
 * What the emulator and `npm start` begin with: a root in a vault of its own, two plants' subordinate CAs in another, of
 * which one is due, and a DPS that trusts both plants and a partner's CA that nobody here manages. Its enrollments refer
 * to them in every way there is: by the name of an entry, with the certificate itself, and not at all.
 */
export const DEFAULT_SEED: SeedInput = {
  version: 1,
  vaults: [
    {
      name: 'kv-root',
      certificates: [
        {
          name: 'fleet-root',
          subject: 'CN=Contoso Fleet Root, O=Contoso',
          key: 'RSA-2048',
          notBefore: '-P4Y6M',
          notAfter: 'P15Y6M',
          pathLen: 1,
        },
      ],
    },
    {
      name: 'kv-fleet',
      certificates: [
        {
          name: 'plant-a-ca',
          subject: 'CN=Contoso Plant A CA, O=Contoso',
          key: 'P-256',
          issuer: { vault: 'kv-root', name: 'fleet-root' },
          // Two years with 60 days left: well inside the default renewal window of 20% of the lifetime.
          notBefore: '-P670D',
          notAfter: 'P60D',
          pathLen: 0,
        },
        {
          name: 'plant-b-ca',
          subject: 'CN=Contoso Plant B CA, O=Contoso',
          key: 'P-384',
          issuer: { vault: 'kv-root', name: 'fleet-root' },
          notBefore: '-P10D',
          notAfter: 'P720D',
          pathLen: 0,
        },
      ],
    },
  ],
  provisioningServices: [
    {
      name: 'dps-fleet',
      hubs: [{ name: 'hub-fleet-west' }, { name: 'hub-fleet-north', location: 'northeurope' }],
      certificates: [
        // Names that operators chose, long before there was an app to compute them.
        { name: 'PlantA', certificate: { vault: 'kv-fleet', name: 'plant-a-ca' }, verified: true },
        { name: 'PlantB-2nd-attempt', certificate: { vault: 'kv-fleet', name: 'plant-b-ca' }, verified: true },
        {
          name: 'legacy-partner-ca',
          certificate: { subject: 'CN=Fabrikam Partner CA', key: 'RSA-2048', notBefore: '-P3Y', notAfter: 'P200D' },
          verified: true,
        },
      ],
      enrollmentGroups: [
        { id: 'a-line-1', caReferences: { primary: 'PlantA' } },
        { id: 'a-packaging', signingCertificates: { primary: { vault: 'kv-fleet', name: 'plant-a-ca' } } },
        { id: 'b-lines', caReferences: { primary: 'PlantB-2nd-attempt' } },
        { id: 'meters', symmetricKey: true },
      ],
      individualEnrollments: [{ id: 'a-gateway', caReferences: { primary: 'PlantA' } }],
    },
  ],
};

/** One vault and one active DPS with two linked hubs, nothing in them. */
export const EMPTY_SEED: SeedInput = {
  version: 1,
  vaults: [{ name: 'kv-empty', certificates: [] }],
  provisioningServices: [{ name: 'dps-empty', hubs: [{ name: 'hub-one' }, { name: 'hub-two' }] }],
};
