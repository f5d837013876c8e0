import { rowAtAdoption } from "../model/ledger-transitions.ts";
import { refuseShape, shapeDifference } from "../model/table-shape.ts";
import type { Version } from "../model/version.ts";
import { preflight } from "../primary/preflight.ts";
import { saveRow } from "../replica/ledger.ts";
import { prepareTable } from "../replica/prepare-table.ts";
import { decideAdoption } from "../state/adoption.ts";
import { isLoadOrdered } from "./plan-table.ts";
import { loadStart, startLoad } from "./start-load.ts";
import type { StepResult, TableStep } from "./step.ts";

/**
 * Makes sure that the primary lets all rows be read and that the replica has a table which can take them, then adopts
 * the table at an operator's version, or starts its load. Also the way back for a table whose shape changed: it stays
 * blocked, by name of its columns, until the replica's table fits again.
 */
export async function prepare(step: TableStep, currentVersion: Version): Promise<StepResult> {
  const { tick, shape, fence } = step;
  const refused = refuseShape(shape);
  if (refused !== undefined) return { kind: "blocked", reason: refused };
  const unreadable = await tick.primary.withSession((session) => preflight(session, shape));
  if (unreadable !== undefined) return { kind: "blocked", reason: unreadable.what, fix: unreadable.fix };
  const prepared = await prepareTable(tick.replica, shape);
  const difference = fence.row === undefined ? [] : shapeDifference(fence.row.shape, shape);
  if (prepared.kind === "blocked") {
    const altered = difference.length > 0 ? `the table was altered on the primary (${difference.join("; ")}): ` : "";
    return { kind: "blocked", reason: `${altered}${prepared.what}`, fix: prepared.fix };
  }
  const ready = { ...step, replicaTable: prepared.replica };
  const adoption = decideAdoption(fence.row, step.planned.view.flags, !prepared.created, currentVersion);
  switch (adoption.kind) {
    case "blocked":
      return { kind: "blocked", reason: adoption.what, fix: adoption.fix };
    case "none":
      return startLoad(ready, {
        reason: loadReason(step, prepared.created, difference),
        truncate: isLoadOrdered(step.planned.view),
      });
    case "adopt": {
      const start = await loadStart(ready, "adopted", adoption.version);
      const row = rowAtAdoption({ ...start, loadId: fence.lastLoadId });
      await tick.replica.withTransaction("read committed", (session) => saveRow(session, row));
      await tick.state.publish(tick.ledgerId, row);
      return { kind: "adopted", row, reason: `adopted at version ${adoption.version}: ${adoption.advice}` };
    }
  }
}

function loadReason(step: TableStep, created: boolean, difference: readonly string[]): string {
  if (step.fence.row === undefined) return "new table";
  if (difference.length > 0) return `the table was altered on the primary: ${difference.join("; ")}`;
  return created ? "the replica's table was missing" : "the table's shape changed";
}
