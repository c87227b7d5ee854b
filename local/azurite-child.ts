import { rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import process from 'node:process';
import { onShutdown } from './stop-with-parent.ts';

/*
 * Azurite in a process of its own that ends with its parent: Azurite does not watch for that. Its current folder is a
 * temporary one that it owns. Arguments are Azurite's, and it prints the addresses it listens on.
 */
const folder = process.cwd();
onShutdown(() => rm(folder, { recursive: true, force: true }));
createRequire(import.meta.url)('azurite/dist/src/azurite.js');
