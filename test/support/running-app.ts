import { type QueueClient, QueueServiceClient } from '@azure/storage-queue';
import { inject, vi } from 'vitest';
import { type Azurite, startAzurite } from '../../local/azurite.ts';
import { type Emulator, startEmulator } from '../../local/emulator/emulator.ts';
import type { SeedInput } from '../../local/emulator/seed.ts';
import { type HostProcess, startHostProcess } from '../../local/host/host-process.ts';
import type { LogRecord } from '../../local/host/log.ts';
import type { EventName, LifecycleEvent } from '../../shared/events.ts';
import { LogReader } from '../local/host/log-reader.ts';
import { secretsIn } from './secrets-in.ts';
import { secretsInEmulator } from './secrets-in-emulator.ts';

export interface RunningAppOptions {
  /** Default: the demo fleet. */
  readonly seed?: SeedInput;
  /** Settings of the app beyond those that connect it; an empty one takes a connecting one away. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Where the app is, if not where `built-app.ts` has bundled it. */
  readonly folder?: string;
  /** Puts something between the app and the emulator: receives its vault URLs, returns those that the app is given. */
  readonly vaultUrls?: (urls: readonly string[]) => Promise<readonly string[]> | readonly string[];
}

type EventOf<Name extends EventName> = Extract<LifecycleEvent, { event: Name }>;

/** The built app in the local Functions host, a process of its own, on Azurite and the emulator. */
export interface RunningApp {
  readonly emulator: Emulator;
  /** The host that runs now. */
  readonly host: () => HostProcess;
  /** What all hosts so far have logged. */
  readonly log: LogReader;
  readonly queue: QueueClient;
  /** Connection string of the app's storage account. */
  readonly storage: string;
  /** Log records of the app's own events, parsed, of one name. */
  events<Name extends EventName>(name: Name): EventOf<Name>[];
  /** Everything that the app said about one renewal, in order. */
  eventsOf(renewalId: string): LifecycleEvent[];
  /** Puts a message on the queue, as JSON unless it is text already; returns its id, which is the renewal's. */
  send(message: unknown): Promise<string>;
  /** Fires the scan and resolves with what it completed with. */
  scan(): Promise<EventOf<'scan_completed'>>;
  /** Resolves once the queue is empty: no message waits and none is being processed. */
  queueEmpty(): Promise<void>;
  /** Ends the host, without any warning to it if `how` is 'SIGKILL'. */
  stop(how?: 'SIGKILL'): Promise<void>;
  /** Starts a host again, with other settings if given. */
  start(settings?: Readonly<Record<string, string>>): Promise<void>;
  /** Starts one more host beside those that run, on the same queues; returns what it alone logs. `stop` ends it, too. */
  startBeside(): Promise<LogReader>;
  /** Log records and items of telemetry that hold a token, or one of the keys that there are. */
  leaks(): unknown[];
  /** Ends all. Throws an Error where anything that was logged or sent until then holds a secret. */
  close(): Promise<void>;
}

/** Retries at once and polls often: what a test waits for is in the log, never in a clock. */
const HASTE = {
  AzureFunctionsJobHost__extensions__queues__visibilityTimeout: '00:00:00',
  AzureFunctionsJobHost__extensions__queues__maxPollingInterval: '00:00:00.2',
  // Once a year: a test fires the scan itself.
  SCAN_SCHEDULE: '0 0 0 1 1 *',
};

export async function startRunningApp(options: RunningAppOptions = {}): Promise<RunningApp> {
  const closers: (() => unknown)[] = [];
  const close = async () => {
    const faults: unknown[] = [];
    // Whatever one of them finds, nothing is left running.
    for (const closer of closers.splice(0).reverse()) {
      try {
        await closer();
      } catch (error) {
        faults.push(error);
      }
    }
    if (faults.length > 0) throw faults[0];
  };
  try {
    const [azurite, emulator] = await Promise.all([
      kept(startAzurite()),
      kept(startEmulator(options.seed ? { seed: options.seed } : {})),
    ]);
    const vaultUrls = emulator.description.keyVaults.map(({ url }) => url);
    const settings = connectingSettings(azurite, emulator, (await options.vaultUrls?.(vaultUrls)) ?? vaultUrls);
    const app = createRunningApp(options.folder ?? inject('builtApp'), azurite, emulator, {
      ...settings,
      ...HASTE,
      ...options.settings,
    });
    closers.push(
      () => assertNoLeaks(app),
      () => app.stop(),
    );
    await app.start();
    return { ...app, close };
  } catch (error) {
    await close();
    throw error;
  }

  function kept<T extends { close(): Promise<void> }>(part: Promise<T>): Promise<T> {
    // A part that does not start has cleaned up after itself.
    closers.push(async () => (await part.catch(() => undefined))?.close());
    return part;
  }
}

