import type { ConnectionPool } from "mssql";

/** A table as the catalog describes it, in words that can be compared. */
export interface TableSchema {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly ColumnSchema[];
  /** `PRIMARY KEY CLUSTERED (OrderId, LineNumber DESC)`, one for each key. */
  readonly keys: readonly string[];
  /** Names of the primary key's columns, in key order. */
  readonly primaryKey: readonly string[];
}

export interface ColumnSchema {
  readonly name: string;
  readonly type: string;
  /** Everything that must be the same on both sides, as text. */
  readonly description: string;
}

const columnsQuery = `SELECT s.name AS schemaName, t.name AS tableName, c.name AS columnName, ty.name AS typeName,
  c.max_length AS maxLength, c.precision AS prec, c.scale AS scale, c.is_nullable AS isNullable,
  c.collation_name AS collation, c.is_identity AS isIdentity, c.is_computed AS isComputed,
  CONVERT(nvarchar(40), ic.seed_value) AS seed, CONVERT(nvarchar(40), ic.increment_value) AS increment,
  dc.definition AS defaultDefinition
FROM sys.tables AS t
JOIN sys.schemas AS s ON s.schema_id = t.schema_id
JOIN sys.columns AS c ON c.object_id = t.object_id
JOIN sys.types AS ty ON ty.user_type_id = c.user_type_id
LEFT JOIN sys.identity_columns AS ic ON ic.object_id = c.object_id AND ic.column_id = c.column_id
LEFT JOIN sys.default_constraints AS dc ON dc.object_id = c.default_object_id
WHERE s.name <> N'mssql_sync'
ORDER BY s.name, t.name, c.column_id`;

const keysQuery = `SELECT s.name AS schemaName, t.name AS tableName, i.name AS indexName, i.is_primary_key AS isPrimaryKey,
  i.type_desc AS typeDesc, c.name AS columnName, ic.is_descending_key AS isDescending
FROM sys.tables AS t
JOIN sys.schemas AS s ON s.schema_id = t.schema_id
JOIN sys.indexes AS i ON i.object_id = t.object_id
JOIN sys.index_columns AS ic ON ic.object_id = i.object_id AND ic.index_id = i.index_id
JOIN sys.columns AS c ON c.object_id = ic.object_id AND c.column_id = ic.column_id
WHERE (i.is_primary_key = 1 OR i.is_unique_constraint = 1) AND s.name <> N'mssql_sync'
ORDER BY s.name, t.name, i.index_id, ic.key_ordinal`;

interface ColumnRow {
  schemaName: string;
  tableName: string;
  columnName: string;
  typeName: string;
  maxLength: number;
  prec: number;
  scale: number;
  isNullable: boolean;
  collation: string | null;
  isIdentity: boolean;
  isComputed: boolean;
  seed: string | null;
  increment: string | null;
  defaultDefinition: string | null;
}

interface KeyRow {
  schemaName: string;
  tableName: string;
  indexName: string;
  isPrimaryKey: boolean;
  typeDesc: string;
  columnName: string;
  isDescending: boolean;
}

/** All user tables of a database but the app's own, by `schema.name`. */
export async function readSchema(pool: ConnectionPool): Promise<Map<string, TableSchema>> {
  const columns = (await pool.request().batch<ColumnRow>(columnsQuery)).recordset;
  const keys = (await pool.request().batch<KeyRow>(keysQuery)).recordset;
  const tables = new Map<string, TableSchema>();
  for (const [table, own] of groupBy(columns, (row) => `${row.schemaName}.${row.tableName}`)) {
    const ownKeys = keys.filter((row) => `${row.schemaName}.${row.tableName}` === table);
    tables.set(table, {
      schema: own[0]?.schemaName ?? "",
      name: own[0]?.tableName ?? "",
      columns: own.map(columnSchema),
      keys: [...groupBy(ownKeys, (row) => row.indexName).values()].map(keyText).sort(),
      primaryKey: ownKeys.filter((row) => row.isPrimaryKey).map((row) => row.columnName),
    });
  }
  return tables;
}

function groupBy<Row>(rows: readonly Row[], key: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(key(row));
    if (group === undefined) groups.set(key(row), [row]);
    else group.push(row);
  }
  return groups;
}

function columnSchema(row: ColumnRow): ColumnSchema {
  const parts = [
    `${row.typeName}(${row.maxLength},${row.prec},${row.scale})`,
    row.isNullable ? "NULL" : "NOT NULL",
    row.collation === null ? "" : `COLLATE ${row.collation}`,
    row.isIdentity ? `IDENTITY(${row.seed},${row.increment})` : "",
    row.isComputed ? "computed" : "",
    row.defaultDefinition === null ? "" : `DEFAULT ${row.defaultDefinition}`,
  ];
  return { name: row.columnName, type: row.typeName, description: parts.filter((part) => part !== "").join(" ") };
}

function keyText(rows: readonly KeyRow[]): string {
  const columns = rows.map((row) => row.columnName + (row.isDescending ? " DESC" : ""));
  return `${rows[0]?.isPrimaryKey === true ? "PRIMARY KEY" : "UNIQUE"} ${rows[0]?.typeDesc} (${columns.join(", ")})`;
}
