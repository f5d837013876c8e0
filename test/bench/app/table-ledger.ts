import type { ConnectionPool } from "mssql";

/** What the ledger on the replica says of a table of schema dbo whose key is one number. */
export interface TableLedger {
  readonly state: "loading" | "live";
  /** Rows loaded so far; 0 for a live table. */
  readonly synced: number;
  readonly watermark: string;
  /** End of a window that is half applied. */
  readonly to: string | null;
  /** The last id of it that is applied. */
  readonly position: number | null;
}

/** Undefined while the ledger knows nothing of the table. Waits for a commit that is under way. */
export async function readTableLedger(replica: ConnectionPool, table: string): Promise<TableLedger | undefined> {
  const { recordset } = await replica
    .request()
    .input("table", table)
    .query<Record<string, string | null>>(
      `SELECT state, load_synced, watermark, delta_to, delta_position
FROM mssql_sync.ledger WHERE schema_name = N'dbo' AND table_name = @table AND watermark IS NOT NULL;`,
    );
  const row = recordset[0];
  if (row === undefined) return undefined;
  const position = row["delta_position"] ?? null;
  return {
    state: row["state"] === "live" ? "live" : "loading",
    synced: Number(row["load_synced"] ?? 0),
    watermark: row["watermark"] ?? "",
    to: row["delta_to"] ?? null,
    position: position === null ? null : Number((JSON.parse(position) as string[])[0]),
  };
}
