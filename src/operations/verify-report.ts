import { type TableName, tableKey } from "../model/table-name.ts";
import {
  type DifferingKey,
  type Verification,
  type VerificationCounts,
  type VerificationResult,
  differingRows,
} from "../model/verification.ts";
import type { TablesView } from "./read-tables.ts";
import { whyNotVerifiable } from "./verify-table.ts";

interface Counts {
  readonly repair: boolean;
  readonly askedBy: VerificationCounts["askedBy"];
  readonly askedAt: string;
  /** null: it waits for its turn. */
  readonly startedAt: string | null;
  /** Rows of the primary that were compared. */
  readonly rows: number;
  readonly differences: {
    /** Rows that differ: not on the replica, only there, and with other bytes. */
    readonly rows: number;
    readonly missing: number;
    readonly extra: number;
    readonly different: number;
    readonly repaired: number;
    /** The first 100 of them: each key as texts, in the order of its columns. */
    readonly keys: readonly DifferingKey[];
  };
  readonly error: string | null;
  readonly fix: string | null;
}

/** What GET /api/tables/{table}/verify answers. */
export interface VerificationReport {
  readonly table: string;
  /** The comparison that is under way. */
  readonly running:
    | (Counts & {
        /** Of the rows that the primary had at the start. */
        readonly percent: number;
        readonly updatedAt: string;
        /** Why it does not go on; null: it does. */
        readonly waitsFor: string | null;
      })
    | null;
  /** The one that ended last. */
  readonly last:
    | (Counts & {
        readonly result: VerificationResult["result"];
        readonly finishedAt: string;
        /** The table was loaded anew since: what was found says nothing of it any more. */
        readonly outdated: boolean;
      })
    | null;
}

/** Pure. */
export function reportVerification(
  view: TablesView,
  table: TableName,
  { run, last }: Verification,
): VerificationReport {
  return {
    table: tableKey(table),
    running:
      run === undefined
        ? null
        : {
            ...countsOf(run),
            percent: run.total === 0 ? 0 : Math.min(99, Math.floor((run.rows / run.total) * 100)),
            updatedAt: run.updatedAt,
            waitsFor: whyNotVerifiable(view, table)?.what ?? null,
          },
    last:
      last === undefined
        ? null
        : {
            ...countsOf(last),
            result: last.result,
            finishedAt: last.finishedAt,
            outdated: isOutdated(view, table, last),
          },
  };
}

/** Whether the table was loaded anew since it was compared. Pure. */
export function isOutdated(
  { ledger }: Pick<TablesView, "ledger">,
  table: TableName,
  { loadId }: Pick<VerificationCounts, "loadId">,
): boolean {
  return loadId !== undefined && ledger.rows.get(tableKey(table))?.loadId.toString() !== loadId;
}

function countsOf(
  counts: VerificationCounts & { readonly error?: string | undefined; fix?: string | undefined },
): Counts {
  const { repair, askedBy, askedAt, startedAt, rows, differences, repaired, keys, error, fix } = counts;
  return {
    repair,
    askedBy,
    askedAt,
    startedAt: startedAt ?? null,
    rows,
    differences: { rows: differingRows(counts), ...differences, repaired, keys },
    error: error ?? null,
    fix: fix ?? null,
  };
}
