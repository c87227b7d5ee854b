import type { SeedInput } from '../../local/emulator/seed.ts';
import { ServiceError } from '../../local/emulator/service.ts';
import type { JsonObject } from '../../shared/json.ts';
import { asObject } from '../../shared/json.ts';
import type { Reason } from '../../shared/lifecycle/reasons.ts';
import type { Wishes } from '../../shared/operations/app.ts';
import { renew } from '../../shared/operations/renew.ts';
import { disableVersion, renewByHand } from './by-hand.ts';
import { withDps, withEntries } from './changed-seed.ts';
import { fleet, generationsOf, PLANT_A } from './fleet.ts';
import { dpsId, vaultUrl } from './in-process-azure.ts';
import { plantCa } from './plant-ca.ts';
import { ROOT, ROOT_CA, rooted } from './rooted.ts';
import { createScene, type Scene } from './scene.ts';

// Scenes in which the enrollments of a DPS are the reason for something.

type SeedService = SeedInput['provisioningServices'][number];
type SeedGroup = NonNullable<SeedService['enrollmentGroups']>[number];

const CA = { vaultUrl: vaultUrl(PLANT_A.vault), name: PLANT_A.name };
const DAY_MS = 86_400_000;
/** How `PLANT_A` is signed in the fleet. */
const SUBJECT = 'CN=Plant A CA, OU=Línea 1, O=Contoso';
const ROOT_ENTRY = { name: 'Root', certificate: { vault: 'kv-root', name: 'fleet-root' }, verified: true };

/** The fleet, with a group in its DPS that refers to the entry of `PLANT_A` unless told otherwise. */
function grouped(
  group: Partial<SeedGroup> = { caReferences: { primary: 'PlantA' } },
  service: Partial<SeedService> = {},
): SeedInput {
  return withDps(fleet(), 'dps-1', () => ({ enrollmentGroups: [{ id: 'line-1', ...group }], ...service }));
}

/** The fleet, with a group that embeds `PLANT_A`; the DPS holds these entries and no other. */
const embedding = (certificates: SeedService['certificates']) =>
  grouped({ signingCertificates: { primary: PLANT_A } }, { certificates });

interface Story {
  readonly seed?: SeedInput;
  readonly wishes?: Partial<Wishes>;
  readonly before?: (scene: Scene) => unknown;
  /** Between the renewal and another one. */
  readonly later?: (scene: Scene) => unknown;
}

/** Renews `PLANT_A`, and once more where there is something between. */
async function told({ seed = grouped(), wishes = {}, before, later }: Story = {}): Promise<Scene> {
  const scene = await createScene(seed, new Date(), { wishes });
  await before?.(scene);
  await renew(scene.app, CA, 'r1');
  if (later === undefined) return scene;
  await later(scene);
  await renew(scene.app, CA, 'r2');
  return scene;
}

const daysPass = (count: number) => (scene: Scene) => {
  scene.clock.now = new Date(scene.clock.now.getTime() + count * DAY_MS);
};

/** What befalls every call of a kind. */
const failing = (method: string, part: RegExp, error: () => Error) => (scene: Scene) => {
  scene.intercept = (called, path) => {
    if (called === method && part.test(path)) throw error();
  };
};

/** A version of `PLANT_A` that ends in a few days; what comes next is somebody else's to sign. */
async function plantShortLived(scene: Scene): Promise<void> {
  const [root] = generationsOf(scene, ROOT);
  const signer = { key: scene.vault(ROOT.vault).privateKeyOf(ROOT.name), ...(root && { certificate: root.der }) };
  const tags = { issuer: 'external' };
  await plantCa(scene, { ...PLANT_A, subject: SUBJECT, signer, validity: [-1, 5], pathLen: 0, tags });
}

