import * as z from 'zod';

// What the app's routes answer, as far as this command shows it.

const stepSchema = z.object({
  lane: z.string(),
  step: z.string(),
  reason: z.string().optional(),
  explanation: z.string(),
  detail: z.string().optional(),
  at: z.iso.datetime().optional(),
});

/** Of `POST /api/renew`, 202. */
export const queuedSchema = z.object({
  at: z.iso.datetime(),
  ca: z.string(),
  vault: z.string(),
  force: z.boolean(),
  thumbprint: z.string(),
  notAfter: z.iso.datetime(),
  next: stepSchema,
  status: z.string(),
});

/** Of `POST /api/renew`, 400, 404, 409 and 503. */
export const deniedSchema = z.object({
  reason: z.string(),
  message: z.string(),
  faults: z.array(z.string()).default([]),
});

const caSchema = z.object({
  ca: z.object({ vaultUrl: z.string(), name: z.string() }),
  generations: z.array(z.object({ thumbprint: z.string(), notAfter: z.iso.datetime() })),
  next: z.array(stepSchema),
  renewedAt: z.iso.datetime().optional(),
});

const happeningSchema = z.object({
  at: z.iso.datetime(),
  event: z.string(),
  ca: z.string().optional(),
  vault: z.string().optional(),
  dps: z.string().optional(),
  thumbprint: z.string().optional(),
  reason: z.string().optional(),
  message: z.string().optional(),
});

const obstacleSchema = z.object({
  severity: z.string(),
  reason: z.string(),
  ca: z.object({ vaultUrl: z.string(), name: z.string() }).optional(),
  dps: z.string().optional(),
  message: z.string(),
  metAt: z.iso.datetime().optional(),
});

/** Of `GET /api/status`, 200. Without a snapshot no scan has run yet. */
export const statusSchema = z.object({
  snapshot: z
    .object({ cas: z.array(caSchema), obstacles: z.array(obstacleSchema), history: z.array(happeningSchema) })
    .optional(),
});

export type Queued = z.infer<typeof queuedSchema>;
export type Denied = z.infer<typeof deniedSchema>;
export type Obstacle = z.infer<typeof obstacleSchema>;
export type Step = z.infer<typeof stepSchema>;
export type Happening = z.infer<typeof happeningSchema>;
