import { createHash } from 'node:crypto';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '../shared/errors.ts';
import { checkTypes } from './build.ts';
import { type PackagedApp, packageApp, packageInto } from './package/package-app.ts';
import { readOptions } from './read-options.ts';
import { counted } from './terminal/layout.ts';

const USAGE = `Usage: npm run package -- [--out FILE | --folder DIRECTORY] [--json]

Checks the types and makes the zip that is deployed: host.json, package.json and the bundle, which needs no node_modules
and no build in Azure; and allocation-rules.json, if there is one. The same sources make the same octets.

  --out FILE           the zip (default: app.zip)
  --folder DIRECTORY   the same files in a folder, which is emptied first, instead of a zip; what 'azd deploy' takes
  --json               what is in it, as JSON
  --help               print this

Deployed by 'azd deploy', or by hand:

  az functionapp deployment source config-zip --resource-group GROUP --name APP --src app.zip
`;

/** `npm run package`: exits with 1 if the zip cannot be written, 2 for wrong arguments, else as the compiler does. */
export async function main(args: string[]): Promise<void> {
  const { out, folder, json } = readOptions(USAGE, () => parse(args));
  await checkTypes();
  try {
    const app = folder === undefined ? await packageApp() : await packageInto(folder);
    if (folder === undefined) writeFileSync(out, app.zip);
    const path = folder ?? out;
    process.stdout.write(json ? `${JSON.stringify(asJson(app, path), undefined, 2)}\n` : asText(app, path));
  } catch (error) {
    process.stderr.write(`Cannot package the app: ${messageOf(error)}. Name another place with --out or --folder.\n`);
    process.exit(1);
  }
}

function parse(args: string[]) {
  const options = {
    out: { type: 'string' },
    folder: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  } as const;
  const { values } = parseArgs({ args, options });
  const { out, folder } = values;
  if (out === '' || folder === '') throw new Error('--out and --folder need a path.');
  if (out !== undefined && folder !== undefined) throw new Error('Give either --out or --folder.');
  if (folder !== undefined && isPrecious(resolve(folder))) {
    throw new Error(`--folder ${folder} holds other files, and would be emptied.`);
  }
  return { ...values, out: resolve(out ?? 'app.zip'), folder: folder === undefined ? undefined : resolve(folder) };
}

/** Whether emptying a folder would lose what this command has not made: all it makes is replaced. */
function isPrecious(folder: string): boolean {
  const made = new Set(['dist', 'host.json', 'package.json', 'allocation-rules.json']);
  return existsSync(folder) && readdirSync(folder).some((name) => !made.has(name));
}

function asJson({ zip, files, webhook }: PackagedApp, file: string) {
  const unzippedBytes = files.reduce((sum, { size }) => sum + size, 0);
  return { file, bytes: zip.length, unzippedBytes, sha256: sha256(zip), files, webhook };
}

function asText(app: PackagedApp, file: string): string {
  const { bytes, unzippedBytes, files, webhook } = asJson(app, file);
  const loaded = `${counted(webhook.files.length, 'file')}, ${kilobytes(webhook.bytes)}`;
  return [
    `${basename(file)}: ${counted(files.length, 'file')}, ${kilobytes(bytes)} (${kilobytes(unzippedBytes)} unzipped)`,
    `The webhook loads ${loaded}; ${kilobytes(webhook.ownBytes)} of these are the app's own.`,
    `SHA-256 ${sha256(app.zip)}`,
    '',
  ].join('\n');
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function kilobytes(bytes: number): string {
  return `${Math.round(bytes / 1000)} kB`;
}
