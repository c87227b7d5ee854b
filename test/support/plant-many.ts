import { randomBytes } from 'node:crypto';
import { plantEnrollment } from '../../local/emulator/enrollments/plant-enrollment.ts';
import type { ProvisioningService } from '../../local/emulator/resource-manager/provisioning-services.ts';

/** Puts so many individual enrollments into an emulated DPS, `press-0` and so on, which name an entry. */
export function plantMany(dps: ProvisioningService, count: number, entry: string, at = new Date()): void {
  const record = {
    attestation: { type: 'x509', x509: { caReferences: { primary: entry, secondary: null } } },
    provisioningStatus: 'enabled',
    // As long as a record may well be: what a test says of memory is about these.
    optionalDeviceInformation: { site: 'Ulm', note: 'x'.repeat(2_000) },
  };
  for (let index = 0; index < count; index += 1) {
    plantEnrollment(dps, 'individual', `press-${index}`, record, { at, random: randomBytes });
  }
}
