import * as z from 'zod';
import { timeSchema, vaultReferenceSchema } from './seed-parts.ts';

/** The members of a seeded enrollment that say what it trusts; it has exactly one of them. */
export const SEED_ATTESTATIONS = ['caReferences', 'signingCertificates', 'clientCertificates', 'symmetricKey'] as const;

const entryNamesSchema = z
  .strictObject({ primary: z.string().optional(), secondary: z.string().optional() })
  .meta({ description: 'Names of certificates of this provisioning service.' });
const vaultReferencesSchema = z
  .strictObject({ primary: vaultReferenceSchema.optional(), secondary: vaultReferenceSchema.optional() })
  .meta({ description: 'Certificates that the enrollment holds itself.' });

/** An enrollment of a seed: a group or an individual one. Whatever else its record needs has the service's defaults. */
export const seedEnrollmentSchema = z
  .strictObject({
    id: z
      .string()
      .regex(
        /^[A-Za-z0-9]([A-Za-z0-9._:-]{0,126}[A-Za-z0-9-])?$/,
        "must be 1 to 128 letters, digits, '-', '.', '_', ':'",
      )
      .meta({ description: 'enrollmentGroupId or registrationId.' }),
    caReferences: entryNamesSchema.optional(),
    signingCertificates: vaultReferencesSchema.optional(),
    clientCertificates: vaultReferencesSchema.optional(),
    symmetricKey: z
      .union([z.literal(true), z.strictObject({ primaryKey: z.base64(), secondaryKey: z.base64() })], {
        error: 'must be true or {"primaryKey", "secondaryKey"}, both base64',
      })
      .optional()
      .meta({ description: 'true: the keys are made.' }),
    provisioningStatus: z.enum(['enabled', 'disabled']).optional(),
    allocationPolicy: z
      .enum(['hashed', 'geoLatency', 'static', 'custom'])
      .optional()
      .meta({ description: 'Default: custom if there is a webhookUrl.' }),
    webhookUrl: z.url().optional().meta({ description: 'Of the custom allocation.' }),
    iotHubs: z.array(z.string()).optional().meta({ description: 'Names of hubs of this provisioning service.' }),
    reprovisionPolicy: z.strictObject({ updateHubAssignment: z.boolean(), migrateDeviceData: z.boolean() }).optional(),
    initialTwin: z.record(z.string(), z.unknown()).optional(),
    lastUpdated: timeSchema
      .optional()
      .meta({ description: 'Default: when its newest certificate began, at the latest now.' }),
  })
  .meta({ description: 'It has one of caReferences, signingCertificates, clientCertificates and symmetricKey.' });

export type SeedEnrollment = z.infer<typeof seedEnrollmentSchema>;
