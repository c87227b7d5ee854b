import { glob, readFile } from 'node:fs/promises';
import Module, { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as z from 'zod';
import { createRegistry, type Registry } from './core-api.ts';
import type { Log } from './log.ts';

const packageJson = z.object({ main: z.string().min(1), type: z.enum(['module', 'commonjs']).default('commonjs') });

/**
 * Loads the app in `folder` as the Node worker does and returns what it registered: every file that `main` of its
 * package.json matches, one after another, with `require('@azure/functions-core')` answered by the registry.
 * Throws whatever a file throws; the caller then runs none of the functions, as the real host does.
 */
export async function loadApp(folder: string, log: Log): Promise<Registry> {
  const manifest = await readManifest(folder);
  const files = await matchingFiles(folder, manifest.main);
  const registry = createRegistry(log);
  if (files.length === 0) {
    log('error', `No file in ${folder} matches "main" of its package.json, "${manifest.main}": is the app built?`);
    return registry;
  }
  answerCoreApi(registry.coreApi);
  for (const file of files) await loadFile(file, manifest.type);
  registry.lock();
  await runAppStart(registry, folder);
  return registry;
}

async function readManifest(folder: string): Promise<z.infer<typeof packageJson>> {
  const file = path.join(folder, 'package.json');
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new Error(`Cannot read ${file}: a Functions app needs a package.json with "main".`, { cause });
  });
  try {
    return packageJson.parse(JSON.parse(text));
  } catch (cause) {
    throw new Error(`Cannot use ${file}: it must be JSON with "main", the file or glob that registers functions.`, {
      cause,
    });
  }
}

/** Matching files in the worker's order: files of a folder before those of folders in it, then by name. */
async function matchingFiles(folder: string, pattern: string): Promise<string[]> {
  const matches: string[] = [];
  for await (const match of glob(pattern, { cwd: folder })) matches.push(match);
  const depth = (file: string) => file.split(path.sep).length;
  return matches.sort((a, b) => depth(a) - depth(b) || (a < b ? -1 : 1)).map((match) => path.join(folder, match));
}

/** Answers `require('@azure/functions-core')` anywhere in this process, bundles included, by patching Module. */
function answerCoreApi(coreApi: object): void {
  const original = Module.prototype.require;
  Module.prototype.require = function (this: Module, id: string): unknown {
    return id === '@azure/functions-core' ? coreApi : original.call(this, id);
  } as typeof original;
}

async function loadFile(file: string, type: 'module' | 'commonjs'): Promise<void> {
  const extension = path.extname(file);
  const isModule = extension === '.mjs' || (type === 'module' && extension !== '.cjs');
  try {
    if (isModule) await import(pathToFileURL(file).href);
    else createRequire(file)(file);
  } catch (cause) {
    throw new Error(`Worker was unable to load entry point "${file}".`, { cause });
  }
}

async function runAppStart(registry: Registry, folder: string): Promise<void> {
  const capabilities = (await registry.programmingModel()?.getCapabilities({})) ?? {};
  if (capabilities.HttpUri !== undefined) {
    throw new Error(
      'Cannot run an app that calls app.setup({ enableHttpStream: true }): this host has no HTTP streams.',
    );
  }
  for (const hook of registry.hooks.appStart) await hook({ hookData: {}, functionAppDirectory: folder });
}
