import { createHash, X509Certificate } from 'node:crypto';
import type { StoredEnrollment } from '../../local/emulator/enrollments/enrollment-store.ts';
import type { Vault } from '../../local/emulator/key-vault/vault.ts';
import { asObject, parseLossless } from '../../local/emulator/lossless-json.ts';
import type { FaultWorld } from './fault-stage.ts';

/** What is left of a life of the CA that matters: read behind the services' front doors, no identifiers and no dates. */
export interface FaultOutcome {
  /** By certificate: the CA itself and its issuer. */
  readonly vaults: Readonly<Record<string, VaultOutcome>>;
  /**
   * By DPS, sorted: which certificate each entry holds, what each slot of each enrollment does, and all else that an
   * enrollment holds, as its text.
   */
  readonly services: Readonly<
    Record<
      string,
      { readonly entries: readonly string[]; readonly slots: readonly string[]; readonly others: readonly string[] }
    >
  >;
}

export interface VaultOutcome {
  /** What each version is, the oldest first: enabled, a CA, signed by whom and with whose key. */
  readonly versions: readonly string[];
  readonly pending: string | undefined;
  readonly policy: unknown;
  /** Tags of the newest version; the value of `stock-cleared`, a thumbprint, by the version's number. */
  readonly tags: unknown;
}

export async function faultOutcome(world: FaultWorld): Promise<FaultOutcome> {
  const all = numberedVersions(world);
  const plain = (text: string) =>
    all.reduce((known, { thumbprint, number }) => known.replaceAll(thumbprint, number), text);
  const vaults: Record<string, VaultOutcome> = {};
  for (const vault of world.vaults.values()) {
    for (const name of vault.certificates().keys()) {
      const versions = all.filter((each) => each.vault === vault && each.name === name);
      const { tags, ...rest } = await readVault(vault, name);
      const described = versions.map((version) => describe(version, all));
      const plainTags = JSON.parse(plain(JSON.stringify(tags ?? {}))) as unknown;
      vaults[`${vault.instance}/${name}`] = { versions: described, ...rest, tags: plainTags };
    }
  }
  const services = world.provisioningServices.list().map(({ name, certificates, enrollments }) => {
    const entries = certificates.list().map((entry) => {
      const thumbprint = thumbprintOf(entry.certificate.raw);
      return plain(`${entry.name} ${thumbprint} ${entry.isVerified ? 'verified' : 'unverified'}`);
    });
    const stored = Object.values(enrollments).flatMap((store) => [...store.values()]);
    const slots = stored.flatMap(slotsOf).map(plain).sort();
    return [name, { entries: entries.sort(), slots, others: stored.map(othersOf).sort() }] as const;
  });
  return { vaults, services: Object.fromEntries(services) };
}

interface NumberedVersion {
  readonly vault: Vault;
  readonly name: string;
  /** `<plant-a-ca 2>`: the second version. */
  readonly number: string;
  readonly thumbprint: string;
  readonly enabled: boolean;
  readonly certificate: X509Certificate;
}

function numberedVersions({ vaults }: FaultWorld): readonly NumberedVersion[] {
  return [...vaults.values()].flatMap((vault) =>
    [...vault.certificates()].flatMap(([name, held]) =>
      held.map(({ der, enabled }, index) => ({
        vault,
        name,
        number: `<${name} ${index + 1}>`,
        thumbprint: thumbprintOf(der),
        enabled,
        certificate: new X509Certificate(der),
      })),
    ),
  );
}

function describe({ number, enabled, certificate }: NumberedVersion, all: readonly NumberedVersion[]): string {
  const { ca, publicKey, issuer } = certificate;
  // Of several with one key the oldest: they are equal in this.
  const signer = all.find(
    (each) => each.certificate.subject === issuer && certificate.verify(each.certificate.publicKey),
  );
  const sameKey = all.find((each) => each.certificate.publicKey.equals(publicKey));
  const key = sameKey?.number === number ? 'a new key' : `the key of ${sameKey?.number}`;
  const by = signer?.number === number ? 'itself' : (signer?.number ?? 'a stranger');
  return `${enabled ? 'enabled' : 'disabled'} ${ca ? 'CA' : 'end entity'}, signed by ${by}, ${key}`;
}

async function readVault(vault: Vault, name: string) {
  const read = async (path: string) => {
    const url = new URL(`https://kv.example/certificates/${name}${path}?api-version=7.4`);
    const answer = await vault.handle({ method: 'GET', url, headers: {}, body: undefined }).catch(() => undefined);
    return answer?.body as Record<string, unknown> | undefined;
  };
  const pending = await read('/pending');
  const { attributes: _, ...policy } = (await read('/policy')) ?? {};
  return {
    pending: pending?.status === 'inProgress' ? String((pending.issuer as { name: unknown }).name) : undefined,
    policy,
    tags: (await read('/'))?.tags,
  };
}

function slotsOf({ kind, id, content }: StoredEnrollment): string[] {
  return content.references.map((reference) => {
    const held = 'entry' in reference ? reference.entry : reference.certificate.sha1Thumbprint;
    return `${kind} ${id} ${reference.kind}.${reference.slot} ${held}`;
  });
}

/** An enrollment's record without its certificates, every number as it was written. */
export function othersOf({ kind, id, content }: StoredEnrollment): string {
  const { attestation, ...others } = asObject(parseLossless(content.text)) ?? {};
  return `${kind} ${id} ${JSON.stringify({ ...others, attestation: { ...asObject(attestation), x509: undefined } })}`;
}

function thumbprintOf(der: Uint8Array): string {
  return createHash('sha1').update(der).digest('hex').toUpperCase();
}
