import type { Reference } from '../../local/emulator/enrollments/enrollment-store.ts';
import { scan } from '../../shared/operations/scan.ts';
import type { Scene } from './scene.ts';
import { certificateOf, generationsByHand, vaultByHand, versionsOf } from './vault-by-hand.ts';
import { FLEET_CAS, FLEET_DPS } from './years-fleet.ts';

/** What is not yet as it should be when nobody meddles and nothing fails: empty once everything is settled. */
export async function unsettled(scene: Scene): Promise<readonly string[]> {
  const vaults = await Promise.all(FLEET_CAS.map((ca) => unsettledVersions(scene, ca)));
  return [
    ...(await unsettledScan(scene)),
    ...vaults.flat(),
    ...FLEET_DPS.flatMap((dps) => unsettledService(scene, dps)),
  ];
}

async function unsettledScan(scene: Scene): Promise<string[]> {
  scene.events.length = 0;
  const due = (await scan(scene.app)).map(({ name }) => `${name} has a step to take`);
  const said = scene.events.flatMap((event) => {
    if (event.event === 'renewal_refused') return `refused: ${event.reason} ${event.message}`;
    return event.event === 'scan_completed'
      ? event.failures.map((each) => `failure: ${each.target} ${each.message}`)
      : [];
  });
  return [...due, ...said];
}

async function unsettledVersions(scene: Scene, ca: (typeof FLEET_CAS)[number]): Promise<string[]> {
  const isNoCa = (each: { der: Uint8Array }) => !certificateOf(each).ca;
  const left = versionsOf(scene, ca).filter((each) => each.enabled && isNoCa(each));
  const pending = await vaultByHand(scene, ca).pendingId();
  return [
    ...left.map(({ version }) => `${ca.name}: version ${version} is no CA, and enabled`),
    ...(pending === undefined ? [] : [`${ca.name}: request ${pending} is pending`]),
  ];
}

/** Every entry is verified; every enrollment holds the newest generation of its CA, and `primary` is never null. */
function unsettledService(scene: Scene, dps: string): string[] {
  const { certificates, enrollments } = scene.service(dps);
  const newest = new Set(
    FLEET_CAS.flatMap((ca) => generationsByHand(scene, ca).slice(-1)).map((each) => certificateOf(each).fingerprint256),
  );
  const holdsNewest = (reference: Reference) =>
    'entry' in reference
      ? newest.has(certificates.get(reference.entry)?.certificate.fingerprint256 ?? '')
      : newest.has(reference.certificate.sha256Thumbprint.replace(/(..)(?=.)/g, '$1:'));
  const unverified = certificates
    .list()
    .filter(({ isVerified }) => !isVerified)
    .map(({ name }) => `${dps}: '${name}' is unverified`);
  const behind = Object.values(enrollments).flatMap((store) =>
    [...store.values()].flatMap(({ kind, id, content: { references } }) => {
      const problems = references.some(({ slot }) => slot === 'primary') ? [] : ['primary is null'];
      // In whichever slot: who has swapped them wants them so.
      if (!references.some(holdsNewest)) problems.push('the newest generation is not there');
      return problems.map((problem) => `${dps} ${kind}/${id}: ${problem}`);
    }),
  );
  return [...unverified, ...behind];
}
