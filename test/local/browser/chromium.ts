import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const PLACES = [
  '/usr/bin',
  '/usr/local/bin',
  '/snap/bin',
  '/Applications/Chromium.app/Contents/MacOS',
  '/Applications/Google Chrome.app/Contents/MacOS',
];
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'Chromium', 'Google Chrome'];

/**
 * The path of a Chromium on this machine: `CHROMIUM_PATH`, else one on the PATH or where it is usually installed;
 * `undefined` where there is none. Throws an Error where CI=true: what is skipped there is tested by nobody.
 * Elsewhere it says aloud what is left out, and how to have it.
 */
export function findChromium(environment = process.env): string | undefined {
  const given = environment.CHROMIUM_PATH;
  const folders = [...(environment.PATH ?? '').split(delimiter), ...PLACES];
  const candidates = given ? [given] : folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  const found = candidates.find(isExecutable);
  if (found !== undefined) return found;
  const missing = given ? `CHROMIUM_PATH is '${given}', which cannot be run` : 'there is no Chromium on this machine';
  const text = `The tests in a real browser cannot run: ${missing}. Install chromium, or set CHROMIUM_PATH to one.`;
  if (environment.CI === 'true') throw new Error(text);
  process.stderr.write(`\nSKIPPED: ${text}\n\n`);
  return undefined;
}

/** Starts it without anything that calls home. */
export function launchChromium(executablePath: string): Promise<Browser> {
  const args = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--disable-background-networking'];
  return chromium.launch({ executablePath, args });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
