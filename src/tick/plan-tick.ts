import { tableKey } from "../model/table-name.ts";
import { planTable, type TablePlan, type TableView } from "./plan-table.ts";

export interface PlannedTable {
  readonly key: string;
  readonly view: TableView;
  readonly plan: TablePlan;
  /** Whether this invocation's chunk is this table's; only ever true for one table. */
  readonly chunk: boolean;
}

/**
 * Plans every table of a tick; pure. One full-load chunk an invocation, round robin: the next loading table, by name,
 * after the one that had the last chunk. Deltas and starts come in the order of the tables, the chunk last, so that a
 * long chunk keeps nothing else waiting.
 * @param lastChunk key of the table that had the chunk before
 */
export function planTick(views: readonly TableView[], now: number, lastChunk: string | undefined): PlannedTable[] {
  const planned = views.map((view) => ({ key: tableKey(view.table), view, plan: planTable(view, now) }));
  const loading = planned
    .filter(({ plan }) => plan.kind === "full-load-chunk")
    .map(({ key }) => key)
    .sort();
  const next = loading.find((key) => lastChunk !== undefined && key > lastChunk) ?? loading[0];
  return planned
    .map((table) => ({ ...table, chunk: table.key === next }))
    .sort((a, b) => Number(a.chunk) - Number(b.chunk));
}
