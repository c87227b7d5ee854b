import { Refused } from '../errors.ts';
import type { Enrollments, KeyVault, Ports, ProvisioningService } from '../ports.ts';

/** A permission that a reading was refused for. */
export interface MissingPermission {
  /** Azure's name of the action, or data action. */
  readonly permission: string;
  /** Vault URL or DPS resource id: where it is missing. */
  readonly target: string;
  /** The service's own words. */
  readonly message: string;
}

/** The state of a DPS that may not be read. */
export const UNKNOWN_STATE = 'unknown';

/** Names of Azure's operations, by what of them is read. */
const PERMISSIONS = {
  certificates: 'Microsoft.KeyVault/vaults/certificates/read',
  service: 'Microsoft.Devices/provisioningServices/read',
  entries: 'Microsoft.Devices/provisioningServices/certificates/read',
  group: 'Microsoft.Devices/provisioningServices/enrollmentGroups/read',
  individual: 'Microsoft.Devices/provisioningServices/enrollments/read',
  registrations: 'Microsoft.Devices/provisioningServices/registrationStates/read',
} as const;

type Reading = <T>(permission: keyof typeof PERMISSIONS, read: () => Promise<T>) => Promise<T>;

/**
 * The same world, for looking only: whatever writes or signs throws, events go nowhere, and `missing` names the
 * permissions that readings were refused for, each once for a vault or DPS.
 * @param withoutState what a DPS is whose entries may be read and whose state may not: of `UNKNOWN_STATE`, for those who
 * only show it, or refused like everything else, for those who decide
 */
export function readingPorts(
  ports: Ports,
  withoutState: 'shown' | 'refused',
): { readonly ports: Ports; readonly missing: () => MissingPermission[] } {
  const missing = new Map<string, MissingPermission>();
  const readingOf =
    (target: string): Reading =>
    async (name, read) => {
      try {
        return await read();
      } catch (error) {
        const permission = PERMISSIONS[name];
        if (error instanceof Refused && error.reason === 'forbidden') {
          missing.set(`${target} ${permission}`, { permission, target, message: error.message });
        }
        throw error;
      }
    };
  const reading: Ports = {
    ...ports,
    vaults: mapped(ports.vaults, (vault) => readingVault(vault, readingOf(vault.url))),
    services: mapped(ports.services, (service) => readingService(service, readingOf(service.id), withoutState)),
    enrollments: mapped(ports.enrollments, (enrollments, id) => readingEnrollments(enrollments, readingOf(id))),
    ...(ports.attestations && { attestations: { ...ports.attestations, record: never } }),
    emit: () => undefined,
  };
  return { ports: reading, missing: () => [...missing.values()] };
}

function readingVault(vault: KeyVault, reading: Reading): KeyVault {
  return {
    url: vault.url,
    list: () => reading('certificates', () => vault.list()),
    versions: (name) => reading('certificates', () => vault.versions(name)),
    current: (name) => reading('certificates', () => vault.current(name)),
    certificate: (name, version) => reading('certificates', () => vault.certificate(name, version)),
    pendingRequest: (name) => reading('certificates', () => vault.pendingRequest(name)),
    createRequest: never,
    createSeed: never,
    restorePolicy: never,
    setTags: never,
    disable: never,
    deleteRequest: never,
    merge: never,
    sign: never,
  };
}

function readingService(
  service: ProvisioningService,
  reading: Reading,
  withoutState: 'shown' | 'refused',
): ProvisioningService {
  return {
    id: service.id,
    name: service.name,
    state: async () => {
      try {
        return await reading('service', () => service.state());
      } catch (error) {
        // The entries can be shown all the same; the permission is named.
        const isForbidden = error instanceof Refused && error.reason === 'forbidden';
        if (isForbidden && withoutState === 'shown') return UNKNOWN_STATE;
        throw error;
      }
    },
    entries: () => reading('entries', () => service.entries()),
    serviceOperationsHostName: () => reading('service', () => service.serviceOperationsHostName()),
    linkedHubs: () => reading('service', () => service.linkedHubs()),
    upload: never,
    generateVerificationCode: never,
    verify: never,
    deleteEntry: never,
  };
}

function readingEnrollments(enrollments: Enrollments, reading: Reading): Enrollments {
  return {
    enrollments: (kind) => readingPages(kind, enrollments.enrollments(kind), reading),
    enrollment: (kind, id) => reading(kind, () => enrollments.enrollment(kind, id)),
    registrations: (enrollment) => readingPages('registrations', enrollments.registrations(enrollment), reading),
    replaceEnrollment: never,
  };
}

async function* readingPages<T>(name: keyof typeof PERMISSIONS, from: AsyncIterable<T>, reading: Reading) {
  const pages = from[Symbol.asyncIterator]();
  for (;;) {
    const page = await reading(name, () => pages.next());
    if (page.done) return;
    yield page.value;
  }
}

async function never(): Promise<never> {
  throw new Error('Nothing is written by what only looks');
}

function mapped<T>(from: ReadonlyMap<string, T>, map: (value: T, key: string) => T): ReadonlyMap<string, T> {
  return new Map([...from].map(([key, value]) => [key, map(value, key)]));
}
