import { describe, expect, it } from "vitest";
import { lookAtTables } from "../../../src/operations/look-at-tables.ts";
import {
  foreignKeyFindings,
  loadTimeFindings,
  obstacleFindings,
  untrackedFindings,
} from "../../../src/operations/table-findings.ts";

const dbo = (name: string) => ({ schema: "dbo", name });

describe("obstacleFindings", () => {
  const looks = [
    { table: "User", obstacles: [{ what: "it is a graph table", fix: undefined }] },
    { table: "Fine", obstacles: [] },
  ];

  it("calls what blocks an enabled table an error", () => {
    expect(obstacleFindings(looks, new Set(["User"]))).toEqual([
      { severity: "error", what: "User: it is a graph table", fix: undefined },
    ]);
  });

  it("only mentions it for a paused one", () => {
    expect(obstacleFindings(looks, new Set())).toMatchObject([
      { severity: "info", what: expect.stringMatching(/^User is paused/) as string },
    ]);
  });
});

describe("untrackedFindings", () => {
  it("finds nothing where all tables are tracked", () => {
    expect(untrackedFindings([])).toEqual([]);
  });

  it("tells tables with a key from those without", () => {
    const found = untrackedFindings([
      { table: { schema: "sales", name: "a]b" }, hasKey: true },
      { table: dbo("Heap"), hasKey: false },
    ]);
    expect(found).toEqual([
      {
        severity: "info",
        what: "not tracked, and so not replicated: sales.[a]]b]",
        fix: "ALTER TABLE [sales].[a]]b] ENABLE CHANGE_TRACKING;",
      },
      { severity: "info", what: expect.stringMatching(/^without a primary key.*: Heap$/) as string },
    ]);
  });

  it("counts instead of listing a thousand", () => {
    const many = Array.from({ length: 1234 }, (_, at) => ({ table: dbo(`T${at}`), hasKey: true }));
    const [found] = untrackedFindings(many);
    expect(found?.what).toMatch(/: T0, T1, .*T9 and 1,224 more$/);
    expect(found?.fix?.split("\n")).toHaveLength(10);
  });
});

describe("foreignKeyFindings", () => {
  const key = {
    table: { schema: "sales", name: "Order" },
    name: "to]it",
    references: dbo("Parent"),
    onDelete: "NO_ACTION",
  };

  it.each([
    ["the table is enabled", ["sales.Order"], 1],
    ["the referenced one is", ["Parent"], 1],
    ["neither is", ["Other"], 0],
  ])("%s", (_, tables, count) => {
    expect(foreignKeyFindings([key], new Set(tables))).toHaveLength(count);
  });

  it("says how to leave it in place without effect, and that it cascades", () => {
    const [found] = foreignKeyFindings([{ ...key, onDelete: "SET_NULL" }], new Set(["Parent"]));
    expect(found).toMatchObject({
      severity: "warning",
      fix: "ALTER TABLE [sales].[Order] NOCHECK CONSTRAINT [to]]it];",
    });
    expect(found?.what).toMatch(/ON DELETE SET NULL/);
  });
});

describe("loadTimeFindings", () => {
  const reports = [
    { table: "Big", state: "loading" },
    { table: "Live", state: "live" },
  ] as const;
  const rows = new Map([
    ["Big", 100_000_000],
    ["Live", 10 ** 12],
  ]);

  it("says when loads would take more than a day", () => {
    expect(loadTimeFindings(reports, rows, 5000, 5)).toEqual([
      {
        severity: "warning",
        what: "loading 100,000,000 rows takes about 1.2 days at FULL_LOAD_CHUNK_ROWS=5000: Big",
        fix: "FULL_LOAD_CHUNK_ROWS=auto",
      },
    ]);
  });

  it.each([
    ["chunks that suit themselves", "auto", 5],
    ["bigger chunks", 100_000, 5],
    ["a schedule that is not plain", 5000, undefined],
  ] as const)("finds nothing with %s", (_, chunk, period) => {
    expect(loadTimeFindings(reports, rows, chunk, period)).toEqual([]);
  });
});

describe("lookAtTables", () => {
  const tables = ["A", "B", "C", "D"].map(dbo);

  it("goes on where one fails", async () => {
    const error = new Error("no");
    const result = await lookAtTables(
      tables,
      (table) => (table.name === "B" ? Promise.reject(error) : Promise.resolve({ table: table.name, obstacles: [] })),
      { atOnce: 2, limitMs: 1000, clock: { now: () => 0 } },
    );
    expect(result.looks.map(({ table }) => table).sort()).toEqual(["A", "C", "D"]);
    expect(result).toMatchObject({ failed: [{ table: dbo("B"), error }], left: 0 });
  });

  it("counts what there was no time for", async () => {
    let now = 0;
    const result = await lookAtTables(
      tables,
      (table) => {
        now += 600;
        return Promise.resolve({ table: table.name, obstacles: [] });
      },
      { atOnce: 1, limitMs: 1000, clock: { now: () => now } },
    );
    expect(result).toMatchObject({ looks: [{ table: "A" }, { table: "B" }], left: 2 });
  });
});
