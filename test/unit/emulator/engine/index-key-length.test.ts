import { beforeEach, describe, expect, it } from "vitest";
import { newSession, type TestSession } from "./engine-session.ts";

/** "Maximum capacity specifications for SQL Server": 900 bytes in a clustered index, 1,700 in a nonclustered one. */
let session: TestSession;
beforeEach(() => {
  session = newSession();
});

describe("an index key", () => {
  it.each([
    ["binary(901)", "CLUSTERED", [1944]],
    ["nchar(451)", "CLUSTERED", [1944]],
    ["binary(900)", "CLUSTERED", []],
    ["binary(1701)", "NONCLUSTERED", [1944]],
    ["binary(1700)", "NONCLUSTERED", []],
    ["varchar(8000)", "CLUSTERED", []],
  ])("of %s, %s", async (type, kind, errors) => {
    expect(await session.errors(`CREATE TABLE dbo.T (k ${type} NOT NULL, INDEX i ${kind} (k))`)).toEqual(errors);
  });

  it("that varies is measured row by row, all columns together", async () => {
    await session.script("CREATE TABLE dbo.T (k nvarchar(800) NOT NULL, b bit NOT NULL, PRIMARY KEY (k, b))");
    expect(await session.errors("INSERT dbo.T VALUES (REPLICATE(N'x', 449), 0)")).toEqual([]);
    expect(await session.errors("INSERT dbo.T VALUES (REPLICATE(N'x', 450), 0)")).toEqual([1946]);
    expect(await session.errors("UPDATE dbo.T SET k = k + N'yz'")).toEqual([1946]);
    expect(await session.rows("SELECT LEN(k) FROM dbo.T")).toEqual([["449"]]);
  });

  it("is measured when the index is made over rows", async () => {
    await session.script("CREATE TABLE dbo.T (k varchar(2000) NOT NULL); INSERT dbo.T VALUES (REPLICATE('x', 1700))");
    expect(await session.errors("CREATE INDEX i ON dbo.T (k)")).toEqual([]);
    expect(await session.errors("CREATE CLUSTERED INDEX c ON dbo.T (k)")).toEqual([1946]);
  });
});
