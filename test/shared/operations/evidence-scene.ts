import { createPublicKey } from 'node:crypto';
import { makeCertificate } from '../../../local/emulator/pki.ts';
import type { SeedInput } from '../../../local/emulator/seed.ts';
import type { App } from '../../../shared/operations/app.ts';
import { renew } from '../../../shared/operations/renew.ts';
import type { Attestation } from '../../../shared/ports.ts';
import { sendToVault } from '../../support/by-hand.ts';
import { newKey } from '../../support/key-vault-builders.ts';
import {
  CA,
  CA_NAME,
  enrolled,
  eventsNamed,
  later,
  naming,
  RETIRE_AFTER_OVERLAP,
  turn,
  VAULT,
} from '../../support/moving.ts';
import { createScene, type Scene } from '../../support/scene.ts';

// What the tests of evidence share: a CA whose older version may go once its devices have moved, and those devices.

export const WEBHOOK = 'https://app.example/api/allocate?code=k3y';
export const GROUP = { ...naming('line-1'), webhookUrl: WEBHOOK };
export const WISHES = { ...RETIRE_AFTER_OVERLAP, retire: 'unused', webhookUrl: WEBHOOK } as const;
const DAY_MS = 86_400_000;

/** A CA that is renewed and whose overlap is over. */
export async function afterOverlap(
  groups: readonly Readonly<Record<string, unknown> & { id: string }>[] = [GROUP],
  wishes: Partial<App['wishes']> = WISHES,
): Promise<Scene> {
  return renewedFrom(enrolled([{ enrollmentGroups: [...groups] }]), wishes);
}

/** Likewise, of a seed as `enrolled` makes it. */
export async function renewedFrom(seed: SeedInput, wishes: Partial<App['wishes']> = WISHES): Promise<Scene> {
  const scene = await createScene(seed, new Date('2030-01-01T00:00:00Z'), { wishes });
  await turn(scene);
  later(scene, 31);
  return scene;
}

/** The versions of the CA, the oldest first. */
export async function versionsOf(scene: Scene, name = CA_NAME) {
  const vault = scene.app.ports.vaults.get(CA.vaultUrl);
  const versions = (await vault?.versions(name)) ?? [];
  return versions.toReversed();
}

async function oldThumbprint(scene: Scene): Promise<string> {
  return (await versionsOf(scene))[0]?.thumbprint ?? '';
}

export async function clearStock(scene: Scene): Promise<void> {
  await sendToVault(scene, VAULT, 'PATCH', `/certificates/${CA_NAME}`, {
    tags: { 'stock-cleared': await oldThumbprint(scene) },
  });
}

/** A certificate of a device, signed with the key of a version: 0 is the oldest. */
export async function deviceCertificate(
  scene: Scene,
  id: string,
  version: 0 | 1,
  issuer = CA_NAME,
): Promise<Uint8Array> {
  const { version: name = '' } = (await versionsOf(scene, issuer))[version] ?? {};
  const content = await scene.app.ports.vaults.get(CA.vaultUrl)?.certificate(issuer, name);
  if (content === undefined) throw new Error(`${issuer} was expected to have a version ${version}`);
  return makeCertificate({
    subject: `CN=${id}`,
    publicKey: createPublicKey(newKey()),
    signer: { key: scene.vault(VAULT).privateKeyOf(issuer, name), certificate: content.der },
    notBefore: new Date(scene.clock.now.getTime() - DAY_MS / 24),
    notAfter: new Date(scene.clock.now.getTime() + 90 * DAY_MS),
    ca: false,
  });
}

/** What the webhook has DPS to thank for; nobody need have registered. */
export async function claim(scene: Scene, id: string, version: 0 | 1, given: Partial<Attestation> = {}): Promise<void> {
  await scene.app.ports.attestations?.record({
    kind: 'group',
    enrollment: 'line-1',
    registrationId: id,
    at: scene.clock.now,
    certificate: await deviceCertificate(scene, id, version),
    issuerName: undefined,
    issuerThumbprints: [],
    thumbprints: [],
    ...given,
  });
}

/** DPS's own record that a device has registered now. */
export function record(scene: Scene, registrationId: string, enrollmentGroupId: string | undefined = 'line-1'): void {
  const state = { status: 'assigned', lastUpdatedDateTimeUtc: scene.clock.now.toISOString() };
  scene.service('dps-1').registrations.put({ registrationId, enrollmentGroupId, state });
}

export async function register(scene: Scene, id: string, version: 0 | 1): Promise<void> {
  record(scene, id);
  await claim(scene, id, version);
}

/** Why the CA's lane in the DPS rests after one more run. */
export async function restOf(
  scene: Scene,
): Promise<{ readonly reason?: string; readonly detail?: string } | undefined> {
  await renew(scene.app, CA, 'look');
  return eventsNamed(scene, 'renewal_settled')
    .at(-1)
    ?.waits.find(({ lane }) => lane !== 'vault');
}
