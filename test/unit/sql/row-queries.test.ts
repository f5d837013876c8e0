import { describe, expect, it } from "vitest";
import { changesQuery } from "../../../src/sql/changes-query.ts";
import { chunkQuery, endKeyQuery } from "../../../src/sql/chunk-query.ts";
import { keySegments } from "../../../src/sql/key-range.ts";
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

  it("the first chunk of a table has no lower end; its last key must be one that comes back from its text", () => {
    expect(endKeyQuery(single, undefined, 5000)).toEqual({
      text: `SELECT CONVERT(nvarchar(4000), t.[code]) AS k0 FROM [dbo].[it's [odd]]] AS t
WHERE 1 = 1 AND t.[code] = TRY_CONVERT(varchar(100), CONVERT(nvarchar(4000), t.[code]) COLLATE Latin1_General_100_CI_AS)
ORDER BY t.[code]
OFFSET @skip ROWS FETCH NEXT 1 ROWS ONLY OPTION (RECOMPILE);`,
      params: [{ name: "skip", type: "bigint", value: 4999n }],
    });
  });

  it("a cursor keeps its spelling of a value that is met again", () => {
    const { text } = endKeyQuery(single, ["a"], 3);
    const value = "CONVERT(varchar(100), @a0 COLLATE Latin1_General_100_CI_AS)";
    expect(text).toContain(
      `SELECT CASE WHEN t.[code] = ${value} THEN @a0 ELSE CONVERT(nvarchar(4000), t.[code]) END AS k0`,
    );
  });

  it("a range is typed in the column's own type and collation", () => {
    const { text, params } = chunkQuery(single, { after: ["a"], end: ["m "] });
    expect(text)
      .toBe(`SELECT t.[code] AS [code], CONVERT(varchar(max), t.[note]) AS [note] FROM [dbo].[it's [odd]]] AS t
WHERE t.[code] > CONVERT(varchar(100), @a0 COLLATE Latin1_General_100_CI_AS) AND t.[code] <= CONVERT(varchar(100), @e0 COLLATE Latin1_General_100_CI_AS)
ORDER BY t.[code] OPTION (RECOMPILE);`);
    expect(params.map(({ value }) => value)).toEqual(["a", "m "]);
  });

  it("what is left of a composite key is read piece by piece, none further than n rows", () => {
    const { text, params } = endKeyQuery(orderLine, ["7", "2"], 10);
    expect(text)
      .toBe(`SELECT CONVERT(nvarchar(4000), t.[OrderId]) AS k0, CONVERT(nvarchar(4000), t.[LineNo]) AS k1 FROM (
SELECT [OrderId], [LineNo] FROM (SELECT TOP (@rows) t.[OrderId], t.[LineNo] FROM [sales].[OrderLine] AS t
WHERE t.[OrderId] = CONVERT(int, @a0) AND t.[LineNo] < CONVERT(int, @a1)
ORDER BY t.[OrderId], t.[LineNo] DESC) AS s0
UNION ALL
SELECT [OrderId], [LineNo] FROM (SELECT TOP (@rows) t.[OrderId], t.[LineNo] FROM [sales].[OrderLine] AS t
WHERE t.[OrderId] > CONVERT(int, @a0)
ORDER BY t.[OrderId], t.[LineNo] DESC) AS s1
) AS t
ORDER BY t.[OrderId], t.[LineNo] DESC
OFFSET @skip ROWS FETCH NEXT 1 ROWS ONLY OPTION (RECOMPILE);`);
    expect(params.map(({ name, value }) => [name, value])).toEqual([
      ["a0", "7"],
      ["a1", "2"],
      ["rows", 10n],
      ["skip", 9n],
    ]);
  });

  it("the rows of a composite range are read piece by piece", () => {
    const { text } = chunkQuery(orderLine, { after: ["7", "2"], end: ["9", "4"] });
    expect(text).toBe(`SELECT t.[OrderId] AS [OrderId], t.[LineNo] AS [LineNo], t.[Note] AS [Note] FROM (
SELECT t.[OrderId], t.[LineNo], t.[Note] FROM [sales].[OrderLine] AS t
WHERE t.[OrderId] = CONVERT(int, @a0) AND t.[LineNo] < CONVERT(int, @a1)
UNION ALL
SELECT t.[OrderId], t.[LineNo], t.[Note] FROM [sales].[OrderLine] AS t
WHERE t.[OrderId] > CONVERT(int, @a0) AND t.[OrderId] < CONVERT(int, @e0)
UNION ALL
SELECT t.[OrderId], t.[LineNo], t.[Note] FROM [sales].[OrderLine] AS t
WHERE t.[OrderId] = CONVERT(int, @e0) AND t.[LineNo] >= CONVERT(int, @e1)
) AS t
ORDER BY t.[OrderId], t.[LineNo] DESC OPTION (RECOMPILE);`);
  });

  it("a range within equal first columns is one piece", () => {
    const { text, params } = chunkQuery(orderLine, { after: ["7", "5"], end: ["7", "2"] });
    expect(text).toContain(`FROM [sales].[OrderLine] AS t
WHERE t.[OrderId] = CONVERT(int, @a0) AND t.[LineNo] < CONVERT(int, @a1) AND t.[LineNo] >= CONVERT(int, @e1)
ORDER BY`);
    expect(params.map(({ name }) => name)).toEqual(["a0", "a1", "e1"]);
  });

  it("nothing lies between a key and itself", () => {
    expect(chunkQuery(orderLine, { after: ["7", "5"], end: ["7", "5"] }).text).toContain("WHERE 1 = 0");
  });
});

describe("keySegments", () => {
  const three = tableShape(
    ["a", "b", "c"].map((name, at) => column(at + 1, name, "int", { nullable: false })),
    [{ name: "a" }, { name: "b", descending: true }, { name: "c" }],
  );
  const values = [0, 1, 2];
  const keys = values.flatMap((a) => [...values].reverse().flatMap((b) => values.map((c) => [a, b, c] as const)));

  /** What a piece says, on plain numbers. */
  function holds(text: string, params: readonly { name: string; value: unknown }[], key: readonly number[]): boolean {
    return text.split(" AND ").every((condition) => {
      if (condition === "1 = 1" || condition === "1 = 0") return condition === "1 = 1";
      const [, name = "", operator = "", param] = /^t\.\[(\w)\] (\S+) CONVERT\(int, @(\w+)\)$/.exec(condition) ?? [];
      const left = key["abc".indexOf(name)] ?? NaN;
      const right = Number(params.find((each) => each.name === param)?.value);
      if (operator === "=") return left === right;
      if (operator.endsWith("=") && left === right) return true;
      return operator.startsWith("<") ? left < right : left > right;
    });
  }

  it("hold each key of the range in one piece, and no other, in the order of the key", () => {
    const ends = [undefined, ...keys];
    for (const [from, after] of ends.entries()) {
      for (const [to, end] of ends.entries()) {
        if (end !== undefined && to < from) continue;
        const range = { after: after?.map(String), end: end?.map(String) };
        const { texts, params } = keySegments(three, "t", range);
        const found = texts.flatMap((text) => keys.filter((key) => holds(text, params, key)));
        expect(found, JSON.stringify(range)).toEqual(keys.slice(from, end === undefined ? undefined : to));
      }
    }
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
