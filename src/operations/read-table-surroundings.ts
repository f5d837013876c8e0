import type { Database } from "../db/database.ts";
import type { Row } from "../db/session.ts";
import { type TableName, tableKey } from "../model/table-name.ts";
import { doctorForeignKeysQuery, doctorTablesQuery } from "../sql/doctor-tables-query.ts";
import type { ReplicaForeignKey, UntrackedTable } from "./table-findings.ts";

/** What the primary has beside the tracked tables, and how many rows those have. */
export interface PrimaryTables {
  readonly untracked: readonly UntrackedTable[];
  /** By `tableKey`. */
  readonly rows: ReadonlyMap<string, number>;
}

export async function readPrimaryTables(primary: Database): Promise<PrimaryTables> {
  const [untracked, counted] = await primary.query(doctorTablesQuery);
  return {
    untracked: (untracked ?? []).map((row) => ({ table: tableOf(row), hasKey: row["has_key"] === 1 })),
    rows: new Map((counted ?? []).map((row) => [tableKey(tableOf(row)), Number(row["row_count"])])),
  };
}

export async function readForeignKeys(replica: Database): Promise<readonly ReplicaForeignKey[]> {
  const [rows] = await replica.query(doctorForeignKeysQuery);
  return (rows ?? []).map((row) => ({
    table: tableOf(row),
    name: row["key_name"] as string,
    references: { schema: row["referenced_schema"] as string, name: row["referenced_table"] as string },
    onDelete: row["delete_referential_action_desc"] as string,
  }));
}

function tableOf(row: Row): TableName {
  return { schema: row["schema_name"] as string, name: row["table_name"] as string };
}
