import * as z from 'zod';
import { AZURE_BUCKETS, type BucketSizes } from '../resource-manager/throttle.ts';

const bucketSchema = z.strictObject({
  capacity: z.number().min(1).max(1_000_000),
  perSecond: z.number().positive().max(1_000_000),
});

const sizesSchema = z.strictObject({
  reads: bucketSchema.default(AZURE_BUCKETS.reads),
  writes: bucketSchema.default(AZURE_BUCKETS.writes),
  deletes: bucketSchema.default(AZURE_BUCKETS.deletes),
});

/**
 * Parses the body of `PUT /throttle`: `{"reads"?, "writes"?, "deletes"?}`, each `{"capacity", "perSecond"}`, Azure's own
 * where left out. Either the sizes, or one sentence for each thing that is wrong with them.
 */
export function parseBucketSizes(value: unknown): { readonly sizes: BucketSizes } | { readonly errors: string[] } {
  const parsed = sizesSchema.safeParse(value);
  if (parsed.success) return { sizes: parsed.data };
  return {
    errors: parsed.error.issues.map((issue) => `${z.core.toDotPath(issue.path) || 'the body'}: ${issue.message}`),
  };
}
