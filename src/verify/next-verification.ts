import type { LedgerRow } from "../model/ledger-row.ts";
import { type TableName, tableKey } from "../model/table-name.ts";
import type { VerificationRun } from "../model/verification.ts";
import type { SyncState } from "../state/sync-state.ts";
import { readVerifications } from "../state/verifications.ts";

/** A table as the tick plans it. */
interface Planned {
  readonly view: { readonly table: TableName; readonly row: LedgerRow | undefined };
  readonly plan: { readonly kind: string };
}

/**
 * Whose verification goes on in this tick; one an invocation. Only live tables that nothing is in the way of; a verification of another one waits.
 * @returns the table's `tableKey`; undefined: nobody's
 * @throws RedisUnavailable
 */
export async function nextVerification(
  state: SyncState,
  planned: readonly Planned[],
  now: number,
): Promise<string | undefined> {
  const live = planned.filter(({ view, plan }) => isVerifiable(view.row, plan.kind)).map(({ view }) => view.table);
  const found = await readVerifications(state, live);
  const runs = live.flatMap((table) => {
    const run = found.get(tableKey(table))?.value.run;
    return run === undefined ? [] : [[tableKey(table), run] as const];
  });
  return firstRun(runs, now);
}

function isVerifiable(row: LedgerRow | undefined, plan: string): boolean {
  return row?.state === "live" && (plan === "delta" || plan === "idle");
}

/** What an operator asked for before what the schedule did, and one table after the other, in the order in which they were asked for. Pure. */
export function firstRun(
  runs: readonly (readonly [key: string, run: VerificationRun])[],
  now: number,
): string | undefined {
  const due = runs.filter(([, { retryAt }]) => retryAt === undefined || Date.parse(retryAt) <= now);
  const order = ([key, run]: readonly [string, VerificationRun]): string =>
    `${run.askedBy === "http" ? 0 : 1} ${run.askedAt} ${key}`;
  return due.toSorted((a, b) => (order(a) < order(b) ? -1 : 1))[0]?.[0];
}
