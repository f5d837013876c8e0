import { tableKey } from "../model/table-name.ts";
import { shapeText } from "../model/table-shape.ts";
import type { LedgerRow } from "../model/ledger-row.ts";
import { readHistory } from "../primary/read-history.ts";
import { readShape } from "../primary/read-shape.ts";
import { readWindow } from "../primary/read-window.ts";
import { fitReplicaTable } from "../replica/fit-replica-table.ts";
import { inspectReplicaTable } from "../replica/inspect-replica-table.ts";
import { raiseFence } from "../replica/ledger.ts";
import { withLease } from "../state/lease.ts";
import { moveRows } from "./move-rows.ts";
import { verifyTable } from "../verify/verify-table.ts";
import type { PlannedTable } from "./plan-tick.ts";
import { planTable, type TablePlan } from "./plan-table.ts";
import { prepare } from "./prepare.ts";
import { startLoad } from "./start-load.ts";
import type { StepResult, TickContext } from "./step.ts";

/**
 * One table, one step: lease -> fence -> read what is true now -> plan again -> do it. The way of a row from there:
 * move-rows.ts reads it from the primary, stages it on the replica, applies it and commits it with the ledger row.
 * @throws whatever made the step fail; nothing of it is written then, or the ledger says what is
 */
export async function syncTable(tick: TickContext, planned: PlannedTable, signal: AbortSignal): Promise<StepResult> {
  const { table } = planned.view;
  const held = await withLease(tick.state, table, { clock: tick.clock, random: tick.random, signal }, async (lease) => {
    const fence = await raiseFence(tick.replica, table);
    const { shape, currentVersion, history } = await readPrimary(tick, planned, fence.row);
    const replicaTable = await tick.replica.withSession((session) => inspectReplicaTable(session, table));
    const verifying = tick.verifying?.key === planned.key ? tick.verifying : undefined;
    const unchanged = planned.view.changed === false && fence.row?.watermark === planned.view.row?.watermark;
    const view = {
      ...planned.view,
      tracked: shape,
      currentVersion,
      history,
      row: fence.row,
      replicaObjectId: replicaTable?.objectId ?? null,
      // A verification stands behind a delta, be it an empty one.
      changed: unchanged && verifying === undefined ? false : undefined,
    };
    const plan = planTable(view, tick.clock.now());
    if (shape === undefined) return goneTable(plan);
    const step = { tick, planned, fence, shape, signal: lease };
    switch (plan.kind) {
      case "paused":
      case "idle":
        return { kind: "nothing" } as const;
      case "blocked":
        return { kind: "blocked", reason: plan.reason, fix: plan.fix } as const;
      case "prepare":
        return prepare(step, currentVersion);
      case "full-load-start":
        return startLoad(step, plan);
      case "lost-history":
        return startLoad(step, { reason: plan.reason, truncate: false });
      case "full-load-chunk":
      case "delta": {
        if (fence.row === undefined || replicaTable === undefined) return { kind: "planned-again" } as const;
        if (fence.row.shape !== shapeText(shape)) return prepare(step, currentVersion);
        // A column that the replica no longer has, or a trigger made since, would lose or change values in silence.
        const misfit = fitReplicaTable(shape, replicaTable);
        if (misfit !== undefined) return { kind: "blocked", reason: misfit.what, fix: misfit.fix } as const;
        const moved = await moveRows({ ...step, row: fence.row, replicaTable });
        const { row } = moved;
        if (
          verifying !== undefined &&
          moved.kind === "moved" &&
          row?.state === "live" &&
          row.halfApplied === undefined
        ) {
          await verifyTable({ ...tick, ...verifying }, { shape, row, replicaTable, signal: lease });
        }
        return moved;
      }
    }
  });
  if (held.kind === "held-elsewhere")
    return { kind: "held-elsewhere", reason: `${tableKey(table)} is in another worker's hands` };
  return held.value;
}

/** Fresh under the fence: another worker may have moved the watermark beyond the version that the tick began with. */
async function readPrimary(tick: TickContext, planned: PlannedTable, row: LedgerRow | undefined) {
  return tick.primary.withSession(async (session) => {
    const shape = await readShape(session, planned.view.table);
    if (shape?.minValidVersion === undefined) return { shape, currentVersion: planned.view.currentVersion };
    const { currentVersion } = await readWindow(session, shape);
    const { view } = await readHistory(session, row?.historyMark, currentVersion);
    return { shape, currentVersion, history: view };
  });
}

/** Without a shape there is nothing to be done but to say so. */
function goneTable(plan: TablePlan): StepResult {
  return plan.kind === "blocked" ? { kind: "blocked", reason: plan.reason, fix: plan.fix } : { kind: "planned-again" };
}
