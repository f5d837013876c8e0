import type { LogLine } from "../host/worker/worker-message.ts";

/** What the demo takes from the app's log: how many ticks ended, and the last errors for a failure report. */
export class TickLog {
  ticks = 0;
  readonly #errors: string[] = [];

  readonly take = (line: LogLine): void => {
    if (/^Executed 'Functions\.syncTables' \(Succeeded/.test(line.message)) this.ticks += 1;
    if (line.level !== "error" && line.level !== "critical") return;
    this.#errors.push(`${line.category}: ${line.message.slice(0, 2000)}`);
    if (this.#errors.length > 8) this.#errors.shift();
  };

  get lastErrors(): readonly string[] {
    return this.#errors;
  }
}
