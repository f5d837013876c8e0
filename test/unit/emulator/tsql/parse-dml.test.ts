import { describe, expect, test } from "vitest";
import { shortForm } from "./short-form.ts";

describe("INSERT", () => {
  const cases: [text: string, short: object][] = [
    [
      "INSERT INTO dbo.t (a, b) VALUES (1, 'x'), (2, DEFAULT)",
      {
        kind: "insert",
        target: "dbo.t",
        columns: ["a", "b"],
        source: {
          kind: "insert-values",
          rows: [
            ["1", "'x'"],
            ["2", "DEFAULT"],
          ],
        },
      },
    ],
    ["INSERT t DEFAULT VALUES", { kind: "insert", target: "t", source: { kind: "insert-default-values" } }],
    [
      "INSERT t WITH (TABLOCK) (a) EXEC p 1",
      {
        kind: "insert",
        target: { kind: "named-table", name: "t", hints: [{ kind: "table-hint", name: "tablock" }] },
        columns: ["a"],
        source: {
          kind: "insert-execute",
          execute: { kind: "execute", procedure: "p", arguments: [{ kind: "execute-argument", value: "1" }] },
        },
      },
    ],
    [
      "INSERT INTO @t (a) OUTPUT inserted.a INTO #o (x) OUTPUT inserted.* VALUES (1)",
      {
        kind: "insert",
        target: { kind: "table-variable", name: "@t" },
        columns: ["a"],
        output: { kind: "output", items: ["inserted.*"] },
        outputInto: { kind: "output-into", items: ["inserted.a"], target: "#o", columns: ["x"] },
        source: { kind: "insert-values", rows: [["1"]] },
      },
    ],
    [
      "INSERT BULK [dbo].[t] ([a] int, [b] nvarchar(50) COLLATE Latin1_General_CI_AS) WITH (KEEP_NULLS, ROWS_PER_BATCH = 5)",
      {
        kind: "insert-bulk",
        table: "dbo.t",
        columns: [
          { kind: "insert-bulk-column", name: "a", type: "int" },
          { kind: "insert-bulk-column", name: "b", type: "nvarchar(50)", collation: "Latin1_General_CI_AS" },
        ],
        options: [
          { kind: "insert-bulk-option", name: "keep_nulls" },
          { kind: "insert-bulk-option", name: "rows_per_batch", argument: "5" },
        ],
      },
    ],
  ];
  test.each(cases)("%s", (text, short) => {
    expect(shortForm(text)).toEqual([short]);
  });

  test("a query may stand in parentheses, after a column list or without one", () => {
    const source = { kind: "insert-query", query: { body: { items: ["1"] } } };
    expect(shortForm("INSERT t (SELECT 1)")).toMatchObject([{ source }]);
    expect(shortForm("INSERT t (a) (SELECT 1)")).toMatchObject([{ columns: ["a"], source }]);
    expect(shortForm("INSERT TOP (3) t SELECT 1")).toMatchObject([{ top: { count: "3" }, source }]);
  });
});

describe("UPDATE, DELETE, TRUNCATE", () => {
  const cases: [text: string, short: object][] = [
    [
      "UPDATE x SET a = 1, t.b += c, d = DEFAULT OUTPUT deleted.a, inserted.a FROM t AS x WHERE x.a = 2",
      {
        kind: "update",
        target: "x",
        assignments: [
          { kind: "set-column", column: "a", operator: "=", value: "1" },
          { kind: "set-column", column: "t.b", operator: "+=", value: "c" },
          { kind: "set-column", column: "d", operator: "=", value: "DEFAULT" },
        ],
        output: { kind: "output", items: ["deleted.a", "inserted.a"] },
        from: [{ kind: "named-table", name: "t", alias: "x" }],
        where: "(x.a = 2)",
      },
    ],
    [
      "UPDATE TOP (1) t SET @v = 1, @w = a = b + 1, @x = a, c.WRITE(N'x', 0, NULL)",
      {
        kind: "update",
        target: "t",
        top: { kind: "top", count: "1" },
        assignments: [
          { kind: "set-variable-in-update", variable: "@v", operator: "=", value: "1" },
          { kind: "set-variable-in-update", variable: "@w", column: "a", operator: "=", value: "(b + 1)" },
          { kind: "set-variable-in-update", variable: "@x", operator: "=", value: "a" },
          { kind: "write-column", column: "c", value: "N'x'", offset: "0", length: "NULL" },
        ],
      },
    ],
    ["DELETE t", { kind: "delete", target: "t" }],
    ["DELETE FROM t WHERE a = 1", { kind: "delete", target: "t", where: "(a = 1)" }],
    [
      "DELETE TOP (5) FROM x OUTPUT deleted.* FROM t x",
      {
        kind: "delete",
        target: "x",
        top: { kind: "top", count: "5" },
        output: { kind: "output", items: ["deleted.*"] },
        from: [{ kind: "named-table", name: "t", alias: "x" }],
      },
    ],
    ["TRUNCATE TABLE dbo.t", { kind: "truncate-table", table: "dbo.t" }],
  ];
  test.each(cases)("%s", (text, short) => {
    expect(shortForm(text)).toEqual([short]);
  });
});

test("MERGE", () => {
  expect(
    shortForm(
      "MERGE TOP (9) INTO dbo.t WITH (HOLDLOCK) AS x USING s ON x.a = s.a WHEN MATCHED AND s.b > 1 THEN UPDATE SET b = s.b " +
        "WHEN NOT MATCHED THEN INSERT (a, b) VALUES (s.a, DEFAULT) WHEN NOT MATCHED BY SOURCE THEN DELETE OUTPUT $action, inserted.a;",
    ),
  ).toEqual([
    {
      kind: "merge",
      top: { kind: "top", count: "9" },
      target: { kind: "named-table", name: "dbo.t", alias: "x", hints: [{ kind: "table-hint", name: "holdlock" }] },
      source: "s",
      on: "(x.a = s.a)",
      clauses: [
        {
          kind: "merge-clause",
          match: "matched",
          and: "(s.b > 1)",
          action: {
            kind: "merge-update",
            assignments: [{ kind: "set-column", column: "b", operator: "=", value: "s.b" }],
          },
        },
        {
          kind: "merge-clause",
          match: "not matched",
          action: { kind: "merge-insert", columns: ["a", "b"], values: ["s.a", "DEFAULT"] },
        },
        { kind: "merge-clause", match: "not matched by source", action: { kind: "merge-delete" } },
      ],
      output: { kind: "output", items: ["$action", "inserted.a"] },
    },
  ]);
});
