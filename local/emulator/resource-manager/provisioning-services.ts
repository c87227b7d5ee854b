import type { X509Certificate } from 'node:crypto';
import type { ServiceState } from '../create-service-state.ts';
import type { EntryChange } from '../observer/observer.ts';
import type { EtagSource } from './etag-source.ts';

/** `properties.state` of the provisioning service resource, as the resource provider spells it. */
export const SERVICE_STATES = [
  'Activating',
  'Active',
  'Deleting',
  'Deleted',
  'ActivationFailed',
  'DeletionFailed',
  'Transitioning',
  'Suspending',
  'Suspended',
  'Resuming',
  'FailingOver',
  'FailoverFailed',
] as const;
export type LifecycleState = (typeof SERVICE_STATES)[number];

/** One CA certificate in a DPS. */
export interface CertificateEntry {
  readonly name: string;
  readonly certificate: X509Certificate;
  /** Base64, as it was uploaded: of DER, or of a PEM file. */
  readonly content: string;
  readonly isVerified: boolean;
  readonly updated: Date;
  /** Base64 of a quoted etag; If-Match takes it as it is. */
  readonly etag: string;
  /** 48 upper-case hex digits; `undefined` where none has been generated for this content, or it has been used. */
  readonly verificationCode: string | undefined;
}

export interface LinkedHub {
  /** Host name. */
  readonly name: string;
  readonly location: string;
  readonly allocationWeight: number;
}

export interface SharedAccessPolicy {
  readonly keyName: string;
  /** Base64. */
  readonly primaryKey: string;
  readonly secondaryKey: string;
  readonly rights: string;
}

/** One DPS: what the resource manager shows of it, and what its own APIs work on. */
export interface ProvisioningService extends ServiceState {
  readonly name: string;
  readonly location: string;
  readonly idScope: string;
  readonly etag: string;
  readonly allocationPolicy: 'Hashed' | 'GeoLatency' | 'Static';
  readonly hubs: readonly LinkedHub[];
  readonly policies: readonly SharedAccessPolicy[];
  /** `host:port`; known only once the servers listen, hence mutable. */
  serviceOperationsHostName: string;
  deviceProvisioningHostName: string;
  /** A test sets it to see what happens beside an inactive service. */
  state: LifecycleState;
}

/** The certificate entries of one DPS. Names are compared without regard to case, as all ARM resource names are. */
export interface CertificateEntries {
  /** In the order of their creation. */
  list(): CertificateEntry[];
  get(name: string): CertificateEntry | undefined;
  /** Writes an entry under a new ETag, which it returns with it. The name keeps the spelling it was created with. */
  put(entry: Omit<CertificateEntry, 'etag'>): CertificateEntry;
  delete(name: string): void;
}

/** All DPS of the emulator. */
export interface ProvisioningServices {
  list(): ProvisioningService[];
  get(name: string): ProvisioningService | undefined;
  add(service: ProvisioningService): void;
}

export function createProvisioningServices(): ProvisioningServices {
  const services = new Map<string, ProvisioningService>();
  return {
    list: () => [...services.values()],
    get: (name) => services.get(name.toLowerCase()),
    add: (service) => {
      services.set(service.name.toLowerCase(), service);
    },
  };
}

/** @param onChange called after every write */
export function createCertificateEntries(
  nextEtag: EtagSource,
  onChange: (change: EntryChange) => void,
): CertificateEntries {
  const entries = new Map<string, CertificateEntry>();
  return {
    list: () => [...entries.values()],
    get: (name) => entries.get(name.toLowerCase()),
    put: (content) => {
      const key = content.name.toLowerCase();
      const before = entries.get(key);
      const after = { ...content, name: before?.name ?? content.name, etag: nextEtag() };
      entries.set(key, after);
      onChange({ before, after });
      return after;
    },
    delete: (name) => {
      const before = entries.get(name.toLowerCase());
      entries.delete(name.toLowerCase());
      if (before) onChange({ before, after: undefined });
    },
  };
}
