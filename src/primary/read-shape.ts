import type { Row, Session } from "../db/session.ts";
import type { TableName } from "../model/table-name.ts";
import type { ColumnShape, NeededFunction, TableShape, UniqueKey } from "../model/table-shape.ts";
import { shapeQuery } from "../sql/shape-query.ts";

/**
 * A tracked table as the primary's catalog shows it now, in one round trip; undefined when the login does not see the
 * table or tracking is off for it. Metadata is not versioned: run it under READ COMMITTED, never in the snapshot that
 * reads the rows (3961 after DDL).
 */
export async function readShape(session: Session, table: TableName): Promise<TableShape | undefined> {
  const [tables, columns, keys, functions] = await session.query(shapeQuery(table));
  const found = tables?.[0];
  if (found === undefined) return undefined;
  const constraints = keysOf(keys ?? []);
  const primaryKey = constraints.find(({ isPrimary }) => isPrimary)?.key;
  const minValid = found["min_valid_version"];
  return {
    table: { schema: found["schema_name"] as string, name: found["table_name"] as string },
    objectId: found["object_id"] as number,
    beginVersion: BigInt(found["begin_version"] as string),
    minValidVersion: typeof minValid === "string" ? BigInt(minValid) : undefined,
    columns: (columns ?? []).map(columnOf),
    key: primaryKey?.columns ?? [],
    primaryKey,
    uniques: constraints.filter(({ isPrimary }) => !isPrimary).map(({ key }) => key),
    functions: (functions ?? []).map(functionOf),
    memoryOptimized: isSet(found["is_memory_optimized"]),
    graph: isSet(found["is_node"]) || isSet(found["is_edge"]),
    // 2 = system-versioned: https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-tables-transact-sql
    systemVersioned: found["temporal_type"] === 2,
  };
}

function columnOf(row: Row): ColumnShape {
  const base = text(row["base_type"]);
  const own = text(row["own_type"]);
  const assembly = isSet(row["is_assembly_type"]);
  const userDefined = isSet(row["is_user_defined"]);
  // All CLR types share one system type. A type that the login may not see at all can only be a user's.
  const name = assembly ? own : base;
  const alias = own !== undefined && !assembly && (userDefined || own === "sysname");
  const seed = text(row["seed_value"]);
  const computed = text(row["computed_definition"]);
  const defaultName = text(row["default_name"]);
  return {
    columnId: row["column_id"] as number,
    name: row["name"] as string,
    type: {
      name: name === "timestamp" ? "rowversion" : (name ?? "unknown"),
      maxLength: row["max_length"] as number,
      precision: row["precision"] as number,
      scale: row["scale"] as number,
    },
    aliasType: alias
      ? { schema: text(row["own_schema"]) ?? "dbo", name: own, nullable: isSet(row["own_is_nullable"]) }
      : undefined,
    collation: text(row["collation_name"]),
    nullable: isSet(row["is_nullable"]),
    identity: seed === undefined ? undefined : { seed, increment: text(row["increment_value"]) ?? "1" },
    computed: computed === undefined ? undefined : { definition: computed, persisted: isSet(row["is_persisted"]) },
    default:
      defaultName === undefined
        ? undefined
        : {
            name: defaultName,
            systemNamed: isSet(row["default_is_system_named"]),
            definition: row["default_definition"] as string,
          },
    generatedAlways: generatedAlways(row["generated_always_type"] as number),
    sparse: isSet(row["is_sparse"]),
    columnSet: isSet(row["is_column_set"]),
    rowGuid: isSet(row["is_rowguidcol"]),
    filestream: isSet(row["is_filestream"]),
    encrypted: typeof row["encryption_type"] === "number",
    masked: isSet(row["is_masked"]),
    graph: typeof row["graph_type"] === "number",
    userDefinedClr: name === undefined || (assembly && userDefined),
    typedXml: base === "xml" && (row["xml_collection_id"] as number) !== 0,
  };
}

/** https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-columns-transact-sql: 5 to 8 are ledger's. */
function generatedAlways(type: number): ColumnShape["generatedAlways"] {
  switch (type) {
    case 0:
      return undefined;
    case 1:
      return "row-start";
    case 2:
      return "row-end";
    default:
      return "ledger";
  }
}

interface Constraint {
  readonly isPrimary: boolean;
  readonly key: UniqueKey;
}

function keysOf(rows: readonly Row[]): Constraint[] {
  const byIndex = new Map<number, Row[]>();
  for (const row of rows) {
    const index = row["index_id"] as number;
    byIndex.set(index, [...(byIndex.get(index) ?? []), row]);
  }
  return [...byIndex.values()].map((columns) => {
    const first = columns[0] ?? {};
    return {
      isPrimary: isSet(first["is_primary_key"]),
      key: {
        name: first["index_name"] as string,
        systemNamed: isSet(first["is_system_named"]),
        clustered: first["index_type"] === 1,
        columns: columns.map((row) => ({
          columnId: row["column_id"] as number,
          name: row["name"] as string,
          descending: isSet(row["is_descending_key"]),
        })),
      },
    };
  });
}

function functionOf(row: Row): NeededFunction {
  return {
    name: { schema: row["schema_name"] as string, name: row["function_name"] as string },
    definition: text(row["definition"]),
    ansiNulls: isSet(row["uses_ansi_nulls"]),
    quotedIdentifier: isSet(row["uses_quoted_identifier"]),
  };
}

function isSet(value: unknown): boolean {
  return value === true || value === 1;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
