import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';

/** Settings by name: the app's environment. */
export type AppSettings = Readonly<Record<string, string | undefined>>;

const localSettings = z.object({
  IsEncrypted: z.literal(false).optional(),
  Values: z.record(z.string(), z.coerce.string()).default({}),
});

/** `Values` of the app folder's local.settings.json, empty if there is no such file. */
export async function readLocalSettings(folder: string): Promise<Record<string, string>> {
  const file = path.join(folder, 'local.settings.json');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new Error(`Cannot read ${file}.`, { cause: error });
  }
  try {
    return localSettings.parse(JSON.parse(text)).Values;
  } catch (cause) {
    throw new Error(`Cannot use ${file}: it must be JSON, not encrypted, with settings as strings in "Values".`, {
      cause,
    });
  }
}

/** Replaces each `%NAME%` by that setting; a name without a value throws, which drops the function (not the app). */
export function resolveSettings(text: string, settings: AppSettings): string {
  return text.replace(/%([^%]+)%/g, (whole, name: string) => {
    const value = settings[name];
    if (!value) throw new Error(`'${whole}' does not resolve to a value: set ${name} in the app's settings.`);
    return value;
  });
}

/**
 * The storage connection string that a binding's `connection` names: `AzureWebJobs<name>` or `<name>`, by default
 * AzureWebJobsStorage. Identity-based connections (`<name>__queueServiceUri`) need Azure and are refused.
 */
export function storageConnection(connection: unknown, settings: AppSettings): string {
  const name = typeof connection === 'string' && connection ? connection : 'AzureWebJobsStorage';
  const value = settings[`AzureWebJobs${name}`] ?? settings[name];
  if (value) return value;
  throw new Error(
    `Cannot connect to storage: the setting ${name} is ${value === undefined ? 'not set' : 'empty'}. Set it to a connection string; identity-based connections do not work locally.`,
  );
}
