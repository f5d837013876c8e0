import { createApp } from "../../src/app.ts";
import { describeError } from "../../src/describe-error.ts";
import { createLog } from "../../src/log.ts";
import { runTick } from "../../src/tick/run-tick.ts";

/** What instance-process.ts runs: the app of the environment's settings, which ticks at each message. */

/** The answer to each message, and one of no results when it can take them. */
export interface InstanceMessage {
  /** `User: held-elsewhere`, for each table that the log speaks of. */
  readonly results: string[];
  readonly error?: string;
}

const app = createApp(process.env);
let lines: Record<string, unknown>[] = [];
const log = createLog(
  (_level, line) => lines.push(JSON.parse(line) as Record<string, unknown>),
  (text) => text,
);

async function tick(): Promise<InstanceMessage> {
  lines = [];
  try {
    await runTick(app, { signal: app.stopping, log });
    return { results: resultsOf(lines) };
  } catch (error) {
    return { results: resultsOf(lines), error: describeError(error) };
  }
}

function resultsOf(said: readonly Record<string, unknown>[]): string[] {
  return said.flatMap(({ table, result }) => (typeof result === "string" ? [`${String(table)}: ${result}`] : []));
}

process.on("message", () => void tick().then((answer) => process.send?.(answer)));
process.send?.({ results: [] } satisfies InstanceMessage);
