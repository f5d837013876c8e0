import { reportTable } from "../operations/table-report.ts";
import type { PrimaryView } from "../primary/inspect.ts";
import type { TableStanding } from "../telemetry/telemetry.ts";
import type { PlannedTable } from "./plan-tick.ts";
import type { StepResult } from "./step.ts";

/** Results that leave what was recorded of the table as it was. */
const settlesNothing: ReadonlySet<StepResult["kind"]> = new Set([
  "nothing",
  "planned-again",
  "held-elsewhere",
  "stopped",
]);

/**
 * Where a table stands when its step is over, or when it needed none; pure. The numbers are those of GET /api/tables, but for one: the tick
 * knows which tables have not changed since their watermarks, and those lag behind nothing.
 * @param primary as the tick found it
 */
export function tableStanding(
  { key, plan, view }: PlannedTable,
  result: StepResult | undefined,
  primary: Pick<PrimaryView, "currentVersion" | "now" | "retentionMinutes">,
): TableStanding {
  const row = result?.row ?? view.row;
  const error = result === undefined || settlesNothing.has(result.kind) ? view.flags.error : result.recorded;
  const report = reportTable(view.table, view.tracked !== undefined, row, { ...view.flags, error }, primary);
  const idle = result === undefined ? plan.kind === "idle" || view.changed === false : result.kind === "nothing";
  const load = row?.load;
  // The total is an estimate from when the load began, and a loading table is not done before it is live.
  const share = load === undefined || load.total <= 0n ? 0 : Math.min(0.99, Number(load.synced) / Number(load.total));
  return {
    table: key,
    state: report.state,
    enabled: report.enabled,
    lagSeconds: idle && row !== undefined ? 0 : report.lagSeconds,
    lagVersions: idle && row !== undefined ? 0 : report.lagVersions,
    retentionHeadroomHours: report.retentionHeadroomHours,
    retentionUsed: report.retentionUsed,
    progress: load === undefined ? null : share,
  };
}
