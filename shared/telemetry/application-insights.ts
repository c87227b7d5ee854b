import ai, { type TelemetryClient } from 'applicationinsights';
import { type Outcome, type OutcomePolicy, watchOutcomes } from './outcomes.ts';
import { pointsOf } from './points-of.ts';
import { propertiesOf } from './properties-of.ts';
import type { Batch, Sink } from './sink.ts';
import { stampOf, stampRecords } from './stamp.ts';

// The entry of a bundle of its own (local/build.ts): the SDK is larger than everything else together.

export interface ApplicationInsightsOptions {
  /** As Azure shows it; checked. */
  readonly connectionString: string;
  /** Who sends, where the resource takes no telemetry without a token. */
  readonly credential?: NonNullable<TelemetryClient['config']['aadTokenCredential']> | undefined;
  /** The app's name, by which the host's own telemetry knows it too (`cloud_RoleName`). */
  readonly role: string | undefined;
  /** After this a request is given up. */
  readonly limitMs: number;
}

/** Statistics about the SDK itself, which it sends to Microsoft unless this is set; it can be told no other way. */
const NO_STATISTICS = { APPLICATION_INSIGHTS_NO_STATSBEAT: 'true' };

/** Where the endpoint hangs, each batch takes seconds, and nobody waits for it any more: they must not pile up. */
const MOST_WAITING = 32;

/** Application Insights as a sink. One for the life of a process: the SDK keeps a timer and connections. */
export function openApplicationInsights(options: ApplicationInsightsOptions): Sink {
  // biome-ignore lint/style/noRestrictedGlobals: written, not read; see NO_STATISTICS.
  Object.assign(process.env, NO_STATISTICS);
  const outcomes = watchOutcomes(options.limitMs);
  const client = createClient(options, outcomes.policy);
  // One batch at a time: the SDK has one buffer, passes over a flush while another is under way, and two batches in it
  // would add up what is the same metric in both.
  let before: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  return {
    send: async (batch) => {
      if (waiting >= MOST_WAITING) throw new Error(`Application Insights is slow: ${waiting} batches wait to be sent`);
      waiting += 1;
      const sent = before.then(() => send(client, outcomes.take, batch));
      before = sent.catch(() => undefined);
      try {
        await sent;
      } finally {
        waiting -= 1;
      }
    },
  };
}

async function send(client: TelemetryClient, take: () => readonly Outcome[], batch: Batch): Promise<void> {
  const { invocationId, events } = batch;
  for (const { at, event } of events) {
    const properties = {
      ...propertiesOf(event),
      ...(invocationId && { invocationId }),
      ...stampOf(at, batch.operation),
    };
    client.trackEvent({ name: event.event, properties });
  }
  for (const { name, value, dimensions } of pointsOf(batch.metrics)) {
    client.trackMetric({ name, value, properties: { ...dimensions, ...(invocationId && { invocationId }) } });
  }
  take();
  await client.flush();
  const outcomes = take();
  const problem = outcomes.find((outcome) => outcome.problem !== undefined)?.problem;
  if (problem !== undefined) throw new Error(`Application Insights has not taken everything: ${problem}`);
  if (outcomes.length === 0) throw new Error('Application Insights was not even called: the SDK has sent nothing');
}

function createClient(
  { connectionString, credential, role }: ApplicationInsightsOptions,
  policy: OutcomePolicy,
): TelemetryClient {
  // Providers of its own: nothing of the process is instrumented, no request or dependency collected.
  const client = new ai.TelemetryClient(connectionString, { useGlobalProviders: false });
  if (credential) client.config.aadTokenCredential = credential;
  client.config.azureMonitorOpenTelemetryOptions = {
    ...(role !== undefined && { resource: resourceOf(role) }),
    azureMonitorExporterOptions: {
      connectionString,
      // What could not be sent is not kept on the disk either: the log has it.
      disableOfflineStorage: true,
      retryOptions: { maxRetries: 1, retryDelayInMs: 200, maxRetryDelayInMs: 500 },
      additionalPolicies: [{ policy, position: 'perCall' }],
    },
    logRecordProcessors: [stampRecords()],
  };
  return client;
}

/** An OpenTelemetry resource of nothing but a name; the SDK offers no other way to say it. */
function resourceOf(role: string) {
  const resource = {
    attributes: { 'service.name': role },
    asyncAttributesPending: false,
    merge: () => resource,
    getRawAttributes: () => [],
  };
  return resource;
}
