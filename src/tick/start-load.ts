import { type LoadStart, rowAtLoadStart } from "../model/ledger-transitions.ts";
import type { ReplicaTable } from "../model/replica-table.ts";
import { shapeText } from "../model/table-shape.ts";
import type { Version } from "../model/version.ts";
import { readHistory } from "../primary/read-history.ts";
import { readRowCount, readWindow } from "../primary/read-window.ts";
import { saveRow } from "../replica/ledger.ts";
import { prepareTable } from "../replica/prepare-table.ts";
import { quoteTable } from "../sql/quote.ts";
import { transportAtStart } from "./choose-transport.ts";
import type { StepResult, TableStep } from "./step.ts";

/**
 * Starts a full load: one replica transaction with the TRUNCATE, if it was ordered and the server allows it, and the
 * ledger row. Everything else is loaded in place: the replica stays readable and converges.
 */
export async function startLoad(
  step: TableStep & { readonly replicaTable?: ReplicaTable },
  load: { readonly reason: string; readonly truncate: boolean },
): Promise<StepResult> {
  const { tick, shape } = step;
  let { replicaTable } = step;
  if (replicaTable === undefined) {
    const prepared = await prepareTable(tick.replica, shape);
    if (prepared.kind === "blocked") return { kind: "blocked", reason: prepared.what, fix: prepared.fix };
    replicaTable = prepared.replica;
  }
  const { force } = step.planned.view.flags;
  const start = await loadStart({ ...step, replicaTable }, load.reason);
  if (force?.kind === "ordered" && !(await tick.state.takeForceOrder(shape.table, start.loadId))) {
    return { kind: "planned-again", reason: "the force flag was changed meanwhile" };
  }
  const row = rowAtLoadStart(start);
  const truncates = load.truncate && replicaTable.canTruncate;
  await tick.replica.withTransaction("read committed", async (session) => {
    if (truncates) await session.batch(`TRUNCATE TABLE ${quoteTable(shape.table)};`);
    await saveRow(session, row);
  });
  await tick.state.publish(tick.ledgerId, row);
  return { kind: "load-started", row, reason: `${load.reason}${truncates ? "" : " (in place)"}` };
}

/** The facts of a load that starts now, or of a table that is adopted at a version. The watermark is read after object_id and begin_version, which are the shape's. */
export async function loadStart(
  step: TableStep & { readonly replicaTable: ReplicaTable },
  reason: string,
  adopted?: Version,
): Promise<LoadStart> {
  const { tick, shape, fence, replicaTable } = step;
  const { force } = step.planned.view.flags;
  const { window, total, history } = await tick.primary.withSession(async (session) => {
    const window = await readWindow(session, shape);
    const history = await readHistory(session, undefined, adopted ?? window.currentVersion);
    return { window, total: await readRowCount(session, shape), history };
  });
  const next = fence.lastLoadId + 1n;
  return {
    table: shape.table,
    fence: fence.fence,
    objectId: shape.objectId,
    beginVersion: shape.beginVersion,
    replicaObjectId: replicaTable.objectId,
    shape: shapeText(shape),
    ...transportAtStart(step, shapeText(shape)),
    watermark: adopted ?? window.currentVersion,
    watermarkTime: window.now,
    historyMark: history.mark,
    loadId: force?.kind === "obeying" && force.loadId > next ? force.loadId : next,
    reason,
    total,
    startedAt: new Date(tick.clock.now()).toISOString(),
  };
}
