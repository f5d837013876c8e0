import type { LedgerRow } from "../model/ledger-row.ts";
import type { ForceOrder } from "../model/table-flags.ts";

/**
 * What an order for a full load asks for, seen from what the ledger says was done:
 * - none: nothing is ordered
 * - take: an operator's `true`: number it, then start that load
 * - start: numbered, but its load has not started (the worker that numbered it died in between)
 * - running: its load is under way
 * - obeyed: its load is finished; the order is to be removed
 */
export type ForceOrderStanding = "none" | "take" | "start" | "running" | "obeyed";

/** @param lastLoadId number of the table's last load, 0 without any */
export function standingOf(
  force: ForceOrder | undefined,
  state: LedgerRow["state"] | undefined,
  lastLoadId: bigint,
): ForceOrderStanding {
  if (force === undefined) return "none";
  if (force.kind === "ordered") return "take";
  if (force.loadId > lastLoadId || state === undefined) return "start";
  return state === "live" ? "obeyed" : "running";
}
