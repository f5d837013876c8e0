import { describe, expect, it } from "vitest";
import { carriersOf, restoredValue } from "../../../src/sql/carried-column.ts";
import { carrierColumns, createCarrierTable, fillStage, innerTypesQuery } from "../../../src/sql/carrier-table.ts";
import { changesQuery } from "../../../src/sql/changes-query.ts";
import { chunkQuery } from "../../../src/sql/chunk-query.ts";
import { parseInnerType, restoreVariants } from "../../../src/sql/variant-carrier.ts";
import { column, orderLine, tableShape } from "../../support/table-shapes.ts";

const type = (name: string, maxLength = 4, precision = 0, scale = 0) => ({
  type: { name, maxLength, precision, scale },
});
const greek = "Greek_CI_AS";

describe("carriers", () => {
  it.each([
    ["int", column(1, "a", "int"), "int", "v", "c.c3"],
    ["bigint", column(1, "a", "bigint"), "bigint", "v", "c.c3"],
    [
      "decimal(10,2)",
      column(1, "a", "decimal"),
      "nvarchar(50)",
      "CONVERT(nvarchar(4000), v)",
      "CONVERT(decimal(10,2), c.c3)",
    ],
    [
      "money",
      column(1, "a", "money", type("money", 8)),
      "nvarchar(50)",
      "CONVERT(nvarchar(4000), v, 2)",
      "CONVERT(money, c.c3)",
    ],
    [
      "datetime2(7)",
      column(1, "a", "datetime2"),
      "nvarchar(50)",
      "CONVERT(nvarchar(4000), v, 121)",
      "CONVERT(datetime2(7), c.c3, 121)",
    ],
    ["nvarchar(50)", column(1, "a", "nvarchar"), "varbinary(100)", "CONVERT(varbinary(100), v)", "c.c3"],
    ["varchar(100)", column(1, "a", "varchar"), "varbinary(100)", "CONVERT(varbinary(100), v)", "c.c3"],
    ["text", column(1, "a", "text"), "varbinary(max)", "CONVERT(varbinary(max), CONVERT(varchar(max), v))", "c.c3"],
    ["xml", column(1, "a", "xml"), "varbinary(max)", "CONVERT(varbinary(max), CONVERT(nvarchar(max), v))", "c.c3"],
    [
      "geography",
      column(1, "a", "geography", type("geography", -1)),
      "varbinary(max)",
      "CONVERT(varbinary(max), v)",
      "c.c3",
    ],
    [
      "rowversion",
      column(1, "a", "rowversion", type("rowversion", 8)),
      "varbinary(8)",
      "CONVERT(binary(8), v)",
      "c.c3",
    ],
  ])("of %s", (_, shape, declaration, read, restored) => {
    const [carrier, ...others] = carriersOf(shape, 3);
    expect(others).toEqual([]);
    expect(carrier).toMatchObject({ name: "c3", declaration });
    expect(carrier!.read("v")).toBe(read);
    expect(restoredValue(shape, 3, "c")).toBe(restored);
  });

  it("tell -0 from 0", () => {
    const shape = column(1, "a", "float");
    const [number, minus] = carriersOf(shape, 0);
    expect(number).toMatchObject({ name: "c0", declaration: "float" });
    expect(minus).toMatchObject({ name: "c0_minus", declaration: "bit" });
    expect(minus!.read("v")).toBe("CASE WHEN CONVERT(binary(8), v) = 0x8000000000000000 THEN CAST(1 AS bit) END");
    expect(restoredValue(shape, 0, "c")).toBe("CASE WHEN c.c0_minus = 1 THEN c.c0 * -1E0 ELSE c.c0 END");
  });

  it("of a sql_variant tell its inner type", () => {
    const carriers = carriersOf(column(1, "a", "sql_variant"), 2);
    expect(carriers.map(({ name, declaration }) => `${name} ${declaration}`)).toEqual([
      "c2_type nvarchar(400) COLLATE Latin1_General_100_BIN2",
      "c2_text nvarchar(4000)",
      "c2_bytes varbinary(8000)",
      "c2_number float",
    ]);
  });
});

