import { generateKeyPairSync } from 'node:crypto';
import { makeCertificate } from '../../local/emulator/pki.ts';
import type { ServiceResponse } from '../../local/emulator/service.ts';
import { generationsOf, PLANT_A } from './fleet.ts';
import { vaultUrl } from './in-process-azure.ts';
import type { Scene } from './scene.ts';

// What people do to a scene by hand, past the app's ports: none of it is intercepted or counted among its calls.

const DAY_MS = 86_400_000;

/** Sends one request to a vault; throws what the vault refuses. */
export function sendToVault(
  scene: Scene,
  vault: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<ServiceResponse> {
  const url = new URL(`${vaultUrl(vault)}${path}?api-version=7.4`);
  return scene.vault(vault).handle({ method, url, headers: {}, body });
}

/** A new version of `PLANT_A`, signed by the root, with a key of its own. `validity` is in days from now. */
export async function renewByHand(
  scene: Scene,
  {
    validity: [from, to] = [-0.01, 700],
    ...profile
  }: { validity?: readonly [number, number]; keyUsage?: string[] } = {},
): Promise<{ readonly version: string; readonly der: Uint8Array }> {
  const [root] = generationsOf(scene, { vault: 'kv-root', name: 'fleet-root' });
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const at = (days: number) => new Date(scene.clock.now.getTime() + days * DAY_MS);
  const der = await makeCertificate({
    subject: 'CN=Plant A CA, OU=Línea 1, O=Contoso',
    publicKey,
    signer: { key: scene.vault('kv-root').privateKeyOf('fleet-root'), ...(root && { certificate: root.der }) },
    notBefore: at(from),
    notAfter: at(to),
    ca: true,
    pathLen: 0,
    ...profile,
  });
  const { version } = scene.vault(PLANT_A.vault).plant({ name: PLANT_A.name, privateKey, certificate: der });
  return { version, der };
}

/** Takes a version, and its key, out of service. */
export async function disableVersion(
  scene: Scene,
  { vault, name }: { vault: string; name: string },
  version: string,
): Promise<void> {
  await sendToVault(scene, vault, 'PATCH', `/certificates/${name}/${version}`, { attributes: { enabled: false } });
}
