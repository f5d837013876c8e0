import type { LogLine } from "../../host/worker/worker-message.ts";

/** What a step on the table did, as the app's log has it. */
export interface TableStep {
  readonly changes: number;
  readonly chunkRows: number;
  readonly ms: number;
  /** The number of its tick; its duration is in `tickMs` when the tick is over. */
  readonly tick: number;
}

/** What the bench takes from the app's log: ticks, what they did to one table, and the last errors for a failure report. */
export class AppLog {
  /** How long each tick took that succeeded. */
  readonly tickMs: number[] = [];
  readonly steps: TableStep[] = [];
  readonly #table: string;
  readonly #errors: string[] = [];

  constructor(table: string) {
    this.#table = table;
  }

  readonly take = (line: LogLine): void => {
    const tick = /^Executed 'Functions\.syncTables' \(Succeeded, .*Duration=(\d+)ms/.exec(line.message);
    if (tick !== null) this.tickMs.push(Number(tick[1]));
    if (line.level === "error" || line.level === "critical") {
      this.#errors.push(`${line.category}: ${line.message.slice(0, 2000)}`);
      if (this.#errors.length > 8) this.#errors.shift();
    }
    const fields = jsonLine(line.message);
    if (fields?.["event"] !== "table" || fields["table"] !== this.#table || fields["result"] !== "moved") return;
    this.steps.push({
      changes: Number(fields["changes"]),
      chunkRows: Number(fields["chunkRows"]),
      ms: Number(fields["ms"]),
      tick: this.ticks,
    });
  };

  get ticks(): number {
    return this.tickMs.length;
  }

  get lastErrors(): readonly string[] {
    return this.#errors;
  }
}

function jsonLine(text: string): Record<string, unknown> | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
