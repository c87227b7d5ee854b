import { randomUUID } from 'node:crypto';
import type { InvocationRequest, RegisteredFunction, Registry } from './core-api.ts';
import { errorText } from './error-text.ts';
import { type InvocationResult, invoke } from './invoke.ts';
import type { Log } from './log.ts';
import type { RpcTypedData } from './rpc-data.ts';

/** How an invocation ended; a failed one's error is already in the log. */
export type Execution = { succeeded: true; returnValue: RpcTypedData | undefined } | { succeeded: false };

/** Runs one function with the value of its trigger. Never rejects. */
export type Execute = (
  fn: RegisteredFunction,
  reason: string,
  trigger: RpcTypedData,
  triggerMetadata?: Record<string, RpcTypedData>,
) => Promise<Execution>;

/** Writes what the handler left in its output bindings. Rejects if one cannot be written. */
export type WriteOutputs = (fn: RegisteredFunction, outputs: InvocationResult) => Promise<void>;

/** Reads the values of a function's input bindings, its trigger apart. Rejects if one cannot be read. */
export type ReadInputs = (fn: RegisteredFunction) => Promise<InvocationRequest['inputData']>;

export interface ExecuteOptions {
  registry: Registry;
  readInputs: ReadInputs;
  functionTimeoutInMs: number;
  writeOutputs: WriteOutputs;
  log: Log;
}

/** The one way from any trigger to a handler: read inputs, invoke, write outputs, then log how it went, as the host does. */
export function createExecute({
  registry,
  functionTimeoutInMs,
  readInputs,
  writeOutputs,
  log,
}: ExecuteOptions): Execute {
  return async (fn, reason, trigger, triggerMetadata) => {
    const name = fn.metadata.name;
    const source = { function: name, invocationId: randomUUID() };
    const request: InvocationRequest = {
      inputData: [{ name: triggerBinding(fn).name, data: trigger }],
      ...(triggerMetadata && { triggerMetadata }),
      traceContext: { traceParent: traceParentOf(source.invocationId) },
    };
    const start = performance.now();
    const ended = (how: string) => `Executed ${name}, ${how}, ${Math.round(performance.now() - start)} ms`;
    log('information', `Executing ${name} (${reason})`, source);
    try {
      request.inputData.push(...(await readInputs(fn)));
      const run = invoke(registry, fn, source.invocationId, request, (level, message) => log(level, message, source));
      const result = await within(functionTimeoutInMs, run, name);
      await writeOutputs(fn, result);
      log('information', ended('succeeded'), source);
      return { succeeded: true, returnValue: result.returnValue };
    } catch (error) {
      log('error', `${ended('failed')}: ${errorText(error)}`, source);
      return { succeeded: false };
    }
  };
}

/** The binding that starts the function; the library has seen to it that there is exactly one. */
export function triggerBinding(fn: RegisteredFunction): RegisteredFunction['metadata']['bindings'][string] {
  const binding = Object.values(fn.metadata.bindings).find(({ type }) => /trigger$/i.test(type));
  if (!binding) throw new Error(`Cannot index ${fn.metadata.name}: it has no trigger.`);
  return binding;
}

/**
 * Fails the invocation when functionTimeout has passed. The real host also restarts the worker process, which ends
 * the handler and every other one with it; here the handler runs on unheard and what it returns is thrown away.
 */
async function within<T>(limitInMs: number, run: Promise<T>, name: string): Promise<T> {
  if (limitInMs === Number.POSITIVE_INFINITY) return await run;
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    const error = new Error(
      `Timeout value of ${limitInMs} ms exceeded by function ${name} (functionTimeout in host.json).`,
    );
    // Longer waits than 2^31 - 1 ms make a timer fire at once.
    timer = setTimeout(() => reject(error), Math.min(limitInMs, 2 ** 31 - 1));
  });
  try {
    return await Promise.race([run, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** Azure's host makes trace ids of its own; here a trace is one invocation, and may as well bear its id. */
function traceParentOf(invocationId: string): string {
  const id = invocationId.replaceAll('-', '');
  return `00-${id}-${id.slice(0, 16)}-01`;
}
