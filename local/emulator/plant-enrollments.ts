import { X509Certificate } from 'node:crypto';
import { plantEnrollment } from './enrollments/plant-enrollment.ts';
import type { JsonObject } from './lossless-json.ts';
import type { ProvisioningService } from './resource-manager/provisioning-services.ts';
import type { Seed } from './seed.ts';
import type { SeedEnrollment } from './seed-enrollments.ts';
import type { SeedReference } from './seed-parts.ts';
import { parseSeedTime } from './seed-time.ts';

export interface EnrollmentsTarget {
  readonly service: ProvisioningService;
  /** DER of a certificate of the seed. */
  readonly certificateOf: (reference: SeedReference) => Promise<Uint8Array>;
  readonly random: (bytes: number) => Uint8Array;
  readonly now: Date;
}

/** Puts the enrollments of a seed that `parseSeed` has accepted into a DPS that has its certificates already. */
export async function plantEnrollments(
  { enrollmentGroups, individualEnrollments }: Seed['provisioningServices'][number],
  target: EnrollmentsTarget,
): Promise<void> {
  const { service, random } = target;
  for (const [kind, seeded] of [
    ['group', enrollmentGroups],
    ['individual', individualEnrollments],
  ] as const) {
    for (const enrollment of seeded) {
      const { attestation, certificates } = await attestationOf(enrollment, target);
      const at = lastUpdated(enrollment, certificates, target.now);
      plantEnrollment(service, kind, enrollment.id, recordOf(enrollment, attestation), { at, random });
    }
  }
}

function recordOf(enrollment: SeedEnrollment, attestation: JsonObject): JsonObject {
  const { webhookUrl, iotHubs, provisioningStatus = 'enabled', reprovisionPolicy, initialTwin } = enrollment;
  const allocationPolicy = enrollment.allocationPolicy ?? (webhookUrl === undefined ? undefined : 'custom');
  return {
    attestation,
    capabilities: { iotEdge: false },
    ...(initialTwin && { initialTwin }),
    provisioningStatus,
    reprovisionPolicy: reprovisionPolicy ?? { updateHubAssignment: true, migrateDeviceData: true },
    ...(allocationPolicy && { allocationPolicy }),
    ...(iotHubs && { iotHubs: iotHubs.map((name) => `${name}.azure-devices.net`) }),
    ...(webhookUrl && { customAllocationDefinition: { webhookUrl, apiVersion: '2021-10-01' } }),
  };
}

interface Attestation {
  readonly attestation: JsonObject;
  readonly certificates: readonly X509Certificate[];
}

async function attestationOf(enrollment: SeedEnrollment, target: EnrollmentsTarget): Promise<Attestation> {
  const { symmetricKey, caReferences } = enrollment;
  if (symmetricKey) {
    const keys = symmetricKey === true ? {} : symmetricKey;
    return { attestation: { type: 'symmetricKey', symmetricKey: keys }, certificates: [] };
  }
  if (caReferences) {
    const names = Object.values(caReferences).filter((name) => name !== undefined);
    const certificates = names.flatMap((name) => target.service.certificates.get(name)?.certificate ?? []);
    return { attestation: { type: 'x509', x509: { caReferences } }, certificates };
  }
  const kind = enrollment.signingCertificates ? 'signingCertificates' : 'clientCertificates';
  const slots: Record<string, JsonObject> = {};
  const certificates: X509Certificate[] = [];
  for (const [slot, reference] of Object.entries(enrollment[kind] ?? {})) {
    if (!reference) continue;
    const certificate = new X509Certificate(await target.certificateOf(reference));
    certificates.push(certificate);
    slots[slot] = { certificate: certificate.toString() };
  }
  return { attestation: { type: 'x509', x509: { [kind]: slots } }, certificates };
}

function lastUpdated(enrollment: SeedEnrollment, certificates: readonly X509Certificate[], now: Date): Date {
  const given = enrollment.lastUpdated === undefined ? undefined : parseSeedTime(enrollment.lastUpdated, now);
  if (given) return given;
  const beginnings = certificates.map(({ validFromDate }) => validFromDate.getTime());
  return beginnings.length === 0 ? now : new Date(Math.min(Math.max(...beginnings), now.getTime()));
}
