import { X509Certificate } from 'node:crypto';
import type { Emulator } from '../../local/emulator/emulator.ts';

/** What the emulated services hold, as plain values that compare. */
export interface EndState {
  /** Versions by `vault/name`, the oldest first. */
  readonly vaults: Readonly<Record<string, readonly VersionState[]>>;
  /** Entries by DPS, the oldest first. */
  readonly services: Readonly<Record<string, readonly EntryState[]>>;
}

export interface VersionState {
  readonly version: string;
  readonly enabled: boolean;
  /** SHA-1 of the DER, upper-case hex. */
  readonly thumbprint: string;
  /** ISO 8601. */
  readonly notAfter: string;
  readonly der: Uint8Array;
}

export interface EntryState {
  readonly name: string;
  readonly thumbprint: string;
  readonly notAfter: string;
  readonly isVerified: boolean;
  /** Changes with every write. */
  readonly etag: string;
}

/** Looks behind the emulator's front doors: what the app sees through them is the app's own view. */
export function endState({ vaults, provisioningServices }: Emulator): EndState {
  const versions = [...vaults.values()].flatMap((vault) =>
    [...vault.certificates()].map(([name, held]) => [
      `${vault.instance}/${name}`,
      held.map(({ version, enabled, der }) => ({ version, enabled, der, ...facts(new X509Certificate(der)) })),
    ]),
  );
  const services = provisioningServices.list().map(({ name, certificates }) => [
    name,
    certificates.list().map((entry) => {
      const { name: entryName, isVerified, etag, certificate } = entry;
      return { name: entryName, isVerified, etag, ...facts(certificate) };
    }),
  ]);
  return { vaults: Object.fromEntries(versions), services: Object.fromEntries(services) };
}

function facts({ fingerprint, validToDate }: X509Certificate) {
  return { thumbprint: fingerprint.replaceAll(':', ''), notAfter: validToDate.toISOString() };
}
