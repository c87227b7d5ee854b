import { createPublicKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import type { Ca, Enrollment, Entry, Fleet, Generation } from '../../../local/demo/fleet.ts';
import type { DeviceIssuer } from '../../../local/demo/issue-device-certificate.ts';
import { signDigestEcdsa } from '../../../local/emulator/key-vault/ecdsa.ts';
import { makeCertificate } from '../../../local/emulator/pki.ts';

export const NOW = new Date('2026-11-21T00:00:00Z');

/** A CA certificate with its key. */
export interface Issued {
  readonly key: KeyObject;
  readonly generation: Generation;
}

export interface IssueOptions {
  readonly subject?: string;
  readonly issuer?: Issued;
  readonly days?: number;
}

let versions = 0;

/** A generation that expires `days` after `NOW`; without an issuer it signs itself. */
export async function issueGeneration({ subject = 'CN=CA', issuer, days = 60 }: IssueOptions = {}): Promise<Issued> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const der = await makeCertificate({
    subject,
    publicKey: createPublicKey(privateKey),
    signer: issuer ? { key: issuer.key, certificate: issuer.generation.der } : { key: privateKey },
    notBefore: new Date(NOW.getTime() - 86_400_000),
    notAfter: new Date(NOW.getTime() + days * 86_400_000),
    ca: true,
  });
  versions += 1;
  const certificate = new X509Certificate(der);
  const thumbprint = certificate.fingerprint.replaceAll(':', '');
  return {
    key: privateKey,
    generation: { version: `v${versions}`, thumbprint, der, notAfter: certificate.validToDate },
  };
}

/** A CA as whoever issues device certificates uses it. */
export function issuerOf({ key, generation }: Issued): DeviceIssuer {
  const { thumbprint, der } = generation;
  return { thumbprint, der, sign: async (digest) => signDigestEcdsa(key, digest) };
}

/** An entry of `dps-fleet` that holds a generation. */
export function entryOf(name: string, { thumbprint, notAfter }: Generation, with_: Partial<Entry> = {}): Entry {
  return { dps: 'dps-fleet', name, thumbprint, notAfter, isVerified: true, etag: `etag of ${name}`, ...with_ };
}

/** A CA of `kv-fleet`. */
export function caOf(name: string, ...generations: readonly Issued[]): Ca {
  return { name, vault: 'kv-fleet', generations: generations.map(({ generation }) => generation) };
}

/** A group of `dps-fleet` that refers to generations, the primary first. */
export function groupOf(id: string, ...generations: readonly Generation[]): Enrollment {
  const [primary, secondary] = generations.map(({ thumbprint }) => thumbprint);
  return {
    dps: 'dps-fleet',
    kind: 'group',
    id,
    etag: `etag of ${id} ${primary} ${secondary}`,
    refersTo: [primary, secondary],
  };
}

/** A root, a CA that was due and has been renewed, one that was not due, and an entry that no vault knows. */
export async function renewedFleet(): Promise<{
  root: Issued;
  old: Issued;
  fresh: Issued;
  before: Fleet;
  /** In the overlap. */
  renewed: Fleet;
  after: Fleet;
}> {
  const root = await issueGeneration({ subject: 'CN=Root', days: 5000 });
  const old = await issueGeneration({ subject: 'CN=A', issuer: root });
  const fresh = await issueGeneration({ subject: 'CN=A', issuer: root, days: 730 });
  const other = await issueGeneration({ subject: 'CN=B', issuer: root, days: 700 });
  const partner = await issueGeneration({ subject: 'CN=Partner', days: 200 });
  const entries = [
    entryOf('PlantA', old.generation),
    entryOf('PlantB', other.generation),
    entryOf('partner', partner.generation),
  ];
  const others = [caOf('root', root), caOf('b', other)];
  const groupB = groupOf('line-b', other.generation);
  const renewed = {
    cas: [...others, caOf('a', old, fresh)],
    entries: [...entries, entryOf(`a-${fresh.generation.thumbprint}`, fresh.generation)],
    enrollments: [groupOf('line-a', fresh.generation, old.generation), groupB],
  };
  return {
    root,
    old,
    fresh,
    before: { cas: [...others, caOf('a', old)], entries, enrollments: [groupOf('line-a', old.generation), groupB] },
    renewed,
    after: {
      ...renewed,
      entries: renewed.entries.filter(({ name }) => name !== 'PlantA'),
      enrollments: [groupOf('line-a', fresh.generation), groupB],
    },
  };
}
