import { deviceIssuer } from './device-issuer.ts';
import type { Fleet, Generation } from './fleet.ts';
import type { DeviceIssuer } from './issue-device-certificate.ts';
import { setTags } from './set-tags.ts';
import type { Stage } from './stage.ts';

/** The CA of the demo's fleet whose renewal window is open, and the CA that signs for it. */
export const DUE = 'plant-a-ca';
export const ISSUER = 'fleet-root';
const VAULT = 'kv-fleet';

/** The newest generation of the CA that is due. */
export function newestOf({ cas }: Fleet): Generation {
  const newest = cas.find(({ name }) => name === DUE)?.generations.at(-1);
  if (newest === undefined) throw new Error(`Cannot go on: the vault ${VAULT} holds no generation of ${DUE}`);
  return newest;
}

/** Replaces the tags of a version of the CA that is due. */
export async function tag(
  stage: Stage,
  { version }: Generation,
  tags: Readonly<Record<string, string>>,
): Promise<void> {
  await setTags(stage.api, vaultUrl(stage), DUE, version, tags);
}

/** A version of the CA that is due, as whoever issues device certificates uses it. */
export function issuerOf(stage: Stage, generation: Generation): DeviceIssuer {
  return deviceIssuer(stage.api, vaultUrl(stage), DUE, generation);
}

function vaultUrl({ azure }: Stage): string {
  const url = azure.emulator.keyVaults.find(({ name }) => name === VAULT)?.url;
  if (url === undefined) throw new Error(`Cannot go on: there is no vault ${VAULT}`);
  return url;
}
