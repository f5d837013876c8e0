import { pathToFileURL } from "node:url";
import { installCoreModule, type AppRegistry } from "./core-module.ts";
import { entryPoints } from "./entry-points.ts";
import { runHooks, runInvocation } from "./run-invocation.ts";
import type { FromWorker, LogLevel, ToWorker } from "./worker-message.ts";

/** The process that the app runs in. Its argument is the app's folder; it talks to the host over the IPC channel. */

function send(message: FromWorker): void {
  // The channel closes when the host is gone; then nobody is left to tell.
  if (process.connected) process.send?.(message);
}

function log(level: LogLevel, category: string, message: string): void {
  send({ kind: "log", line: { level, category, message } });
}

/**
 * Loads the entry points. An exception in one of them leaves the app without any function while host and worker go
 * on and look healthy, as a real host does.
 */
async function loadApp(app: AppRegistry, folder: string): Promise<void> {
  let loading = "package.json";
  try {
    for (const file of entryPoints(folder)) {
      loading = file;
      await import(pathToFileURL(file).href);
    }
  } catch (error) {
    app.functions.clear();
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    log("error", "Worker.System", `Worker was unable to load entry point "${loading}": ${text}`);
  }
}

async function main(folder: string): Promise<void> {
  const app: AppRegistry = { functions: new Map(), hooks: [], programmingModel: undefined, started: false };
  installCoreModule(app, log);
  await loadApp(app, folder);
  await app.programmingModel?.getCapabilities?.({});
  const appHookData = {};
  await runHooks(app, "appStart", { hookData: appHookData, functionAppDirectory: folder });
  app.started = true;

  process.on("message", (message: ToWorker) => {
    if (message.kind === "terminate") void terminate(app, appHookData);
    else void invoke(app, message);
  });
  send({ kind: "ready", functions: [...app.functions.values()].map(({ metadata }) => metadata) });
}

async function invoke(app: AppRegistry, message: Extract<ToWorker, { kind: "invoke" }>): Promise<void> {
  const { invocationId, functionName } = message;
  try {
    const returnValue = await runInvocation(app, message, (level, category, text) => {
      const user = category === "user";
      const line = { level, category: user ? `Function.${functionName}.User` : "Worker.System", message: text };
      send({ kind: "log", line: { ...line, invocationId } });
    });
    send({ kind: "done", invocationId, ...(returnValue === undefined ? {} : { returnValue }) });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    send({ kind: "failed", invocationId, message, stack: error instanceof Error ? (error.stack ?? "") : "" });
  }
}

/** The end that the host orders: hooks, then out, whatever is still being worked on. */
async function terminate(app: AppRegistry, hookData: object): Promise<void> {
  try {
    await runHooks(app, "appTerminate", { hookData });
  } catch (error) {
    log("error", "Worker.System", `appTerminate hook failed: ${String(error)}`);
  }
  process.exit(0);
}

// SIGINT reaches the whole foreground group; the host decides when the worker ends.
process.on("SIGINT", () => undefined);
process.on("disconnect", () => process.exit(0));
await main(process.argv[2] ?? process.cwd());
