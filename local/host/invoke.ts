import type { CoreInvocationContext, InvocationRequest, RegisteredFunction, Registry } from './core-api.ts';
import type { LogLevel } from './log.ts';
import type { RpcTypedData } from './rpc-data.ts';

/** What a finished handler leaves to be written: values by binding name, and the value of the binding `$return`. */
export interface InvocationResult {
  outputs: ReadonlyMap<string, RpcTypedData>;
  returnValue: RpcTypedData | undefined;
}

/**
 * Runs one invocation in the Node worker's order: arguments, preInvocation hooks, handler, postInvocation hooks,
 * response. A hook may replace inputs, handler, result and error, so a handler's failure counts only when the hooks
 * have left it standing. Rejects with that error.
 */
export async function invoke(
  registry: Registry,
  fn: RegisteredFunction,
  invocationId: string,
  request: InvocationRequest,
  log: (level: LogLevel, message: string) => void,
): Promise<InvocationResult> {
  const programmingModel = registry.programmingModel();
  if (!programmingModel) throw new Error(`Cannot invoke ${fn.metadata.name}: the app has set no programming model.`);

  const hookData = {};
  const core: CoreInvocationContext = {
    invocationId,
    metadata: fn.metadata,
    request,
    state: undefined,
    log: (level, category, message) => {
      const record: Record<string, unknown> = { hookData, level, category, message, invocationContext: context };
      for (const hook of registry.hooks.log) hook(record);
      log(record.level as LogLevel, String(record.message));
    },
  };
  let context: unknown;
  const model = programmingModel.getInvocationModel(core);
  const given = await model.getArguments();
  context = given.context;

  core.state = 'preInvocationHooks';
  const before = { hookData, invocationContext: context, functionCallback: fn.callback, inputs: given.inputs };
  for (const hook of registry.hooks.preInvocation) await hook(before);

  core.state = 'invocation';
  const after = { hookData, invocationContext: context, inputs: before.inputs, ...unfinished() };
  try {
    after.result = await model.invokeFunction(context, before.inputs, before.functionCallback);
  } catch (error) {
    after.error = error ?? new Error(`${fn.metadata.name} threw ${String(error)}.`);
  }

  core.state = 'postInvocationHooks';
  for (const hook of registry.hooks.postInvocation) await hook(after);
  if (after.error !== null && after.error !== undefined) throw after.error;

  const response = await model.getResponse(context, after.result);
  return {
    outputs: new Map(response.outputData?.map(({ name, data }) => [name, data])),
    returnValue: response.returnValue ?? undefined,
  };
}

function unfinished(): { result: unknown; error: unknown } {
  return { result: null, error: null };
}
