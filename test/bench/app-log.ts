import type { LogLine } from "../host/worker/worker-message.ts";

/** What a step on Product did, as the app's log has it. */
export interface ProductStep {
  readonly changes: number;
  readonly chunkRows: number;
  readonly ms: number;
}

/** What the bench takes from the app's log: ticks, what they did to Product, and the last errors for a failure report. */
export class AppLog {
  ticks = 0;
  readonly steps: ProductStep[] = [];
  readonly #errors: string[] = [];

  readonly take = (line: LogLine): void => {
    if (/^Executed 'Functions\.syncTables' \(Succeeded/.test(line.message)) this.ticks += 1;
    if (line.level === "error" || line.level === "critical") {
      this.#errors.push(`${line.category}: ${line.message.slice(0, 2000)}`);
      if (this.#errors.length > 8) this.#errors.shift();
    }
    const fields = jsonLine(line.message);
    if (fields?.["event"] !== "table" || fields["table"] !== "Product" || fields["result"] !== "moved") return;
    this.steps.push({
      changes: Number(fields["changes"]),
      chunkRows: Number(fields["chunkRows"]),
      ms: Number(fields["ms"]),
    });
  };

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
