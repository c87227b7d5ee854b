import type { SeedInput } from '../emulator/seed.ts';
import { DOCK, DOCK_GROUP, FLEET, GATEWAY, LINE_GROUP } from './devices.ts';

/** The same hubs are linked to both DPS; the first takes twice as many devices. */
const HUBS = [{ name: 'hub-west', weight: 2 }, { name: 'hub-north' }, { name: 'hub-south' }];
/**
 * What a DPS tells a webhook of a device's certificate is documented nowhere. Here it sends all of it, so that the app
 * has something to prove with; the poorest shape, nothing at all, is what the emulator does by default.
 */
const behaviour = { deviceCertificateShape: 'certificate' } as const;
const ROOT = { vault: 'kv-root', name: 'fleet-root' };
const PLANT_A = { vault: 'kv-fleet', name: 'plant-a-ca' };
const PLANT_B = { vault: 'kv-fleet', name: 'plant-b-ca' };

/**
 * The demo's fleet: a root in a vault of its own, the CAs of two plants in another, of which plant A's is due, and is
 * paused to begin with. One DPS trusts both plants by name, and a partner's CA that nobody here manages; another trusts
 * the root, and a group of it embeds plant A's CA. What plant A's devices come in by has the app choose their hubs.
 * @param webhookUrl of the app, with its function key
 */
export function demoSeed(webhookUrl: string): SeedInput {
  const partner = { subject: 'CN=Fabrikam Partner CA', key: 'RSA-2048', notBefore: '-P3Y', notAfter: 'P200D' } as const;
  return {
    version: 1,
    vaults: vaults(),
    provisioningServices: [
      {
        name: FLEET,
        hubs: HUBS,
        behaviour,
        certificates: [
          // Names that operators chose, long before there was an app to compute them.
          { name: 'PlantA', certificate: PLANT_A, verified: true },
          { name: 'PlantB-2nd-attempt', certificate: PLANT_B, verified: true },
          { name: 'legacy-partner-ca', certificate: partner, verified: true },
        ],
        enrollmentGroups: [
          { id: LINE_GROUP, caReferences: { primary: 'PlantA' }, webhookUrl },
          { id: 'b-lines', caReferences: { primary: 'PlantB-2nd-attempt' } },
          { id: 'meters', symmetricKey: true },
        ],
        individualEnrollments: [{ id: GATEWAY, caReferences: { primary: 'PlantA' }, webhookUrl }],
      },
      {
        name: DOCK,
        hubs: HUBS,
        behaviour,
        certificates: [{ name: 'FleetRoot', certificate: ROOT, verified: true }],
        enrollmentGroups: [{ id: DOCK_GROUP, signingCertificates: { primary: PLANT_A }, webhookUrl }],
      },
    ],
  };
}

function vaults(): SeedInput['vaults'] {
  return [
    {
      name: ROOT.vault,
      certificates: [
        {
          name: ROOT.name,
          subject: 'CN=Contoso Fleet Root, O=Contoso',
          key: 'RSA-2048',
          notBefore: '-P4Y6M',
          notAfter: 'P15Y6M',
          pathLen: 1,
        },
      ],
    },
    {
      name: PLANT_A.vault,
      certificates: [
        {
          name: PLANT_A.name,
          subject: 'CN=Contoso Plant A CA, O=Contoso',
          key: 'P-256',
          issuer: ROOT,
          // Two years with 60 days left: well inside the default renewal window of 20% of the lifetime.
          notBefore: '-P670D',
          notAfter: 'P60D',
          pathLen: 0,
          tags: { paused: 'true' },
        },
        {
          name: PLANT_B.name,
          subject: 'CN=Contoso Plant B CA, O=Contoso',
          key: 'P-384',
          issuer: ROOT,
          notBefore: '-P10D',
          notAfter: 'P720D',
          pathLen: 0,
        },
      ],
    },
  ];
}
