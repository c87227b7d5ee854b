import type { SeedInput } from '../../local/emulator/seed.ts';
import type { KeyPolicy } from '../../shared/ports.ts';
import { generationsOf } from './fleet.ts';
import { vaultUrl } from './in-process-azure.ts';
import type { Scene } from './scene.ts';

type SeedCertificate = NonNullable<SeedInput['vaults'][number]['certificates']>[number];

export const ROOT = { vault: 'kv-root', name: 'fleet-root' } as const;
/** The same as the queue carries it. */
export const ROOT_CA = { vaultUrl: vaultUrl(ROOT.vault), name: ROOT.name };

/** A root of ten years with one left, verified in a DPS; its policy says new key, unless `reuseKey`. */
export function rooted(given: Partial<SeedCertificate> = {}): SeedInput {
  const root = { name: ROOT.name, subject: 'CN=Fleet Root, O=Contoso', key: 'P-256' as const };
  return {
    version: 1,
    vaults: [{ name: ROOT.vault, certificates: [{ ...root, notBefore: '-P9Y', notAfter: 'P1Y', ...given }] }],
    provisioningServices: [{ name: 'dps-1', certificates: [{ name: 'Root', certificate: ROOT, verified: true }] }],
  };
}

/** The policy for the next version of the root. */
export async function rootPolicy(scene: Scene): Promise<KeyPolicy | undefined> {
  return (await scene.app.ports.vaults.get(ROOT_CA.vaultUrl)?.current(ROOT.name))?.keyPolicy;
}

/** Which versions of the root are enabled, the oldest first, and which entries are verified. */
export async function rootState(scene: Scene) {
  return {
    enabled: generationsOf(scene, ROOT).map(({ enabled }) => enabled),
    verified: (await scene.entries('dps-1')).map(({ isVerified }) => isVerified),
    reuseKey: (await rootPolicy(scene))?.reuseKey,
    pending: await scene.app.ports.vaults.get(ROOT_CA.vaultUrl)?.pendingRequest(ROOT.name),
  };
}

/** What `rootState` shows after one renewal: with a new key, the seed is there, and disabled. */
export function rootRenewed(key: 'same' | 'new') {
  return {
    enabled: key === 'same' ? [true, true] : [true, false, true],
    verified: [true, true],
    reuseKey: key === 'same',
    pending: undefined,
  };
}
