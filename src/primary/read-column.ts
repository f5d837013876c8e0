import type { Row } from "../db/session.ts";
import type { ColumnShape } from "../model/table-shape.ts";

/** A row of `catalogColumns`, of either side. */
export function readColumn(row: Row): ColumnShape {
  const base = text(row["base_type"]);
  const own = text(row["own_type"]);
  const assembly = isSet(row["is_assembly_type"]);
  const userDefined = isSet(row["is_user_defined"]);
  // All CLR types share one system type, and the server's vector has that of varbinary. A type that the login may not see at all can only be
  // a user's.
  const name = assembly || (own !== "sysname" && !userDefined) ? own : base;
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

function isSet(value: unknown): boolean {
  return value === true || value === 1;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
