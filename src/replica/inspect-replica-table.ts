import type { Row, Session } from "../db/session.ts";
import type { InspectedTable, ReplicaColumn } from "../model/replica-table.ts";
import type { TableName } from "../model/table-name.ts";
import { replicaQuery } from "../sql/replica-query.ts";

/** The replica's table of this name, in one round trip; undefined when it has none (or the login may not see it). */
export async function inspectReplicaTable(session: Session, table: TableName): Promise<InspectedTable | undefined> {
  const [tables, columnRows, indexRows, triggers] = await session.query(replicaQuery(table));
  const found = tables?.[0];
  if (found === undefined) return undefined;
  const columns = (columnRows ?? []).map(columnOf);
  const indexes = indexesOf(indexRows ?? []);
  // 2 = system-versioned, 1 = a history table, which takes no direct changes while versioning is on.
  const systemVersioned = found["temporal_type"] !== 0;
  return {
    objectId: found["object_id"] as number,
    columns: new Map(columns.map((column) => [column.name, column])),
    writable: new Set(columns.filter(isWritable).map(({ name }) => name)),
    identityColumn: columns.find(({ identity }) => identity)?.name,
    uniqueIndexes: indexes.filter(({ isPrimaryKey }) => !isPrimaryKey),
    primaryKey: indexes.find(({ isPrimaryKey }) => isPrimaryKey)?.columns,
    triggers: (triggers ?? []).map((row) => row["name"] as string),
    systemVersioned,
    canTruncate:
      !systemVersioned &&
      found["is_referenced"] !== 1 &&
      found["is_published"] !== 1 &&
      found["under_indexed_view"] !== true,
  };
}

function isWritable(column: ReplicaColumn): boolean {
  return !column.computed && !column.columnSet && !column.generatedAlways && column.type.name !== "rowversion";
}

function columnOf(row: Row): ReplicaColumn {
  const type = row["type_name"] as string;
  const collation = row["collation_name"];
  return {
    name: row["name"] as string,
    type: {
      name: type === "timestamp" ? "rowversion" : type,
      maxLength: row["max_length"] as number,
      precision: row["precision"] as number,
      scale: row["scale"] as number,
    },
    collation: typeof collation === "string" ? collation : undefined,
    nullable: row["is_nullable"] === true,
    identity: row["is_identity"] === true,
    computed: row["is_computed"] === true,
    generatedAlways: row["generated_always_type"] !== 0,
    columnSet: row["is_column_set"] === true,
    hasDefault: row["default_object_id"] !== 0,
  };
}

interface Index {
  readonly isPrimaryKey: boolean;
  readonly columns: string[];
  readonly filter: string | undefined;
}

function indexesOf(rows: readonly Row[]): Index[] {
  const byId = new Map<number, Index>();
  for (const row of rows) {
    const id = row["index_id"] as number;
    const filter = row["filter_definition"];
    const index = byId.get(id) ?? {
      isPrimaryKey: row["is_primary_key"] === true,
      columns: [],
      filter: typeof filter === "string" ? filter : undefined,
    };
    index.columns.push(row["name"] as string);
    byId.set(id, index);
  }
  return [...byId.values()];
}
