import { createRequire } from "node:module";
import type { FunctionMetadata, LogLevel, TypedData } from "./worker-message.ts";

/**
 * The module `@azure/functions-core`, which no package brings: the real worker slips it under the app. Without it
 * `@azure/functions` goes into test mode and registers nothing. Only what @azure/functions 4.16.5 calls is here.
 */

export type FunctionCallback = (...inputs: unknown[]) => unknown;
/** Log hooks are refused: this host does not pass log lines through the app. */
export type HookName = "appStart" | "appTerminate" | "preInvocation" | "postInvocation";
export type HookCallback = (context: unknown) => unknown;

/** What the programming model is told about one invocation. */
export interface CoreInvocationContext {
  readonly invocationId: string;
  readonly request: {
    readonly invocationId: string;
    readonly inputData: readonly { readonly name: string; readonly data: TypedData }[];
    readonly triggerMetadata: Readonly<Record<string, TypedData>>;
  };
  readonly metadata: FunctionMetadata;
  state: "preInvocationHooks" | "postInvocationHooks" | "invocation" | undefined;
  log(level: LogLevel, category: string, message: string): void;
}

export interface InvocationModel {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], callback: FunctionCallback): Promise<unknown>;
  /** Throws where the result cannot be a response: an HTTP handler that returned a string or a number. */
  getResponse(context: unknown, result: unknown): Promise<{ returnValue?: TypedData | null }>;
}

export interface ProgrammingModel {
  readonly name: string;
  readonly version: string;
  getInvocationModel(context: CoreInvocationContext): InvocationModel;
  getCapabilities?(capabilities: Record<string, string>): Promise<Record<string, string>>;
}

export interface RegisteredFunction {
  readonly metadata: FunctionMetadata;
  readonly callback: FunctionCallback;
}

/** What the app has registered. The module writes it, the worker reads it. */
export interface AppRegistry {
  readonly functions: Map<string, RegisteredFunction>;
  readonly hooks: { readonly name: HookName; readonly callback: HookCallback }[];
  programmingModel: ProgrammingModel | undefined;
  started: boolean;
}

const hookNames: readonly string[] = ["appStart", "appTerminate", "preInvocation", "postInvocation"];

function disposable(dispose: () => void): { dispose(): void } {
  return { dispose };
}

function buildCoreModule(app: AppRegistry, log: (level: LogLevel, category: string, message: string) => void): unknown {
  return {
    version: "3.9.1",
    hostVersion: "4.1037.0",
    log,
    setProgrammingModel(model: ProgrammingModel): void {
      app.programmingModel = model;
    },
    getProgrammingModel: () => app.programmingModel,
    registerFunction(metadata: FunctionMetadata, callback: FunctionCallback) {
      if (app.started) throw new Error("A function can only be registered during app startup.");
      if (app.functions.has(metadata.name)) {
        throw new Error(`A function with name "${metadata.name}" has already been registered.`);
      }
      app.functions.set(metadata.name, { metadata, callback });
      return disposable(() => app.functions.delete(metadata.name));
    },
    registerHook(name: HookName, callback: HookCallback) {
      if (!hookNames.includes(name)) throw new RangeError(`Unrecognized hook "${name}"`);
      const hook = { name, callback };
      app.hooks.push(hook);
      return disposable(() => {
        const at = app.hooks.indexOf(hook);
        if (at >= 0) app.hooks.splice(at, 1);
      });
    },
    Disposable: class {
      readonly dispose: () => unknown;
      constructor(dispose: () => unknown) {
        this.dispose = dispose;
      }
    },
  };
}

/**
 * Answers every later `require("@azure/functions-core")` in this process, from CommonJS and from ES modules alike:
 * `@azure/functions` itself is CommonJS and requires it at its first call.
 */
export function installCoreModule(
  app: AppRegistry,
  log: (level: LogLevel, category: string, message: string) => void,
): void {
  const module = createRequire(import.meta.url)("node:module") as {
    _load(request: string, parent: unknown, isMain: boolean): unknown;
  };
  const core = buildCoreModule(app, log);
  const load = module._load.bind(module);
  module._load = (request, parent, isMain) =>
    request === "@azure/functions-core" ? core : load(request, parent, isMain);
}
