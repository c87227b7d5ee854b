import type { Log, LogLevel } from './log.ts';
import type { RpcTypedData } from './rpc-data.ts';

/*
 * What `require('@azure/functions-core')` answers inside a Node worker. The package exists on no registry, and its
 * types ship with neither library nor worker: these are the parts of them that @azure/functions 4.16 calls.
 */

/** One binding as the library registers it: its own options beside name, type and direction. */
export interface RpcBinding {
  name: string;
  type: string;
  direction: 'in' | 'out' | 'inout';
  [option: string]: unknown;
}

export interface FunctionMetadata {
  name: string;
  bindings: Record<string, RpcBinding>;
  retryOptions?: unknown;
}

export type FunctionCallback = (...args: unknown[]) => unknown;

export interface RegisteredFunction {
  metadata: FunctionMetadata;
  callback: FunctionCallback;
}

export type InvocationState = 'preInvocationHooks' | 'invocation' | 'postInvocationHooks';

export interface InvocationRequest {
  inputData: { name: string; data: RpcTypedData | undefined }[];
  triggerMetadata?: Record<string, RpcTypedData>;
  /** The host's own trace of the call (W3C Trace Context, section 3.2). */
  traceContext?: { traceParent: string };
}

export interface CoreInvocationContext {
  invocationId: string;
  metadata: FunctionMetadata;
  request: InvocationRequest;
  state: InvocationState | undefined;
  log: (level: LogLevel, category: string, message: string) => void;
}

export interface InvocationResponse {
  outputData?: { name: string; data: RpcTypedData }[];
  returnValue?: RpcTypedData | null | undefined;
}

/** The library's half of an invocation; `context` is its InvocationContext, opaque here. */
export interface InvocationModel {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], callback: FunctionCallback): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<InvocationResponse>;
}

export interface ProgrammingModel {
  name: string;
  version: string;
  getInvocationModel(context: CoreInvocationContext): InvocationModel;
  getCapabilities(capabilities: Record<string, string>): Promise<Record<string, string>>;
}

export const hookNames = ['appStart', 'appTerminate', 'preInvocation', 'postInvocation', 'log'] as const;
export type HookName = (typeof hookNames)[number];
export type HookCallback = (context: Record<string, unknown>) => unknown;

/** What an app has registered, and the object that it registers with. */
export interface Registry {
  coreApi: object;
  functions: Map<string, RegisteredFunction>;
  hooks: Record<HookName, HookCallback[]>;
  programmingModel(): ProgrammingModel | undefined;
  /** From now on registering a function is an error: the host has already indexed them. */
  lock(): void;
}

class Disposable {
  #dispose: () => void;
  constructor(dispose: () => void) {
    this.#dispose = dispose;
  }
  dispose(): void {
    this.#dispose();
    this.#dispose = () => {};
  }
}

/** An empty registry. The rules are the Node worker's: names once only, functions only during start, known hooks. */
export function createRegistry(log: Log): Registry {
  const functions = new Map<string, RegisteredFunction>();
  const hooks: Registry['hooks'] = { appStart: [], appTerminate: [], preInvocation: [], postInvocation: [], log: [] };
  let model: ProgrammingModel | undefined;
  let locked = false;

  const coreApi = {
    version: '3.10.0',
    hostVersion: '4.1037.0',
    Disposable,
    setProgrammingModel: (given: ProgrammingModel) => {
      model = given;
    },
    getProgrammingModel: () => model,
    log: (level: LogLevel, _category: string, message: string) => log(level, message),
    registerFunction: (metadata: FunctionMetadata, callback: FunctionCallback) => {
      if (locked) throw systemError(new Error('A function can only be registered during app startup.'));
      if ([...functions.keys()].some((name) => name.toLowerCase() === metadata.name.toLowerCase())) {
        throw systemError(new Error(`A function with id "${metadata.name}" has already been registered.`));
      }
      functions.set(metadata.name, { metadata, callback });
      return new Disposable(() => functions.delete(metadata.name));
    },
    registerHook: (name: string, callback: HookCallback) => {
      const list = isHookName(name) ? hooks[name] : undefined;
      if (!list) throw systemError(new RangeError(`Unrecognized hook "${name}"`));
      list.push(callback);
      return new Disposable(() => list.splice(list.indexOf(callback), 1));
    },
  };
  return {
    coreApi,
    functions,
    hooks,
    programmingModel: () => model,
    lock: () => {
      locked = true;
    },
  };
}

function isHookName(name: string): name is HookName {
  return hookNames.some((known) => known === name);
}

/** The library tells errors of the runtime from the app's own by this mark. */
function systemError(error: Error): Error {
  return Object.assign(error, { isAzureFunctionsSystemError: true });
}
