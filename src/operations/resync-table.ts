import type { App } from "../app.ts";
import { type TableName, tableKey } from "../model/table-name.ts";
import type { ForceOrderResult } from "../state/sync-state.ts";
import { reportOf, type TablesView } from "./read-tables.ts";
import { type Refusal, refusal } from "./refusal.ts";

export interface Resync {
  readonly kind: "resync";
  readonly order: ForceOrderResult;
  /** The order is kept, and obeyed when the table is enabled. */
  readonly paused: boolean;
}

/** Orders a full load that begins with a TRUNCATE; changes nothing while one is ordered or under way. */
export async function resyncTable(app: App, view: TablesView, table: TableName): Promise<Resync | Refusal> {
  const { state, error } = reportOf(view, table);
  if (state === "blocked" || error?.kind === "blocked") {
    const why = error?.what ?? "the primary does not show it";
    return refusal(`${tableKey(table)} is blocked, a load could not run: ${why}`, error?.fix);
  }
  return { kind: "resync", order: await app.state.orderForce(table), paused: state === "paused" };
}
