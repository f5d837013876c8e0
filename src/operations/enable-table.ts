import type { App } from "../app.ts";
import { type TableName, tableKey } from "../model/table-name.ts";
import { refuseShape } from "../model/table-shape.ts";
import { preflight } from "../primary/preflight.ts";
import { readShape } from "../primary/read-shape.ts";
import { isTracked, type TablesView } from "./read-tables.ts";
import { type Refusal, refusal } from "./refusal.ts";

export interface EnabledSet {
  readonly kind: "set";
  /** false: it was so already. */
  readonly changed: boolean;
}

/** Lets a table be synced. Refused where it never could be, with what is in the way. */
export async function enableTable(app: App, view: TablesView, table: TableName): Promise<EnabledSet | Refusal> {
  if (view.redis.flags.get(tableKey(table))?.enabled === true) return { kind: "set", changed: false };
  if (!isTracked(view, table)) return notTracked(table);
  const refused = await app.primary.withSession(async (session) => {
    const shape = await readShape(session, table);
    if (shape === undefined) return notTracked(table);
    const unfit = refuseShape(shape);
    if (unfit !== undefined) return refusal(unfit);
    const unreadable = await preflight(session, shape);
    return unreadable === undefined ? undefined : refusal(unreadable.what, unreadable.fix);
  });
  if (refused !== undefined) return refused;
  await app.state.setEnabled(table, true);
  return { kind: "set", changed: true };
}

/** Pauses a table: a running step ends, then nothing is done; a load keeps its cursor. Also for a table that is gone. */
export async function disableTable(app: App, view: TablesView, table: TableName): Promise<EnabledSet> {
  const changed = view.redis.flags.get(tableKey(table))?.enabled !== false;
  if (changed) await app.state.setEnabled(table, false);
  return { kind: "set", changed };
}

function notTracked(table: TableName): Refusal {
  return refusal(
    `the primary does not show ${tableKey(table)} with Change Tracking: it was dropped, tracking is off, or the login may not see it`,
    "ALTER TABLE ... ENABLE CHANGE_TRACKING on the primary; GRANT VIEW CHANGE TRACKING and SELECT on it to the login",
  );
}
