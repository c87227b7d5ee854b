import { setTimeout } from 'node:timers/promises';
import { documentsInMemory } from './documents-in-memory.ts';
import { messageOf } from './errors.ts';
import type { LifecycleEvent } from './events.ts';
import type { Metric } from './metrics.ts';
import { isWanted, notify } from './notifications/notify.ts';
import type { Wire } from './notifications/post.ts';
import type { Documents } from './ports.ts';
import type { ReportSettings } from './report-settings.ts';
import { reportSettings, storageAccount } from './settings.ts';
import { collectTelemetry } from './telemetry/collect-telemetry.ts';
import { type Invocation, operationOf } from './telemetry/invocation.ts';
import { emitJsonLines } from './telemetry/json-lines.ts';
import type { Sink } from './telemetry/sink.ts';
import { type After, within } from './within.ts';

/** What one invocation says, and to whom: the log at once; Application Insights and people before it ends. */
export interface Reports {
  readonly emit: (event: LifecycleEvent) => void;
  readonly measure: (metric: Metric) => void;
  /** What is wrong with the settings that say who is told. */
  readonly faults: readonly string[];
  /**
   * Does the work, and then sends what was said, however the work ended. What cannot be sent within two seconds costs one
   * warning, and the work nothing.
   */
  during<T>(work: () => Promise<T>): Promise<T>;
}

/** What telling needs of the world. */
export interface ReportsWorld {
  readonly settings: ReportSettings;
  /** Application Insights; called where it is set, and not before there is something to do. */
  readonly openSink: (settings: NonNullable<ReportSettings['applicationInsights']>) => Promise<Sink>;
  readonly openDocuments: () => Promise<Documents>;
  readonly wire: Wire;
  readonly after: After;
}

/** A renewal waits no longer than this for anybody to be told of it. */
const LIMIT_MS = 2000;

/** The sending of those invocations that are under way. */
const unfinished = new Set<() => Promise<void>>();

/** The reports of one invocation. */
export function composeReports(invocation: Invocation): Reports {
  const settings = reportSettings();
  const now = () => new Date();
  const openSink: ReportsWorld['openSink'] = (of) => openSinkOnce(of, settings.site);
  return reportsOf({ settings, openSink, openDocuments, wire: { request, now, pause: after }, after }, invocation);
}

/** Sends what the invocations that are under way have said so far: the process is about to end. Never throws. */
export async function flushReports(): Promise<void> {
  await Promise.all([...unfinished].map((finish) => finish()));
}

/** As `composeReports`, with a world of one's own. */
export function reportsOf(world: ReportsWorld, invocation: Invocation): Reports {
  const { settings, wire } = world;
  const { applicationInsights, notifications } = settings;
  const say = emitJsonLines(invocation);
  const { invocationId } = invocation;
  let sink: Promise<Sink> | undefined;
  const openSink = () => {
    if (applicationInsights === undefined) throw new Error('Application Insights is not set');
    sink ??= world.openSink(applicationInsights);
    return sink;
  };
  const telemetry =
    applicationInsights && collectTelemetry({ invocationId, operation: operationOf(invocation) }, openSink);
  let wanted: LifecycleEvent[] = [];

  const sendTelemetry = async (): Promise<void> => {
    if (telemetry === undefined) return;
    try {
      await within(LIMIT_MS, () => telemetry.flush(), world.after);
    } catch (error) {
      const message = `Application Insights lacks some of what this invocation has said, and the log has it: ${messageOf(error)}.`;
      say({ event: 'telemetry_lost', message });
    }
  };
  const tellPeople = async (): Promise<void> => {
    const events = wanted;
    wanted = [];
    if (notifications === undefined || events.length === 0) return;
    const until = new Date(wire.now().getTime() + LIMIT_MS);
    try {
      const { after } = world;
      const work = async (signal: AbortSignal) =>
        notify({ wire, documents: await world.openDocuments(), after }, notifications, events, until, signal);
      const remember = await within(LIMIT_MS, work, after);
      // It has been sent. That storage does not answer is said by the scan.
      await within(until.getTime() - wire.now().getTime(), remember, after).catch(() => undefined);
    } catch (error) {
      const message = `Nobody was notified of ${events.length} events, which the log has: NOTIFICATION_WEBHOOK_URL: ${messageOf(error)}.`;
      say({ event: 'notification_lost', message });
    }
  };
  const finish = async (): Promise<void> => {
    await Promise.all([sendTelemetry(), tellPeople()]);
  };
  return {
    emit: (event) => {
      say(event);
      telemetry?.event(event, wire.now());
      if (notifications && isWanted(event, notifications)) wanted.push(event);
    },
    measure: (metric) => telemetry?.measure(metric),
    faults: settings.faults,
    during: async (work) => {
      unfinished.add(finish);
      // Loaded while the work goes on, so that nobody waits for it at the end; where it fails, the flush says so.
      if (telemetry) openSink().catch(() => undefined);
      try {
        return await work();
      } finally {
        await finish();
        unfinished.delete(finish);
      }
    },
  };
}

/** Made once in the life of a process: the SDK keeps connections and a timer. */
let sinkOfProcess: Promise<Sink> | undefined;

function openSinkOnce(
  { connectionString, identity }: NonNullable<ReportSettings['applicationInsights']>,
  role: string | undefined,
): Promise<Sink> {
  const open = async () => {
    const [{ openApplicationInsights }, { managedIdentity }] = await Promise.all([
      import('./telemetry/application-insights.ts'),
      import('./azure/credential.ts'),
    ]);
    const credential = identity && managedIdentity(identity.clientId);
    return openApplicationInsights({ connectionString, credential, role, limitMs: LIMIT_MS });
  };
  sinkOfProcess ??= open().catch((error: unknown) => {
    sinkOfProcess = undefined;
    throw error;
  });
  return sinkOfProcess;
}

let documentsOfProcess: Promise<Documents> | undefined;

/** The app's documents, without the clients of vaults and provisioning services. */
export function openDocuments(): Promise<Documents> {
  const account = storageAccount();
  const open = async () => {
    if (account === undefined) return documentsInMemory();
    const [{ createDocuments }, { managedIdentity }] = await Promise.all([
      import('./azure/documents.ts'),
      import('./azure/credential.ts'),
    ]);
    return createDocuments(account, managedIdentity);
  };
  documentsOfProcess ??= open();
  return documentsOfProcess;
}

/** `manual`: an address that holds a secret is not carried on to wherever an answer points. */
const request: Wire['request'] = async (url, body, signal) => {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal });
  await response.body?.cancel();
  return { status: response.status, retryAfter: response.headers.get('retry-after') };
};

const after: After = (milliseconds, signal) => setTimeout(milliseconds, undefined, { signal });
