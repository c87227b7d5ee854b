import { randomBytes } from 'node:crypto';
import { createDataPlane } from '../../local/emulator/enrollments/data-plane.ts';
import type { SeedInput } from '../../local/emulator/seed.ts';
import type { EventName, LifecycleEvent } from '../../shared/events.ts';
import { asObject, type JsonObject } from '../../shared/json.ts';
import { parseDuration } from '../../shared/lifecycle/duration.ts';
import { renew } from '../../shared/operations/renew.ts';
import { scan } from '../../shared/operations/scan.ts';
import type { Enrollment, EnrollmentKind } from '../../shared/ports.ts';
import { vaultUrl } from './in-process-azure.ts';
import { inProcessEnrollments } from './in-process-enrollments.ts';
import type { Scene } from './scene.ts';

// What the tests of moving and retiring share: a CA that is due and has enrollments, and what operators do to those.

const DAY_MS = 86_400_000;

export const VAULT = 'kv-fleet';
export const CA_NAME = 'plant-a-ca';
export const CA = { vaultUrl: vaultUrl(VAULT), name: CA_NAME };
/** Name of the entry that holds the CA as seeded. */
export const OLD = `old-${CA_NAME}`;

/** Whatever is not needed any more goes 30 days after. */
export const RETIRE_AFTER_OVERLAP = { retire: 'overlap', overlap: parseDuration('P30D') } as const;

type SeedService = SeedInput['provisioningServices'][number];
type SeedCertificate = NonNullable<SeedInput['vaults'][number]['certificates']>[number];

export type Enrolled = Pick<SeedService, 'enrollmentGroups' | 'individualEnrollments' | 'behaviour'>;

/** An enrollment of a seed that names the CA's old entry. */
export const naming = (id: string, entry = OLD) => ({ id, caReferences: { primary: entry } });

/**
 * A root, and a subordinate CA with 60 of 730 days left; both verified in `dps-1` and so on, which have these
 * enrollments.
 * @param plant what is special about the subordinate
 */
export function enrolled(services: readonly Enrolled[], plant: Partial<SeedCertificate> = {}): SeedInput {
  const key = 'P-256' as const;
  const hold = (name: string) => ({ name: `old-${name}`, certificate: { vault: VAULT, name }, verified: true });
  const issuer = { vault: VAULT, name: 'root' };
  return {
    version: 1,
    vaults: [
      {
        name: VAULT,
        certificates: [
          { name: 'root', subject: 'CN=Root', key, notBefore: '-P4Y', notAfter: 'P16Y' },
          { name: CA_NAME, subject: 'CN=Plant A', key, issuer, notBefore: '-P670D', notAfter: 'P60D', ...plant },
        ],
      },
    ],
    provisioningServices: services.map((service, index) => ({
      name: `dps-${index + 1}`,
      certificates: [hold('root'), hold(CA_NAME)],
      ...service,
    })),
  };
}

export function eventsNamed<Name extends EventName>(
  scene: Scene,
  name: Name,
): Extract<LifecycleEvent, { readonly event: Name }>[] {
  return scene.events.filter(
    (event): event is Extract<LifecycleEvent, { readonly event: Name }> => event.event === name,
  );
}

/** One scan, and a renewal of each CA that it names. */
export async function turn(scene: Scene, app = scene.app): Promise<void> {
  for (const ca of await scan(app)) await renew(app, ca, 'turn');
}

/** Scans every day for so many days, beginning with tomorrow. */
export async function liveThrough(scene: Scene, days: number, app = scene.app): Promise<void> {
  for (let day = 0; day < days; day += 1) {
    later(scene, 1);
    await turn(scene, app);
  }
}

export function later(scene: Scene, days: number): void {
  scene.clock.now = new Date(scene.clock.now.getTime() + days * DAY_MS);
}

/** A person with all rights on the enrollments of a DPS; none of it is intercepted or counted among the app's calls. */
export function operatorOf(scene: Scene, dps = 'dps-1') {
  const dataPlane = createDataPlane(scene.service(dps), { now: () => scene.clock.now, random: randomBytes });
  const enrollments = inProcessEnrollments(dataPlane);
  async function send(method: string, kind: EnrollmentKind, id: string, record?: JsonObject): Promise<void> {
    const path = kind === 'group' ? 'enrollmentGroups' : 'enrollments';
    const url = new URL(`https://dps.example/${path}/${id}?api-version=2021-10-01`);
    await dataPlane.handle({ method, url, headers: {}, body: record });
  }
  async function read(kind: EnrollmentKind, id: string): Promise<Enrollment> {
    const enrollment = await enrollments.enrollment(kind, id);
    if (enrollment === undefined) throw new Error(`${dps} has no ${kind} '${id}'`);
    return enrollment;
  }
  return {
    read,
    /** Changes members of a record. */
    edit: async (kind: EnrollmentKind, id: string, change: JsonObject) => {
      await enrollments.replaceEnrollment(await read(kind, id), (record) => ({ ...record, ...change }));
    },
    /** Makes an enrollment that names an entry. */
    add: (kind: EnrollmentKind, id: string, entry: string) =>
      send('PUT', kind, id, { attestation: { type: 'x509', x509: { caReferences: { primary: entry } } } }),
    remove: (kind: EnrollmentKind, id: string) => send('DELETE', kind, id),
    /** The X.509 attestation of every enrollment, by id. */
    references: async () => {
      const found: Record<string, unknown> = {};
      for (const kind of ['group', 'individual'] as const) {
        for await (const page of enrollments.enrollments(kind)) {
          for (const { id, record } of page) found[id] = asObject(record.attestation)?.x509;
        }
      }
      return found;
    },
  };
}

/** Names of the entries of a DPS, in their order. */
export async function entryNames(scene: Scene, dps = 'dps-1'): Promise<readonly string[]> {
  return (await scene.entries(dps)).map(({ name }) => name).sort();
}

/** The name of the entry that was uploaded last. */
export function uploadedEntry(scene: Scene): string {
  return eventsNamed(scene, 'certificate_uploaded').at(-1)?.entry ?? 'none was uploaded';
}
