import { setTimeout as delay } from 'node:timers/promises';
import { createAdminApi } from './admin-api.ts';
import type { AppSettings } from './app-settings.ts';
import { createRegistry, type Registry } from './core-api.ts';
import { createDrain, type Drain } from './drain.ts';
import { errorMessage, errorText } from './error-text.ts';
import { createExecute, type Execute } from './execute.ts';
import type { HostSettings } from './host-settings.ts';
import { type RequestHandler, startHttpServer } from './http-server.ts';
import { createHttpTrigger } from './http-trigger.ts';
import { type IndexedFunction, type IndexOptions, indexFunction } from './index-function.ts';
import { createBlobReader, readInputs } from './input-bindings.ts';
import { createKeys, type Keys } from './keys.ts';
import { loadApp } from './load-app.ts';
import type { Log } from './log.ts';
import { createQueueWriter, createWriteOutputs } from './output-bindings.ts';
import { createQueueOf } from './queue-storage.ts';
import { startTriggers, type Triggers } from './start-triggers.ts';

export interface HostOptions {
  /** The app's folder, absolute. */
  app: string;
  /** 0 lets the system choose. */
  port: number;
  settings: AppSettings;
  hostSettings: HostSettings;
  log: Log;
  now: () => Date;
  /** 0 (inclusive) to 1. */
  random: () => number;
}

export interface FunctionSummary {
  name: string;
  trigger: IndexedFunction['trigger'];
  /** HTTP functions: the address as a caller needs it, `?code=` and the function's own key included. */
  url?: string;
  /** Timers: NCRONTAB, resolved. */
  schedule?: string;
  /** Queue functions: the queue's name, resolved. */
  queue?: string;
}

export interface Host {
  url: string;
  keys: Keys;
  functions: FunctionSummary[];
  /** Stops taking work, runs the app's appTerminate hooks, and waits for what runs: five seconds for all. */
  close(): Promise<void>;
}

/** The grace period that the real host gives a worker, once it has told it to end. */
const graceInMs = 5000;

/**
 * Loads an app and serves it on 127.0.0.1. The port is bound first, so that nothing of the app runs in a host that
 * cannot be; until its functions can be called, requests are answered 503. Rejects only if the host itself cannot
 * run, with nothing left running; an app's faults are logged.
 */
export async function startHost(options: HostOptions): Promise<Host> {
  const { log, port } = options;
  const drain = createDrain();
  let route: RequestHandler = async (_request, response) => void response.writeHead(503).end();
  const server = await startHttpServer(port, (...given) => route(...given), drain, log);
  try {
    const running = await runApp(options, drain);
    route = running.route;
    return {
      url: server.url,
      keys: running.keys,
      functions: running.indexed.map((each) => summary(each, server.url, running.keys)),
      close: async () => {
        const deadline = performance.now() + graceInMs;
        server.stop();
        await running.triggers.stop();
        // Azure's host lets the worker's invocations end first, for as long as it has. Here the app is told at once: what
        // it does by itself then is what there is to see.
        const [left] = await Promise.all([
          drain.wait(deadline - performance.now()),
          runAppTerminate(running.registry, deadline, log),
        ]);
        if (left > 0) log('warning', `Stopped with ${left} of what was running unfinished after ${graceInMs} ms.`);
        await server.close();
      },
    };
  } catch (error) {
    await server.close();
    throw error;
  }
}

/** Loads the app, indexes its functions and starts their triggers. */
async function runApp({ settings, hostSettings, log, ...options }: HostOptions, drain: Drain) {
  const registry = await loadOrReport(options.app, log);
  let triggers: Triggers | undefined;
  const queueOf = createQueueOf(settings);
  const wake = (queueName: string) => triggers?.wake(queueName);
  const writers = { queue: createQueueWriter(queueOf, hostSettings.queues.messageEncoding, wake) };
  const { functionTimeoutInMs, routePrefix, queues: queueSettings } = hostSettings;
  const readers = { blob: createBlobReader(settings) };
  const untracked = createExecute({
    registry,
    functionTimeoutInMs,
    readInputs: (fn) => readInputs(fn, readers),
    writeOutputs: createWriteOutputs(writers),
    log,
  });
  const execute: Execute = (...invocation) => drain.track(untracked(...invocation));

  const indexed = indexAll(registry, { settings, routePrefix, queueOf, readers, writers }, log);
  const endpoints = indexed.flatMap((each) => (each.trigger === 'httpTrigger' ? [each.endpoint] : []));
  const keys = createKeys(
    settings,
    endpoints.map(({ fn }) => fn.metadata.name),
  );
  const started = await startTriggers(indexed, { ...options, execute, drain, queueSettings, log });
  triggers = started;
  const startable = indexed.map((each) => {
    const start = started.starter(each);
    return { name: each.fn.metadata.name, trigger: each.trigger, ...(start && { start }) };
  });
  const admin = createAdminApi(startable, keys);
  const http = createHttpTrigger(endpoints, keys, execute);
  const route: RequestHandler = (request, response, url) =>
    /^\/admin(\/|$)/i.test(url.pathname) ? admin(request, response, url) : http(request, response, url);
  return { registry, indexed, keys, triggers: started, route };
}

/** As with the real worker: when a file throws while it loads, none of the app's functions runs. */
async function loadOrReport(app: string, log: Log): Promise<Registry> {
  try {
    return await loadApp(app, log);
  } catch (error) {
    log('error', `The app did not load, so it has no functions: ${errorText(error)}`);
    return createRegistry(log);
  }
}

/** A function whose bindings are wrong is left out, with an indexing error; the others stay. */
function indexAll(registry: Registry, options: IndexOptions, log: Log): IndexedFunction[] {
  return [...registry.functions.values()].flatMap((fn) => {
    const name = fn.metadata.name;
    try {
      return [indexFunction(fn, options)];
    } catch (error) {
      log('error', `Error indexing method 'Functions.${name}', which is left out: ${errorMessage(error)}`, {
        function: name,
      });
      return [];
    }
  });
}

function summary(each: IndexedFunction, url: string, keys: Keys): FunctionSummary {
  const { name } = each.fn.metadata;
  switch (each.trigger) {
    case 'timerTrigger':
      return { name, trigger: each.trigger, schedule: each.schedule.text };
    case 'queueTrigger':
      return { name, trigger: each.trigger, queue: each.queue.name };
    case 'httpTrigger': {
      const { authLevel } = each.endpoint;
      const key = authLevel === 'admin' ? keys.master : keys.functions[name];
      return { name, trigger: each.trigger, url: url + each.path + (authLevel === 'anonymous' ? '' : `?code=${key}`) };
    }
  }
}

/**
 * Runs the app's hooks for its end, one after another, and stops waiting for them at the deadline.
 *
 * @param deadline by performance.now()
 */
async function runAppTerminate(registry: Registry, deadline: number, log: Log): Promise<void> {
  const late = Symbol('late');
  for (const hook of registry.hooks.appTerminate) {
    const remainingInMs = Math.max(0, deadline - performance.now());
    const impatience = delay(remainingInMs, late, { ref: false });
    try {
      const outcome = await Promise.race([hook({ hookData: {} }), impatience]);
      if (outcome === late) log('warning', 'An appTerminate hook was not waited for: the grace period is over.');
    } catch (error) {
      log('error', `An appTerminate hook failed: ${errorText(error)}`);
    }
  }
}
