import type { App } from "../app.ts";
import { newerMark } from "../model/history-mark.ts";
import { tableKey } from "../model/table-name.ts";
import { moveIdle } from "../replica/ledger.ts";
import type { PlannedTable } from "./plan-tick.ts";
import type { TickFacts } from "./read-views.ts";

const everyMs = 60_000;

/**
 * Moves the watermarks of tables without changes to the version that was current before they were probed, once a
 * minute, so that retention never catches up with a quiet table.
 */
export async function moveIdleTables(app: App, facts: TickFacts, planned: readonly PlannedTable[]): Promise<void> {
  const now = app.clock.now();
  if (now - app.memory.lastIdleMove < everyMs) return;
  const idle = planned.flatMap(({ plan, view }) =>
    plan.kind === "idle" && view.row !== undefined && view.row.watermark < facts.currentVersion ? [view.row] : [],
  );
  app.memory.lastIdleMove = now;
  if (idle.length === 0) return;
  const { history, now: time } = facts.primary;
  // A mark that is known and newer than what the login sees now stays.
  const mark = idle.every(({ historyMark }) => newerMark(historyMark, history).commit === history.commit)
    ? history
    : { ...history, commit: undefined };
  const moved = await moveIdle(app.replica, idle, { version: facts.currentVersion, time, mark });
  const rows = idle.filter(({ table }) => moved.has(tableKey(table)));
  await app.state.publish(
    facts.ledger.id,
    ...rows.map((row) => ({ ...row, watermark: facts.currentVersion, watermarkTime: time })),
  );
}
