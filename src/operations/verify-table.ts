import type { App } from "../app.ts";
import { type TableName, tableKey } from "../model/table-name.ts";
import type { AskedBy } from "../model/verification.ts";
import { readVerification, writeVerification } from "../state/verifications.ts";
import { ordered } from "../verify/verification-steps.ts";
import { isTracked, reportOf, type TablesView } from "./read-tables.ts";
import { type Refusal, refusal } from "./refusal.ts";

export interface VerificationOrder {
  readonly kind: "ordered";
  /** false: the same one is under way already. */
  readonly changed: boolean;
}

/**
 * Asks for a comparison of all rows of a live table. Asking again while one is under way changes nothing; asking for another kind of it is refused.
 */
export async function verifyTable(
  app: App,
  view: TablesView,
  table: TableName,
  order: { readonly repair: boolean; readonly askedBy: AskedBy },
): Promise<VerificationOrder | Refusal> {
  const obstacle = whyNotVerifiable(view, table);
  if (obstacle !== undefined) return obstacle;
  const found = await readVerification(app.state, table);
  const { run } = found.value;
  if (run !== undefined) {
    if (run.repair === order.repair || order.askedBy === "schedule") return { kind: "ordered", changed: false };
    return refusal(
      `${tableKey(table)} is being compared ${run.repair ? "and repaired" : "without repair"}`,
      `DELETE /api/tables/${tableKey(table)}/verify, then ask again`,
    );
  }
  const at = new Date(app.clock.now()).toISOString();
  const changed = await writeVerification(app.state, table, found, ordered(found.value, { ...order, at }));
  if (!changed) return refusal(`somebody else asked at the same moment; GET /api/tables/${tableKey(table)}/verify`);
  return { kind: "ordered", changed };
}

/** Why the rows of a table cannot be compared now; undefined: they can. */
export function whyNotVerifiable(view: TablesView, table: TableName): Refusal | undefined {
  const key = tableKey(table);
  const { state, error } = reportOf(view, table);
  switch (state) {
    case "live":
      return undefined;
    case "paused":
      return refusal(`${key} is paused: its rows may be old`, `POST /api/tables/${key}/enable`);
    case "new":
    case "loading":
      return refusal(`${key} is not loaded yet; ask when it is live`);
    case "blocked": {
      const why = error?.what ?? (isTracked(view, table) ? "it waits" : "the primary does not show it");
      return refusal(`${key} is blocked: ${why}`, error?.fix);
    }
  }
}

/** Ends a comparison that is under way; what an earlier one found stays. @returns whether there was one */
export async function cancelVerification(app: App, table: TableName): Promise<boolean> {
  // A step may write its progress in between.
  for (;;) {
    const found = await readVerification(app.state, table);
    if (found.value.run === undefined) return false;
    const { last } = found.value;
    if (await writeVerification(app.state, table, found, last === undefined ? {} : { last })) return true;
  }
}
