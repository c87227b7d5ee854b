import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { seedSchema } from './seed.ts';

/** Where the JSON Schema of seed files lies. */
export const SEED_SCHEMA_PATH = fileURLToPath(new URL('../../docs/emulator-seed.schema.json', import.meta.url));

/** The JSON Schema (draft 2020-12) of what one may write in a seed file, as the text of the file. */
export function seedSchemaText(): string {
  return `${JSON.stringify(z.toJSONSchema(seedSchema, { io: 'input' }), undefined, 2)}\n`;
}
