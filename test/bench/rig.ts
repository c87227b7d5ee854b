import { type QueueClient, QueueServiceClient } from '@azure/storage-queue';
import { buildAppFolder } from '../../local/app-folder.ts';
import { startAzurite } from '../../local/azurite.ts';
import { type Emulator, startEmulator } from '../../local/emulator/emulator.ts';
import type { SeedInput } from '../../local/emulator/seed.ts';
import { type HostProcess, startHostProcess } from '../../local/host/host-process.ts';
import type { LogRecord } from '../../local/host/log.ts';
import { parseEvent } from '../../local/terminal/parse-event.ts';
import type { LifecycleEvent } from '../../shared/events.ts';
import { caName, FLEET_VAULT } from './fleet-of.ts';

type Settled = Extract<LifecycleEvent, { event: 'renewal_settled' }>;

/** The built app in the local Functions host, on Azurite and the emulator; as many hosts as a bench wants. */
export interface Rig {
  readonly emulator: Emulator;
  /** Folder of the app. */
  readonly app: string;
  /** Connection string of Azurite. */
  readonly storage: string;
  /** Starts a host on the app, or on the app in `folder`, with settings besides those that connect it. */
  startHost(settings?: Readonly<Record<string, string>>, folder?: string): Promise<HostProcess>;
  /** Has a scan note what the vaults hold, as one has before every renewal; in `MODE=plan`, so that it renews nothing. */
  learn(): Promise<void>;
  /** Puts a message for each of these CAs of `fleetOf` on the queue. */
  ask(cas: readonly number[]): Promise<void>;
  /** Resolves with how they ended once so many more renewals have settled in all hosts. Rejects where one fails. */
  settled(count: number): Promise<readonly Settled[]>;
  /** Resolves once a host has ended one more scan. */
  scanned(): Promise<void>;
  close(): Promise<void>;
}

/** The benches fire what they measure; a queue is looked at often, so that no figure holds a pause between two looks. */
const SETTINGS = {
  FUNCTIONS_WORKER_RUNTIME: 'node',
  SCAN_SCHEDULE: '0 0 0 1 1 *',
  AzureFunctionsJobHost__extensions__queues__maxPollingInterval: '00:00:00.1',
};

export async function startRig(seed: SeedInput): Promise<Rig> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  const kept = async <T extends { close(): Promise<void> }>(part: Promise<T>): Promise<T> => {
    closers.push(async () => (await part.catch(() => undefined))?.close());
    return part;
  };
  try {
    const [folder, azurite, emulator] = await Promise.all([
      kept(buildAppFolder()),
      kept(startAzurite()),
      kept(startEmulator({ seed })),
    ]);
    const queue = QueueServiceClient.fromConnectionString(azurite.connectionString).getQueueClient('renewals');
    await queue.createIfNotExists();
    const connection = { ...connectionOf(emulator), AzureWebJobsStorage: azurite.connectionString };
    const watch = watchRenewals();
    const start = (settings: Readonly<Record<string, string>> = {}, app = folder.path) =>
      startHostProcess({ app, env: { ...connection, ...SETTINGS, ...settings }, onLog: watch.see });
    return {
      emulator,
      app: folder.path,
      storage: azurite.connectionString,
      startHost: (settings, app) => kept(start(settings, app)),
      learn: async () => {
        const host = await start({ MODE: 'plan' });
        const scanned = watch.scanned();
        await host.trigger('scan');
        await scanned;
        await host.close();
      },
      ask: (cas) => ask(queue, emulator, cas),
      settled: watch.settled,
      scanned: watch.scanned,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The part of `host.json` that says how a host takes messages from queues, as settings. */
export function queueSettings(queues: Readonly<Record<string, string>>): Record<string, string> {
  const prefix = 'AzureFunctionsJobHost__extensions__queues__';
  return Object.fromEntries(Object.entries(queues).map(([name, value]) => [prefix + name, value]));
}

function connectionOf({ description }: Emulator): Record<string, string> {
  return {
    KEY_VAULT_URLS: description.keyVaults.map(({ url }) => url).join(','),
    DPS_RESOURCE_IDS: description.provisioningServices.map(({ resourceId }) => resourceId).join(','),
    AZURE_RESOURCE_MANAGER_URL: description.resourceManager,
    IDENTITY_ENDPOINT: description.identity.endpoint,
    IDENTITY_HEADER: description.identity.header,
    NODE_EXTRA_CA_CERTS: description.caCertificate,
  };
}

async function ask(queue: QueueClient, { description }: Emulator, cas: readonly number[]): Promise<void> {
  const vaultUrl = description.keyVaults.find(({ name }) => name === FLEET_VAULT)?.url;
  for (const index of cas) {
    const message = JSON.stringify({ vaultUrl, name: caName(index) });
    await queue.sendMessage(Buffer.from(message).toString('base64'));
  }
}

/** Sorts what hosts log into renewals that have settled, and what a figure would be worthless for. */
function watchRenewals() {
  const ended: Settled[] = [];
  let waiting: { readonly check: () => void; readonly fail: (error: Error) => void } | undefined;
  let onScan: () => void = () => undefined;
  return {
    scanned: () =>
      new Promise<void>((resolve) => {
        onScan = resolve;
      }),
    see: (record: LogRecord) => {
      const event = parseEvent(record);
      // The event comes before the documents are written, this line after.
      if (record.message.startsWith('Executed scan, ')) onScan();
      if (event?.event === 'renewal_settled') ended.push(event);
      const isWrong = event?.event === 'renewal_refused' || event?.event === 'renewal_abandoned';
      if (isWrong || record.level === 'error') waiting?.fail(new Error(`Cannot measure: ${record.message}`));
      waiting?.check();
    },
    settled: (count: number) =>
      new Promise<readonly Settled[]>((resolve, reject) => {
        const check = () => {
          if (ended.length < count) return;
          waiting = undefined;
          resolve(ended.splice(0, count));
        };
        waiting = { check, fail: reject };
        check();
      }),
  };
}
