import type { QueueClient } from '@azure/storage-queue';
import { type Ncrontab, parseNcrontab } from '../../shared/ncrontab.ts';
import { type AppSettings, resolveSettings, storageConnection } from './app-settings.ts';
import type { RegisteredFunction, RpcBinding } from './core-api.ts';
import { triggerBinding } from './execute.ts';
import type { HttpEndpoint } from './http-trigger.ts';
import { type InputReaders, inputBindings } from './input-bindings.ts';
import type { AuthLevel } from './keys.ts';
import { type OutputWriters, outputBindings } from './output-bindings.ts';
import type { QueueOf } from './queue-storage.ts';
import { compileRoute } from './route-template.ts';

/** A function whose bindings the host has checked and resolved, by kind of trigger. */
export type IndexedFunction =
  | { trigger: 'timerTrigger'; fn: RegisteredFunction; schedule: Ncrontab; runOnStartup: boolean; useMonitor: boolean }
  | { trigger: 'queueTrigger'; fn: RegisteredFunction; queue: QueueClient; poisonQueue: QueueClient | undefined }
  /** `path` is the route as written, with its prefix and slash. */
  | { trigger: 'httpTrigger'; fn: RegisteredFunction; endpoint: HttpEndpoint; path: string };

export interface IndexOptions {
  settings: AppSettings;
  routePrefix: string;
  queueOf: QueueOf;
  readers: InputReaders;
  writers: OutputWriters;
}

const reservedRoute = /^\/?(admin|runtime)(\/|$)/i;

/** Checks one function's bindings. Throws for what cannot work: the host drops that function and keeps the others. */
export function indexFunction(fn: RegisteredFunction, options: IndexOptions): IndexedFunction {
  const trigger = triggerBinding(fn);
  checkOtherBindings(fn, options);
  switch (trigger.type) {
    case 'timerTrigger':
      return {
        trigger: 'timerTrigger',
        fn,
        schedule: parseNcrontab(resolveSettings(String(trigger.schedule), options.settings)),
        runOnStartup: trigger.runOnStartup === true,
        useMonitor: trigger.useMonitor !== false,
      };
    case 'queueTrigger': {
      const queue = options.queueOf(trigger);
      const poisonQueue = queue.name.endsWith('-poison') ? undefined : options.queueOf(trigger, '-poison');
      return { trigger: 'queueTrigger', fn, queue, poisonQueue };
    }
    case 'httpTrigger': {
      const path = httpPath(fn, trigger, options);
      const methods = Array.isArray(trigger.methods)
        ? trigger.methods.map((method) => String(method).toUpperCase())
        : [];
      return {
        trigger: 'httpTrigger',
        fn,
        path,
        endpoint: { fn, route: compileRoute(path), methods, authLevel: authLevel(trigger) },
      };
    }
    default:
      throw new Error(
        `trigger type '${trigger.type}' is not one this host has: timerTrigger, queueTrigger, httpTrigger.`,
      );
  }
}

function checkOtherBindings(fn: RegisteredFunction, { settings, queueOf, readers, writers }: IndexOptions): void {
  for (const binding of inputBindings(fn)) {
    if (!readers[binding.type]) throw new Error(`input binding type '${binding.type}' is not one this host has.`);
    if (binding.type === 'blob') storageConnection(binding.connection, settings);
  }
  for (const [, binding] of outputBindings(fn)) {
    if (!writers[binding.type]) throw new Error(`output binding type '${binding.type}' is not one this host has.`);
    if (binding.type === 'queue') queueOf(binding);
  }
}

function httpPath(fn: RegisteredFunction, trigger: RpcBinding, { settings, routePrefix }: IndexOptions): string {
  const route = resolveSettings(String(trigger.route || fn.metadata.name), settings);
  const path = [...routePrefix.split('/'), ...route.split('/')].filter((segment) => segment !== '').join('/');
  if (reservedRoute.test(path)) throw new Error(`the route '${path}' is reserved to the host: admin and runtime are.`);
  return `/${path}`;
}

function authLevel(trigger: RpcBinding): AuthLevel {
  const level = String(trigger.authLevel ?? 'anonymous').toLowerCase();
  if (level === 'anonymous' || level === 'function' || level === 'admin') return level;
  throw new Error(`authLevel '${level}' is not anonymous, function or admin.`);
}
