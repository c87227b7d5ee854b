import { type AppFolder, buildAppFolder } from './app-folder.ts';
import { type Azurite, startAzurite } from './azurite.ts';
import type { EmulatorDescription } from './emulator/describe.ts';
import { startEmulator } from './emulator/emulator.ts';
import type { SeedInput } from './emulator/seed.ts';
import { type HostProcess, startHostProcess } from './host/host-process.ts';
import type { LogRecord } from './host/log.ts';
import { counted } from './terminal/layout.ts';
import type { Task } from './terminal/task.ts';
import type { WebhookAddress } from './webhook-address.ts';

export interface LocalAzureOptions {
  readonly seed: SeedInput;
  /** Where DPS calls the app's webhook; handed to the host once that is up, and closed with everything else. */
  readonly webhook: WebhookAddress;
  /** Settings of the app besides those that connect it to the emulator and to Azurite. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Every line of the Functions host's log, the app's events among them. */
  readonly onLog: (record: LogRecord) => void;
  /** What went wrong inside the emulator itself. */
  readonly onFailure: (text: string) => void;
  /** Shows that a part is starting; hands its promise on. */
  readonly task: Task;
}

/** Everything that is up. */
export interface LocalAzure {
  readonly emulator: EmulatorDescription;
  readonly host: HostProcess;
  /** The URL of the app's webhook, with its key, as an enrollment takes it. */
  readonly webhookUrl: string;
  /** The app's settings that lead it to the emulator and to Azurite: of use to any other client, too. */
  readonly environment: Readonly<Record<string, string>>;
  /** Connection string of Azurite. */
  readonly storage: string;
  /** Resolves when a part has ended by itself, or by `close`, with a sentence that says which part and how. */
  readonly ended: Promise<string>;
}

/** Local Azure on its way up. */
export interface StartingLocalAzure {
  /** Rejects if a part does not start; what has started then still wants closing. */
  readonly ready: Promise<LocalAzure>;
  /** Ends everything, at whatever moment: also what is still starting. */
  close(): Promise<void>;
}

interface Part {
  close(): Promise<void>;
}

/** Builds the app and starts emulator, Azurite and, on top of them, the Functions host. */
export function startLocalAzure(options: LocalAzureOptions): StartingLocalAzure {
  const parts: Promise<Part>[] = [Promise.resolve(options.webhook)];
  let closing = false;
  const keep = <T extends Part>(part: Promise<T>): Promise<T> => {
    if (closing) throw new Error('Cannot start anything more: it is being stopped');
    parts.push(part);
    return part;
  };
  const ready = start(options, keep);
  // Who closes before it is ready may never look at how the start ended.
  ready.catch(() => undefined);
  return {
    ready,
    async close() {
      closing = true;
      // The last first: the host writes to storage until it has ended.
      for (let part = parts.pop(); part; part = parts.pop()) {
        const started = await part.catch(() => undefined); // A part that did not start has cleaned up after itself.
        await started?.close();
      }
    },
  };
}

type Keep = <T extends Part>(part: Promise<T>) => Promise<T>;

async function start(options: LocalAzureOptions, keep: Keep): Promise<LocalAzure> {
  const { task, webhook } = options;
  const { emulator, azurite, folder } = await startGround(options, keep);
  const { description } = emulator;
  const environment = { ...connectionSettings(description), AzureWebJobsStorage: azurite.connectionString };
  const host = await task(
    'Functions host',
    keep(
      startHostProcess({
        app: folder.path,
        env: {
          ...environment,
          APPLICATIONINSIGHTS_CONNECTION_STRING: description.applicationInsights.connectionString,
          APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'Authorization=AAD',
          ALLOCATION_WEBHOOK_URL: webhook.url,
          LOCAL_HOST_FUNCTION_KEY: webhook.key,
          ...options.settings,
        },
        onLog: options.onLog,
      }),
    ),
    ({ functions }) => counted(functions.length, 'function'),
  );
  webhook.forwardTo(host.url);
  const ended = Promise.race([
    host.ended.then((how) => `The Functions host ended with ${how}.`),
    azurite.ended.then((how) => `Azurite ended with ${how}.`),
  ]);
  const storage = azurite.connectionString;
  return { emulator: description, host, webhookUrl: webhook.url, environment, storage, ended };
}

/** What the host needs before it can start, all at once. */
async function startGround({ seed, onFailure, task }: LocalAzureOptions, keep: Keep) {
  const [emulator, azurite, folder] = await Promise.all([
    task('Azure emulator', keep(startEmulator({ seed, log: onFailure })), ({ description }) => contents(description)),
    task<Azurite>('Azurite', keep(startAzurite()), () => 'blobs, queues, tables in memory'),
    task<AppFolder>('App', keep(buildAppFolder()), () => 'bundled'),
  ]);
  return { emulator, azurite, folder };
}

/** The environment that makes an app, or any client with a managed identity, use the emulator. */
function connectionSettings(description: EmulatorDescription): Record<string, string> {
  return {
    KEY_VAULT_URLS: description.keyVaults.map(({ url }) => url).join(','),
    DPS_RESOURCE_IDS: description.provisioningServices.map(({ resourceId }) => resourceId).join(','),
    AZURE_RESOURCE_MANAGER_URL: description.resourceManager,
    IDENTITY_ENDPOINT: description.identity.endpoint,
    IDENTITY_HEADER: description.identity.header,
    NODE_EXTRA_CA_CERTS: description.caCertificate,
  };
}

function contents({ keyVaults, provisioningServices }: EmulatorDescription): string {
  const names = [...keyVaults, ...provisioningServices].map(({ name }) => name);
  return names.join(', ') || 'empty';
}
