import { describe, expect, it } from "vitest";
import { comparedRowsQuery, movedKeysQuery } from "../../../src/sql/verify-query.ts";
import { orderLine } from "../../support/table-shapes.ts";

const keyTexts = (alias: string): string =>
  `CONVERT(nvarchar(4000), ${alias}.[OrderId]) AS k0, CONVERT(nvarchar(4000), ${alias}.[LineNo]) AS k1`;

describe("comparedRowsQuery", () => {
  it("gives the key's texts in front of the values, in key order, and no more than so many rows", () => {
    expect(comparedRowsQuery(orderLine, { after: undefined, end: undefined }, 11)).toEqual({
      text: `SELECT TOP (@most) ${keyTexts("t")},
  t.[OrderId] AS [OrderId], t.[LineNo] AS [LineNo], t.[Note] AS [Note]
FROM [sales].[OrderLine] AS t
WHERE 1 = 1
ORDER BY t.[OrderId], t.[LineNo] DESC OPTION (RECOMPILE);`,
      params: [{ name: "most", type: "int", value: 11 }],
    });
  });

  it("reads a range piece by piece, each by a seek", () => {
    const { text, params } = comparedRowsQuery(orderLine, { after: ["1", "5"], end: ["3", "2"] }, 11);
    expect(text.match(/UNION ALL/g)).toHaveLength(2);
    expect(text).toContain("t.[OrderId] = CONVERT(int, @a0) AND t.[LineNo] < CONVERT(int, @a1)");
    expect(params.map(({ name }) => name)).toEqual(["a0", "a1", "e0", "e1", "most"]);
  });
});

describe("movedKeysQuery", () => {
  it("names the keys of a range that changed after the watermark", () => {
    const { text, params } = movedKeysQuery(orderLine, { after: ["1", "5"], end: undefined }, 42n, 11);
    expect(text).toBe(`SELECT TOP (@most) ${keyTexts("c")}
FROM CHANGETABLE(CHANGES [sales].[OrderLine], @watermark) AS c
WHERE (c.[OrderId] = CONVERT(int, @a0) AND c.[LineNo] < CONVERT(int, @a1)) OR (c.[OrderId] > CONVERT(int, @a0));`);
    expect(params).toEqual([
      { name: "a0", type: "nvarchar", value: "1" },
      { name: "a1", type: "nvarchar", value: "5" },
      { name: "watermark", type: "bigint", value: 42n },
      { name: "most", type: "int", value: 11 },
    ]);
  });
});
