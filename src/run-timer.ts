import { type App, getApp } from "./app.ts";
import { invocationError } from "./invocation-error.ts";
import { type InvocationLogger, type Log, invocationLog } from "./log.ts";
import type { TraceParent } from "./telemetry/telemetry.ts";

/** What a timer function is told about its invocation (InvocationContext of @azure/functions). */
export interface TimerContext extends InvocationLogger {
  readonly functionName: string;
  /** The host's span of this invocation. */
  readonly traceContext?: TraceParent | undefined;
}

/**
 * Runs the work of a timer function with the app of this process. What breaks off because the process is about to end is
 * no failure: the next start goes on where the ledger stands.
 * @throws SettingsError; Error with all causes on one line and no credential in it
 */
export async function runTimer(context: TimerContext, work: (app: App, log: Log) => Promise<unknown>): Promise<void> {
  const app = await getApp();
  const log = invocationLog(context, app.redact);
  try {
    await app.run(() => work(app, log));
  } catch (error) {
    if (app.stopping.aborted) log.info("stopped", { function: context.functionName });
    else throw invocationError(error, app.redact);
  }
}
