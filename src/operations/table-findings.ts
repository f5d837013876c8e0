import { parseTableKey, type TableName, tableKey } from "../model/table-name.ts";
import { quoteName, quoteTable } from "../sql/quote.ts";
import type { Finding } from "./finding.ts";
import type { TableLook } from "./table-look.ts";
import type { TableReport } from "./table-report.ts";

const namesShown = 10;

/** What blocks enabled tables, or would block paused ones. Pure. */
export function obstacleFindings(looks: readonly TableLook[], enabled: ReadonlySet<string>): Finding[] {
  return looks.flatMap(({ table, obstacles }) =>
    obstacles.map(({ what, fix }): Finding =>
      enabled.has(table)
        ? { severity: "error", what: `${table}: ${what}`, fix }
        : { severity: "info", what: `${table} is paused, and could not be synced if it were enabled: ${what}`, fix },
    ),
  );
}

/** A table of the primary that is not tracked. */
export interface UntrackedTable {
  readonly table: TableName;
  readonly hasKey: boolean;
}

/** Tables that are left out, as advice: that may well be on purpose. Pure. */
export function untrackedFindings(untracked: readonly UntrackedTable[]): Finding[] {
  const withKey = untracked.filter(({ hasKey }) => hasKey).map(({ table }) => table);
  const without = untracked.filter(({ hasKey }) => !hasKey).map(({ table }) => table);
  const findings: Finding[] = [];
  if (withKey.length > 0) {
    findings.push({
      severity: "info",
      what: `not tracked, and so not replicated: ${listed(withKey)}`,
      fix: withKey
        .slice(0, namesShown)
        .map((table) => `ALTER TABLE ${quoteTable(table)} ENABLE CHANGE_TRACKING;`)
        .join("\n"),
    });
  }
  if (without.length > 0) {
    findings.push({
      severity: "info",
      what: `without a primary key, which Change Tracking asks for, and so not replicated: ${listed(without)}`,
    });
  }
  return findings;
}

function listed(tables: readonly TableName[]): string {
  const more = tables.length > namesShown ? ` and ${(tables.length - namesShown).toLocaleString("en-US")} more` : "";
  return `${tables.slice(0, namesShown).map(tableKey).join(", ")}${more}`;
}

/** A foreign key of the replica that is enforced. */
export interface ReplicaForeignKey {
  readonly table: TableName;
  readonly name: string;
  readonly references: TableName;
  /** CASCADE, SET_NULL, SET_DEFAULT or NO_ACTION. */
  readonly onDelete: string;
}

/** @param tables keys of the tables that are enabled. Pure. */
export function foreignKeyFindings(keys: readonly ReplicaForeignKey[], tables: ReadonlySet<string>): Finding[] {
  return keys
    .filter(({ table, references }) => tables.has(tableKey(table)) || tables.has(tableKey(references)))
    .map(({ table, name, references, onDelete }) => {
      const cascades =
        onDelete === "NO_ACTION"
          ? ""
          : `, and deletes there change rows here (ON DELETE ${onDelete.replace("_", " ")})`;
      return {
        severity: "warning",
        what: `${tableKey(table)}: the replica enforces the foreign key ${name} to ${tableKey(references)}; rows may arrive before those that they refer to${cascades}`,
        fix: `ALTER TABLE ${quoteTable(table)} NOCHECK CONSTRAINT ${quoteName(name)};`,
      };
    });
}

const longLoadSeconds = 24 * 3600;

/**
 * Tables whose load would take more than a day at this chunk size. One chunk is read in each period, whatever the number of tables.
 * @param rows by `tableKey`
 * @param period seconds between two ticks. Pure.
 */
export function loadTimeFindings(
  reports: readonly Pick<TableReport, "table" | "state">[],
  rows: ReadonlyMap<string, number>,
  chunkRows: number | "auto",
  period: number | undefined,
): Finding[] {
  if (chunkRows === "auto" || period === undefined) return [];
  const waiting = reports.filter(({ state }) => state === "new" || state === "loading");
  const total = waiting.reduce((sum, { table }) => sum + (rows.get(table) ?? 0), 0);
  const seconds = (total / chunkRows) * period;
  if (seconds <= longLoadSeconds) return [];
  const days = (seconds / 86_400).toFixed(1);
  return [
    {
      severity: "warning",
      what: `loading ${total.toLocaleString("en-US")} rows takes about ${days} days at FULL_LOAD_CHUNK_ROWS=${chunkRows}: ${listed(waiting.flatMap(({ table }) => parseTableKey(table) ?? []))}`,
      fix: "FULL_LOAD_CHUNK_ROWS=auto",
    },
  ];
}
