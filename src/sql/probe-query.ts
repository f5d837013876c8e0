import type { Transport } from "../model/ledger-row.ts";
import { type ColumnShape, type TableShape, replicatedColumns } from "../model/table-shape.ts";
import { carriersOf } from "./carried-column.ts";
import { carrierTable } from "./carrier-table.ts";
import { stageDeclaration, travelledType } from "./column-type.ts";
import { quoteName } from "./quote.ts";
import { selectList } from "./select-list.ts";
import { type StageKind, stageName } from "./stage-table.ts";
import type { Statement } from "./statement.ts";

/**
 * Rows of constants in the types of a read's columns, of no table: one with a value in every column and, `withNulls`, one with NULL
 * wherever a read of this kind can have one (a chunk where the column takes NULL; changes in all columns but the key).
 */
export function probeQuery(shape: TableShape, kind: StageKind, transport: Transport, withNulls: boolean): Statement {
  const keyNames = new Set(shape.key.map(({ name }) => name));
  const takesNull = (column: ColumnShape): boolean => (kind === "chunk" ? column.nullable : !keyNames.has(column.name));
  const row = (values: "all" | "few"): string =>
    `SELECT ${selectList(travellingShape(shape), transport, {
      value: (column) => constant(column, values === "few" && takesNull(column)),
      deleted: kind === "changes" ? `CAST(${values === "few" ? 1 : 0} AS bit)` : undefined,
    })}`;
  return { text: `${row("all")}${withNulls ? `\nUNION ALL\n${row("few")}` : ""};`, params: [] };
}

/** The shape with its columns in their travelling types, in which the constants are. */
function travellingShape(shape: TableShape): TableShape {
  const columns = shape.columns.map((column) => ({
    ...column,
    type: travelledType(column.type),
    aliasType: undefined,
  }));
  return { ...shape, columns };
}

/**
 * Compares the one row that was staged from carriers with the carriers: one row, 1 under the place (`k<n>`) of each column whose value,
 * rendered anew, has other bytes than the one that was carried.
 */
export function carriedDifferences(shape: TableShape, kind: StageKind): string {
  const first = kind === "changes" ? 1 : 0;
  const items = replicatedColumns(shape).map((column, at) => {
    const staged = { ...column, type: travelledType(column.type), aliasType: undefined };
    const differs = carriersOf(staged, first + at).map(({ name, read }) => {
      const [now, then] = [read(`s.${quoteName(column.name)}`), `c.${name}`].map(
        (value) => `CONVERT(varbinary(8000), ${value})`,
      );
      return `EXISTS (SELECT ${now}, DATALENGTH(${now}) EXCEPT SELECT ${then}, DATALENGTH(${then}))`;
    });
    return `CASE WHEN ${differs.join(" OR ")} THEN 1 ELSE 0 END AS k${at}`;
  });
  return `SELECT ${items.join(",\n  ")}\nFROM ${stageName(kind)} AS s CROSS JOIN ${carrierTable(kind)} AS c;`;
}

function constant(column: ColumnShape, isNull: boolean): string {
  const [type = "", collation] = stageDeclaration(column).split(" COLLATE ");
  if (collation === undefined) return `CONVERT(${type}, ${isNull ? "NULL" : literal(column)})`;
  // The text takes the column's collation before it becomes varchar: the database's code page would lose characters.
  return isNull
    ? `CONVERT(${type}, NULL) COLLATE ${collation}`
    : `CONVERT(${type}, ${literal(column)} COLLATE ${collation})`;
}

function literal({ type }: ColumnShape): string {
  switch (type.name) {
    case "char":
    case "varchar":
    case "nchar":
    case "nvarchar":
      // Every code page has one of these beyond ASCII.
      return "N'éωж日אก'";
    case "binary":
    case "varbinary":
      return "0x01";
    case "uniqueidentifier":
      return "'00112233-4455-6677-8899-AABBCCDDEEFF'";
    case "date":
    case "datetime":
    case "smalldatetime":
    case "datetime2":
      return "'2001-02-03T00:00:00', 126";
    case "datetimeoffset":
      return "'2001-02-03 04:05:06 +01:00'";
    case "time":
      return "'04:05:06'";
    case "sql_variant":
      return "CONVERT(int, 1)";
    default:
      // decimal(38,38) holds no 1.
      return "0";
  }
}
