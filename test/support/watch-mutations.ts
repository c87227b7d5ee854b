import type { EnrollmentChange, EnrollmentStore } from '../../local/emulator/enrollments/enrollment-store.ts';
import type { EntryChange } from '../../local/emulator/observer/observer.ts';
import type {
  CertificateEntries,
  ProvisioningService,
} from '../../local/emulator/resource-manager/provisioning-services.ts';

/** Who is told of every write to a DPS, right after it. */
export interface MutationWatcher {
  readonly enrollment: (dps: ProvisioningService, change: EnrollmentChange) => void;
  readonly entry: (dps: ProvisioningService, change: EntryChange) => void;
}

/** Has every write to these DPS told, from now on and whoever makes it. */
export function watchMutations(services: readonly ProvisioningService[], watcher: MutationWatcher): void {
  for (const dps of services) {
    for (const store of Object.values(dps.enrollments)) {
      watchEnrollments(store, (change) => watcher.enrollment(dps, change));
    }
    watchEntries(dps.certificates, (change) => watcher.entry(dps, change));
  }
}

function watchEnrollments(store: EnrollmentStore, told: (change: EnrollmentChange) => void): void {
  const { put, delete: remove } = store;
  Object.assign(store, {
    put: (...given: Parameters<typeof put>) => {
      const before = store.get(given[0]);
      const after = put(...given);
      told({ before, after });
      return after;
    },
    delete: (id: string) => {
      const before = store.get(id);
      remove(id);
      told({ before, after: undefined });
    },
  } satisfies Partial<EnrollmentStore>);
}

function watchEntries(entries: CertificateEntries, told: (change: EntryChange) => void): void {
  const { put, delete: remove } = entries;
  Object.assign(entries, {
    put: (entry: Parameters<typeof put>[0]) => {
      const before = entries.get(entry.name);
      const after = put(entry);
      told({ before, after });
      return after;
    },
    delete: (name: string) => {
      const before = entries.get(name);
      remove(name);
      told({ before, after: undefined });
    },
  } satisfies Partial<CertificateEntries>);
}
