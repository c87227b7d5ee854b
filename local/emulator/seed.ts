import * as z from 'zod';
import { DEFAULT_BEHAVIOUR, DEVICE_CERTIFICATE_SHAPES } from './behaviour.ts';
import { formatDistinguishedName, parseDistinguishedName } from './distinguished-name.ts';
import { KEY_USAGES, SUBJECT_LIMIT } from './key-vault/policy.ts';
import { tagsRequest } from './key-vault/request-body.ts';
import { SERVICE_STATES } from './resource-manager/provisioning-services.ts';
import { seedEnrollmentSchema } from './seed-enrollments.ts';
import { timeSchema, vaultReferenceSchema } from './seed-parts.ts';

const keySchema = z
  .enum(['RSA-2048', 'RSA-3072', 'RSA-4096', 'P-256', 'P-384'])
  .meta({ description: 'Type and size of the key.' });

const vaultNameSchema = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9-]{2,23}$/, 'must be 3 to 24 letters, digits or hyphens and begin with a letter');
const certificateNameSchema = z.string().regex(/^[A-Za-z0-9-]{1,127}$/, 'must be 1 to 127 letters, digits or hyphens');
const subjectSchema = z
  .string()
  .min(1)
  .refine((text) => lengthOfName(text) > 0, {
    error: (issue) => `${JSON.stringify(issue.input)} is not an X.500 name`,
    abort: true,
  })
  .refine((text) => lengthOfName(text) <= SUBJECT_LIMIT, {
    error: ({ input }) =>
      `has ${lengthOfName(String(input))} characters when written out, at most ${SUBJECT_LIMIT} fit`,
  })
  .meta({ description: 'X.500 name, the most specific part first: CN=Fleet Root, O=Contoso.' });

const vaultCertificateSchema = z.strictObject({
  name: certificateNameSchema,
  subject: subjectSchema,
  key: keySchema,
  issuer: vaultReferenceSchema.optional().meta({ description: 'Who signs it. Absent: self-signed.' }),
  notBefore: timeSchema,
  notAfter: timeSchema,
  ca: z.boolean().default(true),
  pathLen: z.int().nonnegative().optional().meta({ description: 'pathLenConstraint of a CA. Absent: no limit.' }),
  keyUsage: z.array(z.enum(KEY_USAGES)).optional().meta({ description: 'Absent: those of a CA.' }),
  tags: tagsRequest.optional(),
  exportable: z.boolean().optional(),
  reuseKey: z.boolean().optional(),
});

const strangerSchema = z
  .strictObject({ subject: subjectSchema, key: keySchema, notBefore: timeSchema, notAfter: timeSchema })
  .meta({ description: 'A self-signed CA whose private key is nowhere.' });

const entrySchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, "must be 1 to 64 letters, digits, '-', '.' or '_'"),
  certificate: z.union([vaultReferenceSchema, strangerSchema], {
    error: 'must be {"vault", "name"} or {"subject", "key", "notBefore", "notAfter"}',
  }),
  verified: z.boolean(),
});

const hubSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9-]{3,50}$/, 'must be 3 to 50 letters, digits or hyphens')
    .meta({ description: 'Its host name is this and .azure-devices.net.' }),
  weight: z.int().min(0).max(1000).default(1).meta({ description: 'allocationWeight of the linked hub.' }),
  location: z.string().default('westeurope'),
});

const behaviourSchema = z
  .strictObject({
    masksWebhookUrl: z
      .boolean()
      .default(DEFAULT_BEHAVIOUR.masksWebhookUrl)
      .meta({ description: 'Answers show ?**** for the query of webhookUrl.' }),
    keepsNamedCertificates: z
      .boolean()
      .default(DEFAULT_BEHAVIOUR.keepsNamedCertificates)
      .meta({ description: 'A certificate that an enrollment names cannot be deleted.' }),
    putWithoutIfMatch: z
      .enum(['overwrite', 'conflict'])
      .default(DEFAULT_BEHAVIOUR.putWithoutIfMatch)
      .meta({ description: 'What a PUT without If-Match does to an enrollment that is there.' }),
    deviceCertificateShape: z
      .enum(DEVICE_CERTIFICATE_SHAPES)
      .default(DEFAULT_BEHAVIOUR.deviceCertificateShape)
      .meta({ description: "What allocation requests say of a device's certificate." }),
  })
  .meta({ description: 'How the service does what nobody has seen it do. The defaults are guesses.' });

const provisioningServiceSchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9-]{3,64}$/, 'must be 3 to 64 letters, digits or hyphens'),
  state: z.enum(SERVICE_STATES).default('Active'),
  hubs: z.array(hubSchema).max(50).default([]),
  certificates: z.array(entrySchema).max(25).default([]).meta({ description: 'At most 25, the limit of the service.' }),
  enrollmentGroups: z.array(seedEnrollmentSchema).default([]),
  individualEnrollments: z.array(seedEnrollmentSchema).default([]),
  behaviour: behaviourSchema.prefault({}),
});

/** What an emulator starts with. `docs/emulator-seed.schema.json` is generated from this. */
export const seedSchema = z
  .strictObject({
    $schema: z.string().optional(),
    version: z.literal(1).meta({ description: 'Of this format.' }),
    vaults: z.array(
      z.strictObject({ name: vaultNameSchema, certificates: z.array(vaultCertificateSchema).default([]) }),
    ),
    provisioningServices: z.array(provisioningServiceSchema),
  })
  .meta({ title: 'Seed of the Azure emulator', description: 'Key vaults and provisioning services to start with.' });

/** A checked seed, its defaults filled in. */
export type Seed = z.infer<typeof seedSchema>;
/** A seed as somebody writes it. */
export type SeedInput = z.input<typeof seedSchema>;
export type SeedCertificate = Seed['vaults'][number]['certificates'][number];
export type SeedStranger = z.infer<typeof strangerSchema>;
export type SeedKey = z.infer<typeof keySchema>;

/** Characters of an X.500 name as a policy shows it, 0 if the text is none. */
function lengthOfName(text: string): number {
  try {
    return formatDistinguishedName(parseDistinguishedName(text)).length;
  } catch {
    return 0;
  }
}
