import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import type { AppSettings } from './app-settings.ts';
import { parseTimeSpan } from './time-span.ts';

/** What this host heeds of host.json; times in milliseconds. */
export interface HostSettings {
  functionTimeoutInMs: number;
  routePrefix: string;
  queues: QueueSettings;
}

export interface QueueSettings {
  /** Messages fetched at once (1..32, the service's own limit). */
  batchSize: number;
  /** The next batch is fetched when at most this many run: up to batchSize + newBatchThreshold run in parallel. */
  newBatchThreshold: number;
  maxDequeueCount: number;
  /** How long a message whose run failed stays invisible. */
  visibilityTimeoutInMs: number;
  maxPollingIntervalInMs: number;
  messageEncoding: 'base64' | 'none';
  /**
   * How long a message is hidden while its run goes on, and so until it comes back if the process dies. Ten minutes on
   * Azure, where nothing sets it; here LOCAL_HOST_PROCESSING_TIMEOUT does.
   */
  processingTimeoutInMs: number;
}

const timeSpan = z.string().transform((text, context) => {
  try {
    return parseTimeSpan(text);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
    return z.NEVER;
  }
});

const queues = z.object({
  batchSize: z.coerce.number().int().min(1).max(32).default(16),
  newBatchThreshold: z.coerce.number().int().min(0).optional(),
  maxDequeueCount: z.coerce.number().int().min(1).default(5),
  visibilityTimeout: timeSpan.default(0),
  maxPollingInterval: timeSpan.default(60_000),
  messageEncoding: z
    .string()
    .toLowerCase()
    .pipe(z.enum(['base64', 'none']))
    .default('base64'),
});

const hostJson = z.object({
  version: z.literal('2.0'),
  // 30 minutes is the default of the Flex Consumption plan.
  functionTimeout: timeSpan.default(30 * 60_000),
  extensions: z
    .object({ queues: queues.prefault({}), http: z.object({ routePrefix: z.string().default('api') }).prefault({}) })
    .prefault({}),
});

/** Of this host alone, and so no setting of host.json: what the real QueueProcessor has as a constant. */
export const PROCESSING_TIMEOUT_SETTING = 'LOCAL_HOST_PROCESSING_TIMEOUT';
const PROCESSING_TIMEOUT_MS = 600_000;
/** Queue storage counts whole seconds, and half of the time must be left to renew it. */
const SHORTEST_PROCESSING_TIMEOUT_MS = 2000;

/**
 * Reads host.json of the app in `folder`. Settings named `AzureFunctionsJobHost__extensions__queues__batchSize` and
 * the like override its values, as on Azure. `processors` counts in the default of newBatchThreshold.
 * Throws one sentence that names the file and every fault.
 */
export async function readHostSettings(
  folder: string,
  settings: AppSettings,
  processors: number,
): Promise<HostSettings> {
  const file = path.join(folder, 'host.json');
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new Error(`Cannot read ${file}: a Functions app needs a host.json, at least {"version":"2.0"}.`, { cause });
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new Error(`Cannot use ${file}: it is not valid JSON (${(cause as Error).message}).`, { cause });
  }
  const parsed = hostJson.safeParse(withOverrides(json, settings));
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`);
    throw new Error(`Cannot use ${file}: ${faults.join('; ')}.`);
  }
  return toHostSettings(parsed.data, processors, processingTimeout(settings));
}

/** Throws an Error for a setting that is no time span of at least two whole seconds. */
function processingTimeout(settings: AppSettings): number {
  const text = settings[PROCESSING_TIMEOUT_SETTING];
  if (text === undefined) return PROCESSING_TIMEOUT_MS;
  const parsed = timeSpan.safeParse(text);
  const isUsable = parsed.success && parsed.data >= SHORTEST_PROCESSING_TIMEOUT_MS && parsed.data % 1000 === 0;
  if (isUsable) return parsed.data;
  throw new Error(`Cannot use ${PROCESSING_TIMEOUT_SETTING}=${text}: give two or more whole seconds, as in 00:00:05.`);
}

function toHostSettings(
  { functionTimeout, extensions }: z.infer<typeof hostJson>,
  processors: number,
  processingTimeoutInMs: number,
): HostSettings {
  const { batchSize, newBatchThreshold, maxDequeueCount, messageEncoding } = extensions.queues;
  return {
    functionTimeoutInMs: functionTimeout,
    routePrefix: extensions.http.routePrefix,
    queues: {
      batchSize,
      newBatchThreshold: newBatchThreshold ?? Math.floor(batchSize / 2) * processors,
      maxDequeueCount,
      visibilityTimeoutInMs: extensions.queues.visibilityTimeout,
      maxPollingIntervalInMs: extensions.queues.maxPollingInterval,
      messageEncoding,
      processingTimeoutInMs,
    },
  };
}

function withOverrides(json: unknown, settings: AppSettings): unknown {
  let result = json;
  for (const [name, value] of Object.entries(settings)) {
    const [prefix, ...keys] = name.split('__');
    if (prefix === 'AzureFunctionsJobHost' && keys.length > 0 && value !== undefined)
      result = replaced(result, keys, value);
  }
  return result;
}

/** A copy of `json` with the value at `keys`; names match in any case, as .NET configuration does. */
function replaced(json: unknown, [key, ...rest]: string[], value: string): unknown {
  if (key === undefined) return value;
  const object: Record<string, unknown> = typeof json === 'object' && json !== null ? { ...json } : {};
  const present = Object.keys(object).find((name) => name.toLowerCase() === key.toLowerCase()) ?? key;
  return { ...object, [present]: replaced(object[present], rest, value) };
}
