import { createHash } from 'node:crypto';
import type { StoredEnrollment } from '../../local/emulator/enrollments/enrollment-store.ts';
import { FAULT_CA } from './fault-scenarios.ts';
import type { FaultWorld } from './fault-stage.ts';

/** What is left of a life of the CA that matters: read behind the services' front doors, no identifiers and no dates. */
export interface FaultOutcome {
  /** Whether each version is enabled, the oldest first. */
  readonly versions: readonly boolean[];
  readonly pending: string | undefined;
  readonly policy: unknown;
  /** Tags of the newest version; the value of `stock-cleared`, a thumbprint, by the version's number. */
  readonly tags: unknown;
  /** By DPS, sorted: which certificate each entry holds, and what each slot of each enrollment does. */
  readonly services: Readonly<
    Record<string, { readonly entries: readonly string[]; readonly slots: readonly string[] }>
  >;
}

export async function faultOutcome(world: FaultWorld): Promise<FaultOutcome> {
  const vault = world.vaults.get(FAULT_CA.vault);
  const versions = vault?.certificates().get(FAULT_CA.name) ?? [];
  const read = async (path: string) => {
    const url = new URL(`https://kv.example/certificates/${FAULT_CA.name}${path}?api-version=7.4`);
    const answer = await vault?.handle({ method: 'GET', url, headers: {}, body: undefined }).catch(() => undefined);
    return answer?.body as Record<string, unknown> | undefined;
  };
  const numbers = new Map(
    [...world.vaults.values()].flatMap((each) =>
      [...each.certificates()].flatMap(([name, held]) =>
        held.map(({ der }, index) => [thumbprintOf(der), `<${name} ${index + 1}>`] as const),
      ),
    ),
  );
  const plain = (text: string) =>
    [...numbers].reduce((known, [thumbprint, number]) => known.replaceAll(thumbprint, number), text);
  const services = world.provisioningServices.list().map(({ name, certificates, enrollments }) => {
    const entries = certificates.list().map((entry) => {
      const thumbprint = thumbprintOf(entry.certificate.raw);
      return plain(`${entry.name} ${thumbprint} ${entry.isVerified ? 'verified' : 'unverified'}`);
    });
    const slots = Object.values(enrollments).flatMap((store) => [...store.values()].flatMap(slotsOf));
    return [name, { entries: entries.sort(), slots: slots.map(plain).sort() }] as const;
  });
  const pending = await read('/pending');
  const { attributes: _, ...policy } = (await read('/policy')) ?? {};
  const tags = (await read('/'))?.tags;
  return {
    versions: versions.map(({ enabled }) => enabled),
    pending: pending?.status === 'inProgress' ? String((pending.issuer as { name: unknown }).name) : undefined,
    policy,
    tags: JSON.parse(plain(JSON.stringify(tags ?? {}))) as unknown,
    services: Object.fromEntries(services),
  };
}

function slotsOf({ kind, id, content }: StoredEnrollment): string[] {
  return content.references.map((reference) => {
    const held = 'entry' in reference ? reference.entry : reference.certificate.sha1Thumbprint;
    return `${kind} ${id} ${reference.kind}.${reference.slot} ${held}`;
  });
}

function thumbprintOf(der: Uint8Array): string {
  return createHash('sha1').update(der).digest('hex').toUpperCase();
}