/** Every scenario that runs the app is searched, whatever it is about. What is found is not shown: it is a secret. */
function assertNoLeaks(app: Pick<RunningApp, 'leaks'>): void {
  const kinds = app.leaks().map((each) => {
    const { message, name, event } = each as { message?: string; name?: string; event?: string };
    return event ?? name ?? /"event":"(\w+)"/.exec(message ?? '')?.[1] ?? message?.slice(0, 40) ?? typeof each;
  });
  if (kinds.length > 0)
    throw new Error(`The app gave secrets away in ${kinds.length} lines: ${[...new Set(kinds)].join('; ')}`);
}

function connectingSettings(azurite: Azurite, { description }: Emulator, vaultUrls: readonly string[]) {
  return {
    AzureWebJobsStorage: azurite.connectionString,
    FUNCTIONS_WORKER_RUNTIME: 'node',
    KEY_VAULT_URLS: vaultUrls.join(','),
    DPS_RESOURCE_IDS: description.provisioningServices.map(({ resourceId }) => resourceId).join(','),
    AZURE_RESOURCE_MANAGER_URL: description.resourceManager,
    IDENTITY_ENDPOINT: description.identity.endpoint,
    IDENTITY_HEADER: description.identity.header,
    NODE_EXTRA_CA_CERTS: description.caCertificate,
  };
}

function createRunningApp(
  folder: string,
  azurite: Azurite,
  emulator: Emulator,
  settings: Record<string, string>,
): Omit<RunningApp, 'close'> {
  const log = new LogReader();
  const queue = QueueServiceClient.fromConnectionString(azurite.connectionString).getQueueClient('renewals');
  const secrets = [
    emulator.description.identity.header,
    /AccountKey=([^;]+)/.exec(azurite.connectionString)?.[1] ?? '',
  ];
  let host: HostProcess | undefined;
  const beside: HostProcess[] = [];
  const startHost = async (env: Record<string, string>, onLog: (record: LogRecord) => void) => {
    const started = await startHostProcess({ app: folder, env, onLog });
    secrets.push(started.masterKey, started.keys.host, ...Object.values(started.keys.functions));
    return started;
  };
  const running = () => {
    if (host === undefined) throw new Error('Cannot use the host: it has been stopped');
    return host;
  };
  const all = () => log.reports().filter((report) => 'event' in report) as unknown as LifecycleEvent[];
  const events = <Name extends EventName>(name: Name) =>
    all().filter((event): event is EventOf<Name> => event.event === name);
  return {
    emulator,
    host: running,
    log,
    queue,
    storage: azurite.connectionString,
    events,
    eventsOf: (renewalId) => all().filter((event) => 'renewalId' in event && event.renewalId === renewalId),
    send: async (message) => {
      const text = typeof message === 'string' ? message : JSON.stringify(message);
      return (await queue.sendMessage(Buffer.from(text).toString('base64'))).messageId;
    },
    scan: async () => {
      const before = events('scan_completed').length;
      const ended = endedScans(log);
      await running().trigger('scan');
      await log.until('the end of the scan', () => (endedScans(log) > ended ? true : undefined));
      const [completed] = events('scan_completed').slice(before);
      if (completed === undefined) throw new Error('The scan ended without scan_completed');
      return completed;
    },
    queueEmpty: () => untilEmpty(queue),
    stop: async (how) => {
      for (const other of beside.splice(0)) await other.close();
      if (host === undefined) return;
      if (how) process.kill(host.pid, how);
      await host.close();
      host = undefined;
    },
    start: async (more) => {
      host = await startHost({ ...settings, ...more }, log.write);
    },
    startBeside: async () => {
      const own = new LogReader();
      beside.push(
        await startHost(settings, (record) => {
          own.write(record);
          log.write(record);
        }),
      );
      return own;
    },
    leaks: () =>
      secretsIn([...log.records, ...emulator.telemetry.envelopes()], [...secrets, ...secretsInEmulator(emulator)]),
  };
}

async function untilEmpty(queue: QueueClient): Promise<void> {
  await vi.waitFor(
    async () => {
      // The count includes messages that are being processed: they are hidden, not gone.
      const count = (await queue.getProperties()).approximateMessagesCount;
      if (count !== 0) throw new Error(`The queue still holds ${count} messages`);
    },
    { timeout: 20_000, interval: 50 },
  );
}

function endedScans(log: LogReader): number {
  return log.records.filter(({ message }) => message.startsWith('Executed scan, ')).length;
}
