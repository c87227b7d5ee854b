import { createHash } from 'node:crypto';
import type { SeedInput } from '../../local/emulator/seed.ts';
import type { Scene } from './scene.ts';

type Key = 'RSA-2048' | 'RSA-3072' | 'P-256' | 'P-384';

/** A root in a vault of its own, and a subordinate CA of two years with 60 days left, in so many DPS. */
export function fleet({
  root = 'P-256',
  subordinate = 'P-256',
  services = 1,
}: {
  root?: Key;
  subordinate?: Key;
  services?: number;
} = {}): SeedInput {
  const name = { vault: 'kv-fleet', name: 'plant-a-ca' };
  return {
    version: 1,
    vaults: [
      {
        name: 'kv-root',
        certificates: [
          {
            name: 'fleet-root',
            subject: 'CN=Fleet Root, O=Contoso',
            key: root,
            notBefore: '-P4Y',
            notAfter: 'P16Y',
            pathLen: 1,
          },
        ],
      },
      {
        name: 'kv-fleet',
        certificates: [
          {
            name: name.name,
            subject: 'CN=Plant A CA, OU=Línea 1, O=Contoso',
            key: subordinate,
            issuer: { vault: 'kv-root', name: 'fleet-root' },
            notBefore: '-P670D',
            notAfter: 'P60D',
            pathLen: 0,
            tags: { owner: 'plant-a' },
          },
        ],
      },
    ],
    provisioningServices: Array.from({ length: services }, (_, index) => ({
      name: `dps-${index + 1}`,
      hubs: [{ name: 'hub-1' }],
      certificates: [{ name: 'PlantA', certificate: name, verified: true }],
    })),
  };
}

export const PLANT_A = { vault: 'kv-fleet', name: 'plant-a-ca' } as const;

/** The versions of the subordinate CA, the oldest first. */
export function generationsOf(scene: Scene, { vault, name }: { vault: string; name: string } = PLANT_A) {
  return scene.vault(vault).certificates().get(name) ?? [];
}

/** What a finished renewal of `PLANT_A` looks like in every DPS: facts, no identifiers, so that two runs compare. */
export async function renewalOutcome(scene: Scene, services = 1) {
  const generations = generationsOf(scene);
  const thumbprints = generations.map(({ der }) => thumbprintOf(der));
  const entries = [];
  for (let index = 1; index <= services; index += 1) {
    const held = await scene.entries(`dps-${index}`);
    entries.push(
      held.map(({ name, thumbprint, isVerified }) => ({
        generation: thumbprints.indexOf(thumbprint),
        named: name === 'PlantA' || name === `plant-a-ca-${thumbprint}`,
        isVerified,
      })),
    );
  }
  const pending = await scene.app.ports.vaults
    .get(scene.ca('kv-fleet', 'plant-a-ca').vaultUrl)
    ?.pendingRequest('plant-a-ca');
  return { generations: generations.map(({ enabled }) => enabled), entries, pending };
}

/** What `renewalOutcome` shows after exactly one renewal. */
export function renewedOnce(services = 1) {
  const held = [
    { generation: 0, named: true, isVerified: true },
    { generation: 1, named: true, isVerified: true },
  ];
  return { generations: [true, true], entries: Array.from({ length: services }, () => held), pending: undefined };
}

function thumbprintOf(der: Uint8Array): string {
  return createHash('sha1').update(der).digest('hex').toUpperCase();
}
