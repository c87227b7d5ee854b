import { type Behaviour, DEFAULT_BEHAVIOUR } from './behaviour.ts';
import { createEnrollmentStore, type EnrollmentStores } from './enrollments/enrollment-store.ts';
import { createRegistrationStore, type RegistrationStore } from './enrollments/registration-store.ts';
import { createObserver, type ObservedService, type Observer } from './observer/observer.ts';
import { createEtagSource } from './resource-manager/etag-source.ts';
import { type CertificateEntries, createCertificateEntries } from './resource-manager/provisioning-services.ts';

/** What one DPS holds, and who watches it. */
export interface ServiceState {
  readonly certificates: CertificateEntries;
  readonly enrollments: EnrollmentStores;
  readonly registrations: RegistrationStore;
  /** A test may change it at any time. */
  readonly behaviour: Behaviour;
  readonly observer: Observer;
}

/** What a DPS is made in. */
export interface ServiceWorld extends Pick<ObservedService, 'now' | 'used'> {
  readonly random: (bytes: number) => Uint8Array;
}

/** Makes the state of an empty DPS, with an observer that sees every change to it, whoever makes it. */
export function createServiceState(
  name: string,
  { now, random, used }: ServiceWorld,
  behaviour: Partial<Behaviour> = {},
): ServiceState {
  const nextEtag = createEtagSource(now, random);
  const observer: Observer = createObserver({
    name,
    entries: () => certificates,
    enrollments: () => enrollments,
    now,
    used,
  });
  const certificates = createCertificateEntries(nextEtag, observer.entryChanged);
  const enrollments: EnrollmentStores = {
    group: createEnrollmentStore('group', nextEtag, observer.enrollmentChanged),
    individual: createEnrollmentStore('individual', nextEtag, observer.enrollmentChanged),
  };
  const registrations = createRegistrationStore(nextEtag);
  return { certificates, enrollments, registrations, behaviour: { ...DEFAULT_BEHAVIOUR, ...behaviour }, observer };
}
