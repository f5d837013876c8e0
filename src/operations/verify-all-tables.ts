import type { App } from "../app.ts";
import { tableKey } from "../model/table-name.ts";
import { readTables } from "./read-tables.ts";
import { verifyTable, whyNotVerifiable } from "./verify-table.ts";

/** What a sweep asked for, by `tableKey`. */
export interface Sweep {
  readonly asked: readonly string[];
  /** Their comparison is still under way. */
  readonly running: readonly string[];
  /** Not live. */
  readonly left: readonly string[];
}

/**
 * Asks for a comparison of every live table, without repair; the ticks make them one after the other.
 * @throws DatabaseFailed, RedisUnavailable
 */
export async function verifyAllTables(app: App): Promise<Sweep> {
  const view = await readTables(app);
  const asked: string[] = [];
  const running: string[] = [];
  const left: string[] = [];
  for (const table of view.tables) {
    const key = tableKey(table);
    if (whyNotVerifiable(view, table) !== undefined) {
      left.push(key);
      continue;
    }
    const order = await verifyTable(app, view, table, { repair: false, askedBy: "schedule" });
    (order.kind === "ordered" && order.changed ? asked : running).push(key);
  }
  return { asked, running, left };
}