/** The newest generation once more under a name of its own that nobody has proved, and the group names that one. */
async function nameUnproved(scene: Scene): Promise<void> {
  const { der } = generationsOf(scene).at(-1) ?? {};
  await scene.app.ports.services.get(dpsId('dps-1').id)?.upload('unproved', der ?? new Uint8Array());
  const enrollments = scene.app.ports.enrollments.get(dpsId('dps-1').id);
  const group = await enrollments?.enrollment('group', 'line-1');
  if (group === undefined) throw new Error('the seed was expected to have the group line-1');
  const caReferences = { primary: 'unproved', secondary: 'PlantA' };
  await enrollments?.replaceEnrollment(group, (record): JsonObject => {
    const attestation = asObject(record.attestation);
    return { ...record, attestation: { ...attestation, x509: { ...asObject(attestation?.x509), caReferences } } };
  });
}

/** A root that gets a new key, while a CA that it has issued keeps its certificate. */
async function rootBeforeSubordinate(): Promise<Scene> {
  const { vaults, ...seed } = rooted();
  const subordinate = { ...PLANT_A, subject: SUBJECT, key: 'P-256', issuer: ROOT } as const;
  const { vault: name, ...certificate } = { ...subordinate, notBefore: '-P30D', notAfter: 'P300D' };
  const scene = await createScene({ ...seed, vaults: [...vaults, { name, certificates: [certificate] }] });
  await renew(scene.app, ROOT_CA, 'r1');
  // The first one began with a root of one generation, which nothing could chain to but that.
  await renew(scene.app, ROOT_CA, 'r2');
  return scene;
}

/** For each reason one run of the app in a world where that is the reason for something. */
export const REFERENCE_SCENARIOS = {
  'reference-behind': () => told(),
  'overlap-over': () => told({ wishes: { retire: 'overlap' }, later: daysPass(31) }),
  // 60 days are left of it at the start.
  'older-expired': () => told({ later: daysPass(61) }),

  'older-unexpired': () => told(),
  'retire-never': () => told({ wishes: { retire: 'never' } }),
  'overlap-running': () => told({ wishes: { retire: 'overlap' } }),
  'evidence-unavailable': () => told({ wishes: { retire: 'unused' }, later: daysPass(31) }),
  'subordinate-chains': rootBeforeSubordinate,
  'newest-not-trusted': () => told({ wishes: { retire: 'overlap' }, later: nameUnproved }),
  'newest-not-valid': () => told({ before: plantShortLived, later: daysPass(6) }),
  'older-generation-in-use': () =>
    told({ before: (scene) => renewByHand(scene), later: (scene) => renewByHand(scene) }),
  // What is disabled is not read, and a certificate that is embedded needs no entry to tell of it.
  'expiry-unknown': () =>
    told({
      seed: embedding([ROOT_ENTRY]),
      later: (scene) => disableVersion(scene, PLANT_A, generationsOf(scene)[0]?.version ?? ''),
    }),
  'enrollments-unreadable': () =>
    told({ before: failing('POST', /\/enrollments\/query$/, () => new Error('connection lost')) }),

  'both-slots-taken': () =>
    told({
      seed: withEntries(grouped({ caReferences: { primary: 'PlantA', secondary: 'stranger-0' } }), 'dps-1', 2),
    }),
  'embedded-untrusted': () => told({ seed: embedding([]) }),
  'common-name-differs': () =>
    told({
      seed: grouped({ clientCertificates: { primary: PLANT_A } }),
      before: (scene) => plantCa(scene, { ...PLANT_A, subject: 'CN=Another', validity: [-1, 700] }),
    }),
  'webhook-masked': () =>
    told({
      seed: grouped(
        { caReferences: { primary: 'PlantA' }, webhookUrl: 'https://app.example/api/allocate?code=k3y' },
        { behaviour: { masksWebhookUrl: true } },
      ),
    }),
  'enrollment-rejected': () =>
    told({ before: failing('PUT', /\/enrollmentGroups\//, () => new ServiceError('no such hub', { status: 400 })) }),
} satisfies Partial<Record<Reason, () => Promise<Scene>>>;
