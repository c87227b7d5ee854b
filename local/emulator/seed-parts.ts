import * as z from 'zod';
import { parseSeedTime } from './seed-time.ts';

/** A time of a seed. */
export const timeSchema = z
  .string()
  .refine((text) => parseSeedTime(text, new Date(0)) !== undefined, {
    error: (issue) => `${JSON.stringify(issue.input)} is neither an ISO 8601 date-time nor a duration such as -P300D`,
  })
  .meta({
    description: 'ISO 8601: a date-time with its offset, or a duration from now on; negative for the past (-P300D).',
  });

export const vaultReferenceSchema = z
  .strictObject({ vault: z.string(), name: z.string() })
  .meta({ description: 'A certificate in a vault of this seed.' });

export type SeedReference = z.infer<typeof vaultReferenceSchema>;
