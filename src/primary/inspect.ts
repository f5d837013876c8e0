import type { Database } from "../db/database.ts";
import type { Row } from "../db/session.ts";
import type { HistoryMark, HistoryView } from "../model/history-mark.ts";
import type { TableName } from "../model/table-name.ts";
import type { Version } from "../model/version.ts";
import { markedCommits, newestMark, viewOf } from "./read-history.ts";
import { inspectQuery, type ProbedTable, probeBatchSize, probeQuery } from "../sql/inspect-query.ts";

/** A user table on the primary with Change Tracking on, as the catalog shows it to this login. */
export interface TrackedTable {
  readonly table: TableName;
  readonly objectId: number;
  readonly beginVersion: Version;
  /** undefined: the server gives none (tracking off by now, or no right to see it). */
  readonly minValidVersion: Version | undefined;
  /** Moves whenever the table is altered. */
  readonly modifiedAt: string;
}

export interface PrimaryView {
  /** undefined: Change Tracking is off for the database. */
  readonly currentVersion: Version | undefined;
  /** The primary's clock, UTC, ISO 8601. */
  readonly now: string;
  /** Without VIEW DEFINITION the catalog may leave tables out without an error. */
  readonly seesDefinitions: boolean;
  readonly snapshotAllowed: boolean;
  /** Without VIEW DATABASE STATE a restore cannot be told by the commit rows. */
  readonly seesCommits: boolean;
  /** The mark of the current version. */
  readonly history: HistoryMark;
  /** Minutes; undefined when tracking is off. */
  readonly retentionMinutes: number | undefined;
  readonly autoCleanup: boolean;
  readonly tables: readonly TrackedTable[];
}

/** One round trip, whatever the number of tables. A hint: a step reads again under its fence. */
export async function inspectPrimary(primary: Database): Promise<PrimaryView> {
  const [facts, tables, ...history] = await primary.query(inspectQuery);
  const fact = facts?.[0];
  if (fact === undefined) throw new Error("inspect the primary: sys.databases does not show the database itself");
  return {
    currentVersion: versionOf(fact["current_version"]),
    now: fact["now"] as string,
    seesDefinitions: fact["sees_definitions"] === 1,
    // 1 = on; 0 = off, 2 and 3 are on the way between: https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-databases-transact-sql
    snapshotAllowed: fact["snapshot_isolation_state"] === 1,
    seesCommits: fact["sees_commits"] === 1,
    history: newestMark(history.flat()),
    retentionMinutes: retentionMinutes(fact),
    autoCleanup: Boolean(fact["is_auto_cleanup_on"]),
    tables: (tables ?? []).map((row) => ({
      table: { schema: row["schema_name"] as string, name: row["table_name"] as string },
      objectId: row["object_id"] as number,
      beginVersion: BigInt(row["begin_version"] as string),
      minValidVersion: versionOf(row["min_valid_version"]),
      modifiedAt: row["modified_at"] as string,
    })),
  };
}

/** What the probe found of one table. */
export interface Probe {
  readonly changed: boolean;
  readonly beginVersion: Version;
  readonly minValidVersion: Version | undefined;
  readonly history: HistoryView;
}

/** A table to be probed with what the ledger knows of its history. */
export interface MarkedTable extends Omit<ProbedTable, "marked"> {
  readonly historyMark: HistoryMark | undefined;
}

/**
 * Which of the tables changed after their watermarks, by object_id; tables that are gone by now are missing from it.
 * @param recoveryFork as the inspection found it
 */
export async function probeChanges(
  primary: Database,
  tables: readonly MarkedTable[],
  recoveryFork: string | undefined,
): Promise<Map<number, Probe>> {
  const probes = new Map<number, Probe>();
  for (let at = 0; at < tables.length; at += probeBatchSize) {
    const part = tables.slice(at, at + probeBatchSize);
    const asked = new Map(part.map((table) => [table.objectId, table]));
    const probed = part.map((table) => ({ ...table, marked: table.historyMark?.commit?.version }));
    const [rows, ...history] = await primary.query(probeQuery(probed));
    const commits = markedCommits(history.flat());
    for (const row of rows ?? []) {
      const objectId = row["object_id"] as number;
      const table = asked.get(objectId);
      if (table === undefined) continue;
      probes.set(objectId, {
        history: viewOf(table.historyMark, commits, recoveryFork),
        changed: row["changed"] === 1,
        beginVersion: BigInt(row["begin_version"] as string),
        minValidVersion: versionOf(row["min_valid_version"]),
      });
    }
  }
  return probes;
}

function versionOf(value: unknown): Version | undefined {
  return typeof value === "string" ? BigInt(value) : undefined;
}

/** retention_period_units: 1 = minutes, 2 = hours, 3 = days. */
function retentionMinutes(fact: Row): number | undefined {
  const period = fact["retention_period"];
  if (typeof period !== "number") return undefined;
  const minutes: Readonly<Record<number, number>> = { 1: 1, 2: 60, 3: 1440 };
  return period * (minutes[fact["retention_period_units"] as number] ?? 1440);
}
