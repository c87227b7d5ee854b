import type { JsonObject } from '../lossless-json.ts';
import type { EtagSource } from '../resource-manager/etag-source.ts';
import { createPagedStore, type Page, type PagedStore } from './paged-store.ts';

/** What DPS knows of a device that has registered: a DeviceRegistrationState of its service API. */
export interface Registration {
  readonly registrationId: string;
  /** `undefined` where the device came in by an individual enrollment. */
  readonly enrollmentGroupId: string | undefined;
  /** With its quotes. */
  readonly etag: string;
  /** The other members: assignedHub, deviceId, status, createdDateTimeUtc, lastUpdatedDateTimeUtc, … */
  readonly state: JsonObject;
}

/** The registrations of one DPS. Ids are compared without regard to case. */
export interface RegistrationStore {
  readonly size: number;
  get(registrationId: string): Registration | undefined;
  /** Writes a registration under a new ETag. */
  put(registration: Omit<Registration, 'etag'>): Registration;
  delete(registrationId: string): void;
  ofGroup(enrollmentGroupId: string, after: number, count: number): Page<Registration>;
}

/** @param nextEtag ETags as for certificates: base64 of what stands here unencoded */
export function createRegistrationStore(nextEtag: EtagSource): RegistrationStore {
  const all = new Map<string, Registration>();
  const groups = new Map<string, PagedStore<Registration>>();
  const groupOf = ({ enrollmentGroupId }: Pick<Registration, 'enrollmentGroupId'>) =>
    enrollmentGroupId === undefined ? undefined : groups.get(enrollmentGroupId.toLowerCase());
  const remove = (key: string) => {
    const present = all.get(key);
    if (!present) return;
    all.delete(key);
    groupOf(present)?.delete(key);
  };
  return {
    get size() {
      return all.size;
    },
    get: (registrationId) => all.get(registrationId.toLowerCase()),
    put: (content) => {
      const key = content.registrationId.toLowerCase();
      const registration = { ...content, etag: Buffer.from(nextEtag(), 'base64').toString() };
      const present = all.get(key);
      if (present && groupOf(present) !== groupOf(content)) remove(key);
      all.set(key, registration);
      if (content.enrollmentGroupId !== undefined) {
        const groupKey = content.enrollmentGroupId.toLowerCase();
        const group = groups.get(groupKey) ?? createPagedStore<Registration>();
        groups.set(groupKey, group);
        group.set(key, registration);
      }
      return registration;
    },
    delete: (registrationId) => remove(registrationId.toLowerCase()),
    ofGroup: (enrollmentGroupId, after, count) =>
      groups.get(enrollmentGroupId.toLowerCase())?.page(after, count) ?? { items: [], next: undefined },
  };
}
