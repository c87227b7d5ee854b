import { existsSync, realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { AZURITE_FOLDER, AZURITE_FOLDER_PREFIX } from './azurite-folder.ts';
import { onShutdown } from './stop-with-parent.ts';

/*
 * Azurite in a process of its own that ends with its parent: Azurite does not watch for that. Arguments are Azurite's,
 * and it prints the addresses it listens on. At its end it removes its folder, should the parent not be there to do
 * so; only startAzurite says which one, and nothing but a folder of the kind that it makes is ever removed.
 */
const folder = ownFolder();
delete process.env[AZURITE_FOLDER];
onShutdown(() => rm(folder, { recursive: true, force: true }));
createRequire(import.meta.url)('azurite/dist/src/azurite.js');

function ownFolder(): string {
  const given = process.env[AZURITE_FOLDER];
  if (given === undefined) refuse(`${AZURITE_FOLDER} is not set. It is started by startAzurite, not by hand.`);
  if (!existsSync(given)) refuse(`${AZURITE_FOLDER} is '${given}', which does not exist.`);
  const real = realpathSync(given);
  const isOurs = path.dirname(real) === realpathSync(tmpdir()) && path.basename(real).startsWith(AZURITE_FOLDER_PREFIX);
  if (!isOurs) refuse(`${AZURITE_FOLDER} is '${given}', which is no temporary folder of startAzurite's.`);
  return real;
}

function refuse(why: string): never {
  console.error(`Cannot start Azurite: ${why}`);
  process.exit(1);
}
