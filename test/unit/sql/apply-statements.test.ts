import { describe, expect, it } from "vitest";
import type { ReplicaTable } from "../../../src/model/replica-table.ts";
import {
  deleteMarked,
  deleteMissing,
  deleteOtherIdentity,
  evictUnique,
  insertMissing,
  updateExisting,
} from "../../../src/sql/apply-statements.ts";
import { column, orderLine, tableShape } from "../../support/table-shapes.ts";

const replica = (more: Partial<ReplicaTable> = {}): ReplicaTable => ({
  objectId: 70,
  writable: new Set(["OrderId", "LineNo", "Note"]),
  identityColumn: undefined,
  uniqueIndexes: [],
  canTruncate: true,
  ...more,
});

describe("apply statements", () => {
  it("deletes what is marked", () => {
    expect(deleteMarked(orderLine)).toBe(`DELETE t FROM [sales].[OrderLine] AS t
JOIN #changes AS s ON t.[OrderId] = s.[OrderId] AND t.[LineNo] = s.[LineNo]
WHERE s.[mssql_sync_deleted] = 1;`);
  });

  it("deletes what a range holds and the chunk does not", () => {
    expect(deleteMissing(orderLine, "t.[OrderId] > 5")).toBe(`DELETE t FROM [sales].[OrderLine] AS t
WHERE t.[OrderId] > 5 AND NOT EXISTS (SELECT 1 FROM #chunk AS s WHERE s.[OrderId] = t.[OrderId] AND s.[LineNo] = t.[LineNo]);`);
  });

  it("updates changed rows as they are, and rows of a chunk only where bytes differ", () => {
    expect(updateExisting(orderLine, replica(), "changes")).toEqual([
      `UPDATE t SET t.[Note] = s.[Note]
FROM [sales].[OrderLine] AS t
JOIN #changes AS s ON t.[OrderId] = s.[OrderId] AND t.[LineNo] = s.[LineNo]
WHERE 1 = 1 AND s.[mssql_sync_deleted] = 0;`,
    ]);
    expect(updateExisting(orderLine, replica(), "chunk")[0]).toContain(
      "NOT EXISTS (SELECT CAST(s.[Note] AS varbinary(max)), DATALENGTH(s.[Note]) INTERSECT SELECT CAST(t.[Note] AS varbinary(max)), DATALENGTH(t.[Note]))",
    );
  });

  it("sets a key's spelling where the collation calls it equal", () => {
    const shape = tableShape([column(1, "code", "nvarchar", { nullable: false })], [{ name: "code" }]);
    const statements = updateExisting(shape, replica({ writable: new Set(["code"]) }), "changes");
    expect(statements).toHaveLength(1);
    expect(statements[0]).toMatch(/^UPDATE t SET t\.\[code\] = s\.\[code\]/);
    expect(statements[0]).toContain("INTERSECT");
  });

  it("has nothing to update in a table of nothing but a number for a key", () => {
    const shape = tableShape([column(1, "id", "int", { nullable: false })], [{ name: "id" }]);
    expect(updateExisting(shape, replica({ writable: new Set(["id"]) }), "chunk")).toEqual([]);
  });

  it("switches identity insert on in the insert's own batch", () => {
    const text = insertMissing(orderLine, replica({ identityColumn: "OrderId" }), "chunk");
    expect(text).toMatch(
      /^SET IDENTITY_INSERT \[sales\]\.\[OrderLine\] ON;\nINSERT [\s\S]*\nSET IDENTITY_INSERT \[sales\]\.\[OrderLine\] OFF;$/,
    );
  });

  it("does not write what the replica table makes itself", () => {
    const text = insertMissing(orderLine, replica({ writable: new Set(["OrderId", "LineNo"]) }), "changes");
    expect(text).not.toContain("Note");
    expect(text).not.toContain("Total");
  });

  it("deletes a row with another identity, unless the identity is the key", () => {
    const shape = tableShape(
      [
        column(1, "code", "int", { nullable: false }),
        column(2, "seq", "int", { identity: { seed: "1", increment: "1" } }),
      ],
      [{ name: "code" }],
    );
    const table = replica({ writable: new Set(["code", "seq"]), identityColumn: "seq" });
    expect(deleteOtherIdentity(shape, table, "changes")).toContain("t.[seq] <> s.[seq] AND s.[mssql_sync_deleted] = 0");
    expect(updateExisting(shape, table, "changes")).toEqual([]);
    expect(deleteOtherIdentity(orderLine, replica({ identityColumn: "OrderId" }), "chunk")).toBeUndefined();
  });

  it("evicts holders of a unique value that are still to come, as the index's filter says", () => {
    const table = replica({ uniqueIndexes: [{ columns: ["Note"], filter: "([Note] IS NOT NULL)" }] });
    expect(evictUnique(orderLine, table, "changes", "t.[OrderId] > 5")).toEqual([
      "DELETE t FROM [sales].[OrderLine] AS t WHERE t.[OrderId] > 5 AND (([Note] IS NOT NULL)) AND EXISTS (SELECT 1 FROM #changes AS s WHERE (s.[Note] = t.[Note] OR (s.[Note] IS NULL AND t.[Note] IS NULL)) AND s.[mssql_sync_deleted] = 0 AND NOT (s.[OrderId] = t.[OrderId] AND s.[LineNo] = t.[LineNo]));",
    ]);
  });
});