describe("the reads for the driver", () => {
  it("select carriers by names that need no quotes", () => {
    expect(chunkQuery(orderLine, { after: undefined, end: undefined }, "driver").text).toBe(
      `SELECT t.[OrderId] AS c0, t.[LineNo] AS c1, CONVERT(varbinary(100), t.[Note]) AS c2 FROM [sales].[OrderLine] AS t
WHERE 1 = 1
ORDER BY t.[OrderId], t.[LineNo] DESC OPTION (RECOMPILE);`,
    );
    const { text } = changesQuery(orderLine, { watermark: 1n, to: 2n, position: undefined }, "driver");
    expect(text).toContain("AS bit) AS c0,\n  ISNULL(t.[OrderId], c.[OrderId]) AS c1,");
  });

  it("fill a table of carriers, and that the stage", () => {
    const shape = tableShape(
      [
        column(1, "id", "int", { nullable: false }),
        column(2, "Preis]", "decimal"),
        column(3, "v", "sql_variant"),
        column(4, "t", "varchar", { collation: greek }),
      ],
      [{ name: "id" }],
    );
    expect(createCarrierTable(shape, "changes")).toBe(`DROP TABLE IF EXISTS #changes_carried;
CREATE TABLE #changes_carried (
  c0 bit NULL,
  c1 int NULL,
  c2 nvarchar(50) NULL,
  c3_type nvarchar(400) COLLATE Latin1_General_100_BIN2 NULL,
  c3_text nvarchar(4000) NULL,
  c3_bytes varbinary(8000) NULL,
  c3_number float NULL,
  c4 varbinary(100) NULL,
  c3 sql_variant NULL
);`);
    expect(fillStage(shape, "changes")).toBe(`INSERT #changes ([mssql_sync_deleted], [id], [Preis]]], [v], [t])
SELECT c.c0, c.c1, CONVERT(decimal(10,2), c.c2), c.c3, c.c4
FROM #changes_carried AS c;`);
    expect(innerTypesQuery("changes", 3)).toBe(
      "SELECT DISTINCT c3_type AS inner_type FROM #changes_carried WHERE c3_type IS NOT NULL;",
    );
    expect(carrierColumns(shape, "chunk").map(({ name }) => name)).toEqual([
      "c0",
      "c1",
      "c2_type",
      "c2_text",
      "c2_bytes",
      "c2_number",
      "c3",
    ]);
  });

  it("refuse more carriers than a table has columns", () => {
    const variants = Array.from({ length: 250 }, (_, at) => column(at + 2, `v${at}`, "sql_variant"));
    const shape = tableShape([column(1, "id", "int", { nullable: false }), ...variants], [{ name: "id" }]);
    expect(() => createCarrierTable(shape, "chunk")).toThrow("carry 1251 columns by the driver");
  });
});

describe("restoreVariants", () => {
  const restore = (...texts: string[]) =>
    restoreVariants(
      "#chunk_carried",
      "c2",
      texts.map((text) => parseInnerType("v", text)),
    );

  it("is nothing where there are no values", () => {
    expect(restore()).toEqual([]);
  });

  it("makes the value in its inner type again", () => {
    expect(restore("decimal|38|10|17|")).toEqual([
      "UPDATE #chunk_carried SET c2 = CONVERT(sql_variant, CONVERT(decimal(38,10), c2_text)) WHERE c2_type = N'decimal|38|10|17|';",
    ]);
    expect(restore("nvarchar|0|0|60|Latin1_General_100_CS_AS")).toEqual([
      "UPDATE #chunk_carried SET c2 = CONVERT(sql_variant, CONVERT(nvarchar(30), c2_text COLLATE Latin1_General_100_CS_AS)) WHERE c2_type = N'nvarchar|0|0|60|Latin1_General_100_CS_AS';",
    ]);
    expect(restore("varbinary|0|0|10|")[0]).toContain("CONVERT(varbinary(10), c2_bytes)");
    expect(restore("real|24|0|4|")[0]).toContain("CONVERT(real, CASE WHEN c2_text = N'-0'");
  });

  it("assigns bytes of a code page to a column of their collation", () => {
    const polish = "Polish_CI_AS";
    expect(restore(`varchar|0|0|20|${greek}`, "int|10|0|4|", `char|0|0|3|${polish}`, `varchar|0|0|7|${greek}`)).toEqual(
      [
        `ALTER TABLE #chunk_carried ADD c2_local2 varchar(8000) COLLATE ${greek} NULL, c2_local1 varchar(8000) COLLATE ${polish} NULL;`,
        `UPDATE #chunk_carried SET c2_local2 = c2_bytes WHERE c2_type = N'varchar|0|0|20|${greek}';
UPDATE #chunk_carried SET c2 = CONVERT(sql_variant, CONVERT(varchar(20), c2_local2)) WHERE c2_type = N'varchar|0|0|20|${greek}';
UPDATE #chunk_carried SET c2 = CONVERT(sql_variant, CONVERT(int, c2_text)) WHERE c2_type = N'int|10|0|4|';
UPDATE #chunk_carried SET c2_local1 = c2_bytes WHERE c2_type = N'char|0|0|3|${polish}';
UPDATE #chunk_carried SET c2 = CONVERT(sql_variant, CONVERT(char(3), c2_local1)) WHERE c2_type = N'char|0|0|3|${polish}';
UPDATE #chunk_carried SET c2_local2 = c2_bytes WHERE c2_type = N'varchar|0|0|7|${greek}';
UPDATE #chunk_carried SET c2 = CONVERT(sql_variant, CONVERT(varchar(7), c2_local2)) WHERE c2_type = N'varchar|0|0|7|${greek}';`,
        "ALTER TABLE #chunk_carried DROP COLUMN c2_local2, c2_local1;",
      ],
    );
  });

  it.each(["geography|0|0|8000|", "int", "int|1|2|3|x'; DROP TABLE t; --", "|0|0|0|"])("refuses %s by name", (text) => {
    expect(() => parseInnerType("Wert", text)).toThrow("carry column Wert by the driver");
  });
});
