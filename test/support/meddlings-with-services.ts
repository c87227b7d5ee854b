import { asObject, type JsonObject } from '../../shared/json.ts';
import type { EnrollmentKind, Entry } from '../../shared/ports.ts';
import { dpsByHand, type HeldVersion } from './dps-by-hand.ts';
import { operatorOf } from './moving.ts';
import { type Meddling, type Operator, oneOf, upToDays } from './operator-meddling.ts';
import { certificateOf, versionsOf } from './vault-by-hand.ts';
import { FLEET_CAS } from './years-fleet.ts';

const MOST_DAYS = 6;

/** The version that an entry holds; `undefined` while its name is deleted. */
function versionOf({ scene }: Operator, { thumbprint }: Pick<Entry, 'thumbprint'>): HeldVersion | undefined {
  for (const ca of FLEET_CAS) {
    const found = versionsOf(scene, ca).find(
      (each) => certificateOf(each).fingerprint.replaceAll(':', '') === thumbprint,
    );
    if (found !== undefined) return { vault: ca.vault, name: ca.name, version: found.version, der: found.der };
  }
  return undefined;
}

/** The entry that holds the newest version of a CA which is verified in a DPS. */
async function newestEntry(operator: Operator, dps: string, ca: string): Promise<Entry | undefined> {
  const entries = (await dpsByHand(operator.scene, dps).entries()).filter(
    (entry) => entry.isVerified && versionOf(operator, entry)?.name === ca,
  );
  return entries.sort((a, b) => (b.notAfter?.getTime() ?? 0) - (a.notAfter?.getTime() ?? 0))[0];
}

/** The enrollments of a DPS of one kind, or of both. */
function enrollmentsOf({ scene }: Operator, dps: string, kinds: readonly EnrollmentKind[] = ['group', 'individual']) {
  const { enrollments } = scene.service(dps);
  return kinds.flatMap((kind) => [...enrollments[kind].values()]);
}

/** `of-plant-a`, `press-plant-a` and `more-plant-a-17` are devices of plant-a. */
const caOf = (id: string) => FLEET_CAS.find(({ name }) => new RegExp(`^(of|press|more)-${name}(-|$)`).test(id));

/** Adds an enrollment of a CA that names the newest entry which is verified. Returns whether there was one. */
async function addEnrollment(operator: Operator, dps: string, kind: EnrollmentKind, id: string): Promise<boolean> {
  const entry = await newestEntry(operator, dps, caOf(id)?.name ?? '');
  if (entry === undefined) return false;
  await operatorOf(operator.scene, dps).add(kind, id, entry.name);
  return true;
}

export const MEDDLINGS_WITH_SERVICES: readonly Meddling<string>[] = [
  {
    name: 'delete an entry',
    isNoticed: false,
    begin: async (operator, dps) => {
      const hand = dpsByHand(operator.scene, dps);
      const entry = oneOf(operator.random, await hand.entries());
      const version = entry && versionOf(operator, entry);
      if (entry === undefined || version === undefined) return undefined;
      await hand.delete(entry);
      const byHand = operator.random() < 0.5;
      return {
        days: upToDays(operator.random, MOST_DAYS),
        undo: async () => {
          const added = await hand.upload(entry.name, version.der);
          operator.ownEntries.add(`${dps} ${entry.name}`);
          if (entry.isVerified || byHand) await hand.verify(added, version);
        },
      };
    },
  },
  {
    name: 'second entry',
    isNoticed: true,
    begin: async (operator, dps) => {
      const hand = dpsByHand(operator.scene, dps);
      const entry = oneOf(operator.random, await hand.entries());
      const version = entry && versionOf(operator, entry);
      if (version === undefined) return undefined;
      const name = `by-hand-${version.name}`;
      operator.ownEntries.add(`${dps} ${name}`);
      const added = await hand.upload(name, version.der);
      if (operator.random() < 0.5) await hand.verify(added, version);
      // The app retires it with the version that it holds.
      return { days: 1 };
    },
  },
  {
    name: 'verify by hand',
    isNoticed: true,
    begin: async (operator, dps) => {
      const hand = dpsByHand(operator.scene, dps);
      const entry = (await hand.entries()).find(({ isVerified }) => !isVerified);
      const version = entry && versionOf(operator, entry);
      if (entry === undefined || version === undefined) return undefined;
      await hand.verify(entry, version);
      return { days: 1 };
    },
  },
  {
    name: 'delete an enrollment',
    isNoticed: true,
    begin: async (operator, dps) => {
      const found = oneOf(operator.random, enrollmentsOf(operator, dps));
      if (found === undefined || caOf(found.id) === undefined) return undefined;
      await operatorOf(operator.scene, dps).remove(found.kind, found.id);
      return {
        days: upToDays(operator.random, 30),
        undo: () => addEnrollment(operator, dps, found.kind, found.id),
      };
    },
  },
  {
    name: 'add a group',
    isNoticed: false,
    begin: async (operator, dps) => {
      const ca = oneOf(operator.random, FLEET_CAS)?.name;
      const id = `more-${ca}-${Math.floor(operator.random() * 1000)}`;
      if (!(await addEnrollment(operator, dps, 'group', id))) return undefined;
      return {
        days: upToDays(operator.random, 90),
        undo: () => operatorOf(operator.scene, dps).remove('group', id),
      };
    },
  },
  {
    name: 'disable an enrollment',
    isNoticed: true,
    begin: async (operator, dps) => {
      const found = oneOf(operator.random, enrollmentsOf(operator, dps));
      if (found === undefined) return undefined;
      const set = (provisioningStatus: string) =>
        operatorOf(operator.scene, dps).edit(found.kind, found.id, { provisioningStatus });
      await set('disabled');
      return { days: upToDays(operator.random, 30), undo: () => set('enabled') };
    },
  },
  {
    name: 'edit a twin',
    isNoticed: true,
    begin: async (operator, dps) => {
      const found = oneOf(operator.random, enrollmentsOf(operator, dps));
      if (found === undefined) return undefined;
      const initialTwin = { tags: { edited: Math.floor(operator.random() * 1e6) }, properties: { desired: {} } };
      await operatorOf(operator.scene, dps).edit(found.kind, found.id, { initialTwin });
      return { days: 1 };
    },
  },
  {
    name: 'swap the slots',
    isNoticed: true,
    begin: async (operator, dps) => {
      const found = oneOf(operator.random, enrollmentsOf(operator, dps));
      if (found === undefined) return undefined;
      const { record } = await operatorOf(operator.scene, dps).read(found.kind, found.id);
      const swapped = swap(asObject(record.attestation));
      if (swapped === undefined) return undefined;
      await operatorOf(operator.scene, dps).edit(found.kind, found.id, { attestation: swapped });
      return { days: 1 };
    },
  },
  {
    name: 'suspend the DPS',
    isNoticed: true,
    begin: async ({ scene, random }, dps) => {
      scene.setState(dps, 'Suspended');
      return { days: upToDays(random, MOST_DAYS), undo: async () => scene.setState(dps, 'Active') };
    },
  },
];

/** An attestation with its two CA references the other way round; `undefined` where it has not got two. */
function swap(attestation: JsonObject | undefined): JsonObject | undefined {
  const { primary, secondary } = asObject(asObject(attestation?.x509)?.caReferences) ?? {};
  if (typeof primary !== 'string' || typeof secondary !== 'string') return undefined;
  return { type: 'x509', x509: { caReferences: { primary: secondary, secondary: primary } } };
}
