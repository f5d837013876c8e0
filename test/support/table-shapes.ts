import type { ColumnShape, TableShape } from "../../src/model/table-shape.ts";

/** Shapes as the catalog would show them; each test changes what it is about. */

export function column(columnId: number, name: string, typeName: string, more: Partial<ColumnShape> = {}): ColumnShape {
  const sizes: Record<string, [maxLength: number, precision: number, scale: number]> = {
    int: [4, 10, 0],
    bigint: [8, 19, 0],
    datetime2: [8, 27, 7],
    nvarchar: [100, 0, 0],
    varchar: [100, 0, 0],
    decimal: [9, 10, 2],
    text: [16, 0, 0],
    float: [8, 53, 0],
    sql_variant: [8016, 0, 0],
    xml: [-1, 0, 0],
  };
  const [maxLength, precision, scale] = sizes[typeName] ?? [4, 0, 0];
  const isText = ["varchar", "nvarchar", "text"].includes(typeName);
  return {
    columnId,
    name,
    type: { name: typeName, maxLength, precision, scale },
    ...(isText && { collation: "Latin1_General_100_CI_AS" }),
    nullable: true,
    sparse: false,
    columnSet: false,
    rowGuid: false,
    filestream: false,
    encrypted: false,
    masked: false,
    graph: false,
    userDefinedClr: false,
    typedXml: false,
    ...more,
  };
}

export function tableShape(
  columns: readonly ColumnShape[],
  key: readonly { readonly name: string; readonly descending?: boolean }[],
  more: Partial<TableShape> = {},
): TableShape {
  const keyColumns = key.map(({ name, descending = false }) => ({
    columnId: columns.find((each) => each.name === name)?.columnId ?? 0,
    name,
    descending,
  }));
  return {
    table: { schema: "sales", name: "OrderLine" },
    objectId: 7,
    beginVersion: 3n,
    minValidVersion: 3n,
    columns,
    key: keyColumns,
    primaryKey: { name: "PK_OrderLine", systemNamed: false, clustered: true, columns: keyColumns },
    uniques: [],
    sequences: [],
    functions: [],
    memoryOptimized: false,
    graph: false,
    systemVersioned: false,
    ...more,
  };
}

/** sales.OrderLine(OrderId int, LineNo int DESC, Note nvarchar(50), Total AS ...), keyed by both numbers. */
export const orderLine = tableShape(
  [
    column(1, "OrderId", "int", { nullable: false }),
    column(2, "LineNo", "int", { nullable: false }),
    column(3, "Note", "nvarchar"),
    column(4, "Total", "decimal", { computed: { definition: "([LineNo]*(2))", persisted: false } }),
  ],
  [{ name: "OrderId" }, { name: "LineNo", descending: true }],
);
