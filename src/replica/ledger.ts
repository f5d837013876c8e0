import type { Database } from "../db/database.ts";
import type { Row, Session } from "../db/session.ts";
import { hasSqlErrorNumber } from "../db/sql-error.ts";
import { parseCursor } from "../model/cursor.ts";
import { parseHistoryMark } from "../model/history-mark.ts";
import type { Ledger, LedgerRow } from "../model/ledger-row.ts";
import { type TableName, tableKey } from "../model/table-name.ts";
import {
  createLedger,
  type IdleTable,
  type Moment,
  mirrorEnabledStatement,
  moveIdleStatement,
  raiseFenceStatement,
  saveRowStatement,
  selectLedger,
} from "../sql/ledger-statements.ts";

/** Somebody else raised the fence: this step may not write any more. Its transaction is rolled back. */
export class FenceLost extends Error {
  override readonly name = "FenceLost";

  constructor(table: TableName) {
    super(`write the ledger row of ${tableKey(table)}: another worker has taken the table over`);
  }
}

/** Reads the whole ledger in one round trip; makes it, or what it lacks, where the replica has none yet. */
export async function readLedger(replica: Database): Promise<Ledger> {
  let rowsets: Row[][];
  try {
    rowsets = await replica.query(selectLedger);
  } catch (error) {
    // 208: invalid object name; 207: invalid column name, of a ledger that an older version made.
    if (!hasSqlErrorNumber(error, 207, 208)) throw error;
    await replica.withSession((session) => session.batch(createLedger));
    rowsets = await replica.query(selectLedger);
  }
  const id = rowsets[0]?.[0]?.["id"];
  if (typeof id !== "string") throw new Error("read the ledger: mssql_sync.ledger_identity holds no row");
  const rows = new Map<string, LedgerRow>();
  const replicaObjectIds = new Map<string, number | null>();
  for (const row of rowsets[1] ?? []) {
    const ledgerRow = readRow(row);
    if (ledgerRow === undefined) continue;
    const key = tableKey(ledgerRow.table);
    rows.set(key, ledgerRow);
    replicaObjectIds.set(key, row["replica_object_now"] as number | null);
  }
  return { id: id.toLowerCase(), rows, replicaObjectIds };
}

/** What a step may write with, and what the replica holds at this moment. */
export interface Fence {
  readonly fence: bigint;
  /** Loads are numbered through, also where nothing but a fence stands. */
  readonly lastLoadId: bigint;
  readonly row: LedgerRow | undefined;
}

/** Takes a table over: every older fence is void from here on. */
export async function raiseFence(replica: Database, table: TableName): Promise<Fence> {
  const [rows] = await replica.query(raiseFenceStatement(table));
  const row = rows?.[0];
  if (row === undefined) throw new Error(`raise the fence of ${tableKey(table)}: the ledger returned no row`);
  return { fence: bigintOf(row, "fence"), lastLoadId: bigintOf(row, "load_id"), row: readRow(row) };
}

/**
 * Writes the row inside the transaction of the rows that it speaks of.
 * @throws FenceLost when another worker has raised the fence since
 */
export async function saveRow(session: Session, row: LedgerRow): Promise<void> {
  const [rows] = await session.query(saveRowStatement(row));
  if (rows?.[0]?.["updated"] !== 1) throw new FenceLost(row.table);
}

export async function mirrorEnabled(replica: Database, table: TableName, enabled: boolean): Promise<void> {
  await replica.query(mirrorEnabledStatement(table, enabled));
}

/** Moves idle tables on; returns the keys of those that moved (a table that somebody else wrote to stays). */
export async function moveIdle(replica: Database, tables: readonly IdleTable[], moment: Moment): Promise<Set<string>> {
  const [rows] = await replica.query(moveIdleStatement(tables, moment));
  return new Set((rows ?? []).map((row) => tableKey(tableOf(row))));
}

function readRow(row: Row): LedgerRow | undefined {
  if (row["watermark"] === null || row["state"] === null) return undefined;
  const deltaTo = optional(row, "delta_to");
  const position = optional(row, "delta_position");
  const cursor = optional(row, "load_cursor");
  const mark = optional(row, "history_mark");
  const state = text(row, "state") === "live" ? "live" : "loading";
  return {
    table: tableOf(row),
    fence: bigintOf(row, "fence"),
    state,
    objectId: row["object_id"] as number,
    beginVersion: bigintOf(row, "begin_version"),
    replicaObjectId: row["replica_object_id"] as number,
    shape: text(row, "shape"),
    transport: text(row, "transport") === "driver" ? "driver" : "relay",
    transportReason: optional(row, "transport_reason"),
    watermark: bigintOf(row, "watermark"),
    watermarkTime: text(row, "watermark_time"),
    historyMark: mark === undefined ? undefined : parseHistoryMark(mark),
    halfApplied:
      deltaTo === undefined || position === undefined
        ? undefined
        : { to: BigInt(deltaTo), position: parseCursor(position) },
    loadId: bigintOf(row, "load_id"),
    load:
      state === "live"
        ? undefined
        : {
            cursor: cursor === undefined ? undefined : parseCursor(cursor),
            reason: text(row, "load_reason"),
            synced: bigintOf(row, "load_synced"),
            total: bigintOf(row, "load_total"),
            startedAt: text(row, "load_started_at"),
          },
    enabled: row["enabled"] === true,
  };
}

function tableOf(row: Row): TableName {
  return { schema: text(row, "schema_name"), name: text(row, "table_name") };
}

function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== "string") throw new Error(`read mssql_sync.ledger: ${column} holds ${String(value)}`);
  return value;
}

function optional(row: Row, column: string): string | undefined {
  return row[column] === null ? undefined : text(row, column);
}

function bigintOf(row: Row, column: string): bigint {
  return BigInt(text(row, column));
}
