import * as z from 'zod';
import type { EmulatorApi } from './emulator-api.ts';
import type { Enrollment, Entry } from './fleet.ts';
import { ENROLLMENTS } from './service-apis.ts';

const names = z.object({ primary: z.string().nullish(), secondary: z.string().nullish() });
const embedded = z.object({ info: z.object({ sha1Thumbprint: z.string() }) }).nullish();
const certificates = z.object({ primary: embedded, secondary: embedded });
const enrollment = z.object({
  enrollmentGroupId: z.string().optional(),
  registrationId: z.string().optional(),
  etag: z.string(),
  attestation: z.object({
    x509: z.object({ caReferences: names.nullish(), signingCertificates: certificates.nullish() }).nullish(),
  }),
});

/** Reads the enrollments of a DPS through its service API. `entries` tell which certificate a name stands for. */
export async function readEnrollments(
  api: EmulatorApi,
  dps: string,
  host: string,
  entries: readonly Entry[],
): Promise<Enrollment[]> {
  const [groups, individuals] = await Promise.all([
    api.query(`https://${host}/enrollmentGroups/query?${ENROLLMENTS.version}`, ENROLLMENTS.audience),
    api.query(`https://${host}/enrollments/query?${ENROLLMENTS.version}`, ENROLLMENTS.audience),
  ]);
  const toEnrollment = (kind: Enrollment['kind'], item: unknown): Enrollment => {
    const { enrollmentGroupId, registrationId, etag, attestation } = enrollment.parse(item);
    const { caReferences, signingCertificates } = attestation.x509 ?? {};
    const refersTo = (place: 'primary' | 'secondary') =>
      signingCertificates?.[place]?.info.sha1Thumbprint ??
      entries.find(({ name }) => name === caReferences?.[place])?.thumbprint;
    return {
      dps,
      kind,
      id: enrollmentGroupId ?? registrationId ?? '',
      etag,
      refersTo: [refersTo('primary'), refersTo('secondary')],
    };
  };
  return [
    ...groups.map((item) => toEnrollment('group', item)),
    ...individuals.map((item) => toEnrollment('individual', item)),
  ];
}
