import { describe, expect, it } from "vitest";
import { changesQuery } from "../../../src/sql/changes-query.ts";
import { chunkQuery, endKeyQuery } from "../../../src/sql/chunk-query.ts";
import { createStage, deletedColumn, stageColumns } from "../../../src/sql/stage-table.ts";
import { column, orderLine, tableShape } from "../../support/table-shapes.ts";

describe("changesQuery", () => {
  it("joins the net changes to the rows as they are, in key order", () => {
    const { text, params } = changesQuery(orderLine, { watermark: 5n, to: 9n, position: undefined });
    expect(text).toBe(`SELECT CAST(CASE WHEN t.[OrderId] IS NULL THEN 1 ELSE 0 END AS bit) AS [mssql_sync_deleted],
  ISNULL(t.[OrderId], c.[OrderId]) AS [OrderId], ISNULL(t.[LineNo], c.[LineNo]) AS [LineNo], t.[Note] AS [Note]
FROM CHANGETABLE(CHANGES [sales].[OrderLine], @watermark) AS c
LEFT JOIN [sales].[OrderLine] AS t ON t.[OrderId] = c.[OrderId] AND t.[LineNo] = c.[LineNo]
WHERE c.SYS_CHANGE_VERSION <= @to
ORDER BY c.[OrderId], c.[LineNo] DESC;`);
    expect(params).toEqual([
      { name: "watermark", type: "bigint", value: 5n },
      { name: "to", type: "bigint", value: 9n },
    ]);
  });

  it("goes on after the position of a half-applied window", () => {
    const { text, params } = changesQuery(orderLine, { watermark: 5n, to: 9n, position: ["7", "2"] });
    expect(text).toContain(
      "AND c.[OrderId] >= CONVERT(int, @p0) AND ((c.[OrderId] > CONVERT(int, @p0)) OR (c.[OrderId] = CONVERT(int, @p0) AND c.[LineNo] < CONVERT(int, @p1)))",
    );
    expect(params.slice(2)).toEqual([
      { name: "p0", type: "nvarchar", value: "7" },
      { name: "p1", type: "nvarchar", value: "2" },
    ]);
  });

  it("refuses a position that is not of this key", () => {
    expect(() => changesQuery(orderLine, { watermark: 5n, to: 9n, position: ["7"] })).toThrow(/key of 2 columns/);
  });
});

describe("chunk queries", () => {
  const single = tableShape(
    [column(1, "code", "varchar", { nullable: false }), column(2, "note", "text")],
    [{ name: "code" }],
    { table: { schema: "dbo", name: "it's [odd]" } },
  );

  it("the first chunk of a table has no lower end", () => {
    expect(endKeyQuery(single, undefined, 5000)).toEqual({
      text: `SELECT CONVERT(nvarchar(4000), t.[code]) AS k0 FROM [dbo].[it's [odd]]] AS t
WHERE 1 = 1
ORDER BY t.[code]
OFFSET @skip ROWS FETCH NEXT 1 ROWS ONLY OPTION (RECOMPILE);`,
      params: [{ name: "skip", type: "bigint", value: 4999n }],
    });
  });

  it("a range is typed in the column's own type and collation", () => {
    const { text, params } = chunkQuery(single, { after: ["a"], end: ["m "] });
    expect(text)
      .toBe(`SELECT t.[code] AS [code], CONVERT(varchar(max), t.[note]) AS [note] FROM [dbo].[it's [odd]]] AS t
WHERE (t.[code] > CONVERT(varchar(100), @a0 COLLATE Latin1_General_100_CI_AS)) AND (t.[code] <= CONVERT(varchar(100), @e0 COLLATE Latin1_General_100_CI_AS))
ORDER BY t.[code] OPTION (RECOMPILE);`);
    expect(params.map(({ value }) => value)).toEqual(["a", "m "]);
  });

  it("the end of a descending key runs downwards", () => {
    const { text } = chunkQuery(orderLine, { after: undefined, end: ["7", "2"] });
    expect(text).toContain(
      "(t.[OrderId] <= CONVERT(int, @e0) AND ((t.[OrderId] < CONVERT(int, @e0)) OR (t.[OrderId] = CONVERT(int, @e0) AND t.[LineNo] >= CONVERT(int, @e1))))",
    );
  });
});

describe("stage tables", () => {
  it("take the rows as they travel", () => {
    expect(createStage(orderLine, "changes")).toBe(`DROP TABLE IF EXISTS #changes;
CREATE TABLE #changes (
  [mssql_sync_deleted] bit NULL,
  [OrderId] int NOT NULL,
  [LineNo] int NOT NULL,
  [Note] nvarchar(50) COLLATE Latin1_General_100_CI_AS NULL,
  INDEX stage_key CLUSTERED ([OrderId], [LineNo] DESC)
);`);
    expect(stageColumns(orderLine, "chunk").map(({ name }) => name)).toEqual(["OrderId", "LineNo", "Note"]);
  });

  it("the mark of deleted rows gives way to a column of that name", () => {
    const shape = tableShape(
      [column(1, "MSSQL_sync_Deleted", "int"), column(2, "mssql_sync_deleted_", "int")],
      [{ name: "MSSQL_sync_Deleted" }],
    );
    expect(deletedColumn(shape)).toBe("mssql_sync_deleted__");
  });
});
