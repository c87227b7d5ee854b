import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { AZURITE_FOLDER, AZURITE_FOLDER_PREFIX } from './azurite-folder.ts';
import { endOf } from './end-of.ts';
import { inherited } from './inherited.ts';
import { SPAWNED_BY } from './stop-with-parent.ts';
import { createTemporaryDirectory } from './temporary-directory.ts';

export interface Azurite {
  /** For AzureWebJobsStorage: blob, queue and table endpoints with an account key that only this start has. */
  connectionString: string;
  /** Resolves when its process has ended, however that came, with what it ended with: an exit code or a signal. */
  ended: Promise<string>;
  close(): Promise<void>;
}

export interface AzuriteOptions {
  /** How long to wait for the three services, in milliseconds. */
  startLimitInMs?: number;
}

const account = 'devstoreaccount1';
const services = ['Blob', 'Queue', 'Table'] as const;

/**
 * Starts Azurite's blob, queue and table services in memory, on free ports of 127.0.0.1. Rejects with what Azurite
 * printed if they are not up in time. It ends with `close`, and also when this process ends in whatever way.
 */
export async function startAzurite({ startLimitInMs = 30_000 }: AzuriteOptions = {}): Promise<Azurite> {
  const key = randomBytes(64).toString('base64');
  const folder = createTemporaryDirectory(AZURITE_FOLDER_PREFIX);
  const ports = ['--blobPort', '0', '--queuePort', '0', '--tablePort', '0'];
  // The API versions of current storage clients are newer than this Azurite knows; it serves them all the same.
  const flags = ['--inMemoryPersistence', '--skipApiVersionCheck', '--disableTelemetry', '--silent'];
  const entry = fileURLToPath(new URL('./azurite-child.ts', import.meta.url));
  const child = spawn(process.execPath, [entry, ...ports, ...flags], {
    cwd: folder.path,
    env: {
      ...inherited(),
      TMPDIR: tmpdir(),
      [SPAWNED_BY]: String(process.pid),
      [AZURITE_FOLDER]: folder.path,
      AZURITE_ACCOUNTS: `${account}:${key}`,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = endOf(child);
  const close = async (): Promise<void> => {
    await end(child);
    folder.remove();
  };
  try {
    const addresses = await listeningAddresses(child, startLimitInMs);
    const endpoints = services.map((service, index) => `${service}Endpoint=${addresses[index]}/${account};`);
    const connectionString = `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${key};${endpoints.join('')}`;
    return { connectionString, ended, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The addresses that the services say they listen on, in the order of `services`. */
function listeningAddresses(child: ChildProcess, limitInMs: number): Promise<string[]> {
  return new Promise((resolve, reject) => {
    let output = '';
    const fail = (why: string) => reject(new Error(`Cannot start Azurite: ${why}. It printed:\n${output}`));
    const timer = setTimeout(() => fail(`it was not ready after ${limitInMs} ms`), limitInMs);
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      const found = services.map(
        (service) => new RegExp(`${service} service is successfully listening at (http://[\\d.:]+)`).exec(output)?.[1],
      );
      if (found.includes(undefined)) return;
      clearTimeout(timer);
      resolve(found.map(String));
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      fail(`it ended with ${signal ?? code}`);
    });
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const impatience = setTimeout(() => child.kill('SIGKILL'), 5000);
  await exited;
  clearTimeout(impatience);
}
