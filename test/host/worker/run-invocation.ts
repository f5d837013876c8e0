import type { AppRegistry, CoreInvocationContext, FunctionCallback, HookName } from "./core-module.ts";
import type { InvokeMessage, LogLevel, TypedData } from "./worker-message.ts";

/** Runs the hooks of one kind in the order in which they were registered; one that throws ends the invocation. */
export async function runHooks(app: AppRegistry, name: HookName, context: unknown): Promise<void> {
  for (const hook of app.hooks) if (hook.name === name) await hook.callback(context);
}

/**
 * Runs one invocation the way the real worker does: the app's own programming model makes the arguments and the
 * response, hooks before and after may change both.
 * @throws whatever the handler or a hook threw, or what the programming model says of a result it cannot send
 */
export async function runInvocation(
  app: AppRegistry,
  message: InvokeMessage,
  log: (level: LogLevel, category: string, text: string) => void,
): Promise<TypedData | undefined> {
  const registered = app.functions.get(message.functionName);
  if (registered === undefined || app.programmingModel === undefined) {
    throw new Error(`Function code for '${message.functionName}' is not loaded and cannot be invoked.`);
  }
  const core: CoreInvocationContext = {
    invocationId: message.invocationId,
    request: {
      invocationId: message.invocationId,
      inputData: [{ name: message.bindingName, data: message.data }],
      triggerMetadata: {},
    },
    metadata: registered.metadata,
    state: undefined,
    log,
  };
  const model = app.programmingModel.getInvocationModel(core);
  const { context, inputs } = await model.getArguments();
  const hookData: Record<string, unknown> = {};
  const before: { functionCallback: FunctionCallback; inputs: unknown[] } & Record<string, unknown> = {
    hookData,
    invocationContext: context,
    functionCallback: registered.callback,
    inputs,
  };
  core.state = "preInvocationHooks";
  await runHooks(app, "preInvocation", before);

  const after: Record<string, unknown> = {
    hookData,
    invocationContext: context,
    inputs: before.inputs,
    result: null,
    error: null,
  };
  core.state = "invocation";
  try {
    after["result"] = await model.invokeFunction(context, before.inputs, before.functionCallback);
  } catch (error) {
    after["error"] = error;
  }
  core.state = "postInvocationHooks";
  await runHooks(app, "postInvocation", after);
  core.state = undefined;

  if (after["error"] !== null && after["error"] !== undefined) throw after["error"] as Error;
  const response = await model.getResponse(context, after["result"]);
  return response.returnValue ?? undefined;
}
