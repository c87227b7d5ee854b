import { writeFileSync } from 'node:fs';
import { SEED_SCHEMA_PATH, seedSchemaText } from './seed-schema-file.ts';

writeFileSync(SEED_SCHEMA_PATH, seedSchemaText());
