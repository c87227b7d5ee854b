import * as z from 'zod';
import { badParameter } from './vault-error.ts';

/** Tags: at most 15, names and values of at most 256 characters (Key Vault's limits). */
export const tagsRequest = z
  .record(z.string().max(256), z.string().max(256))
  .refine((tags) => Object.keys(tags).length <= 15, 'has more than 15 tags');

/** Attributes of which a client may choose one; nbf and exp follow the certificate. */
export const attributesRequest = z.object({ enabled: z.boolean().nullish() });

/**
 * Reads a body against a schema, or refuses with 400 BadParameter and the name of the first faulty property.
 *
 * @param body parsed JSON, `undefined` when the request had none.
 * @param prefix where the body stands in the whole, for the property's name; '' at the top.
 */
export function parseBody<T>(schema: z.ZodType<T>, body: unknown, prefix = ''): T {
  if (body === undefined) throw badParameter('Request body not specified');
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const property = [prefix, ...(issue?.path ?? [])].filter((part) => part !== '').join('.');
  throw badParameter(`Property ${property || 'body'} has invalid value: ${issue?.message ?? 'not readable'}`);
}
