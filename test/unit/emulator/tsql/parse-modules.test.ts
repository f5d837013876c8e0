import { describe, expect, test } from "vitest";
import { parseBatch } from "../../../emulator/tsql/parse-batch.ts";
import { shortForm } from "./short-form.ts";

const definitionOf = (text: string) => {
  const [statement] = parseBatch(text).statements;
  return statement !== undefined && "definition" in statement ? statement.definition : undefined;
};

describe("definition: the text that sys.sql_modules keeps", () => {
  const cases: [text: string, definition: string][] = [
    ["CREATE VIEW v AS SELECT 1 AS a", "CREATE VIEW v AS SELECT 1 AS a"],
    [
      "-- why\n/* x */ CREATE VIEW v AS SELECT 1 AS a -- end\n",
      "-- why\n/* x */ CREATE VIEW v AS SELECT 1 AS a -- end\n",
    ],
    ["ALTER VIEW v AS SELECT 1 AS a", "CREATE VIEW v AS SELECT 1 AS a"],
    ["/* ALTER */ alter\n view v AS SELECT 1 AS a", "/* ALTER */ CREATE\n view v AS SELECT 1 AS a"],
    ["CREATE OR ALTER VIEW v AS SELECT 1 AS a;", "CREATE   VIEW v AS SELECT 1 AS a;"],
    ["create or /* x */ alter proc p as return", "create  /* x */  proc p as return"],
  ];
  test.each(cases)("%j", (text, definition) => {
    expect(definitionOf(text)).toBe(definition);
  });
});

describe("modules", () => {
  const returnOne = { kind: "return", value: "1" };
  const cases: [text: string, short: object][] = [
    [
      "CREATE VIEW dbo.v (x) WITH SCHEMABINDING, VIEW_METADATA AS SELECT a FROM dbo.t WITH CHECK OPTION",
      {
        kind: "create-view",
        action: "create",
        name: "dbo.v",
        columns: ["x"],
        attributes: ["schemabinding", "view_metadata"],
        select: { kind: "select", query: { body: { items: ["a"], from: ["dbo.t"] } } },
        checkOption: true,
      },
    ],
    [
      "ALTER PROCEDURE p @a int = 5, @b AS nvarchar(10) OUTPUT, @c dbo.T READONLY WITH RECOMPILE, EXECUTE AS 'u' AS SET NOCOUNT ON SELECT @a",
      {
        kind: "create-procedure",
        action: "alter",
        name: "p",
        parameters: [
          { kind: "parameter", name: "@a", type: "int", default: "5" },
          { kind: "parameter", name: "@b", type: "nvarchar(10)", output: true },
          { kind: "parameter", name: "@c", type: "dbo.T", readOnly: true },
        ],
        attributes: ["recompile"],
        executeAs: "u",
        body: [{ kind: "set-option", options: ["nocount"], on: true }, { kind: "select" }],
      },
    ],
    ["CREATE PROC p AS", { kind: "create-procedure", name: "p" }],
    [
      "CREATE OR ALTER FUNCTION dbo.f (@a int) RETURNS nvarchar(max) WITH SCHEMABINDING AS BEGIN RETURN 1 END",
      {
        kind: "create-function",
        action: "create or alter",
        name: "dbo.f",
        attributes: ["schemabinding"],
        returns: { kind: "scalar-function", type: "nvarchar(max)", body: [returnOne] },
      },
    ],
    [
      "CREATE FUNCTION f () RETURNS TABLE AS RETURN (SELECT 1 AS a);",
      { kind: "create-function", returns: { kind: "inline-function", select: { kind: "select" } } },
    ],
    [
      "CREATE FUNCTION f () RETURNS TABLE AS RETURN WITH c AS (SELECT 1 AS a) SELECT a FROM c",
      { kind: "create-function", returns: { kind: "inline-function", select: { with: [{ name: "c" }] } } },
    ],
    [
      "CREATE FUNCTION f () RETURNS @t TABLE (a int) AS BEGIN INSERT @t VALUES (1) RETURN END",
      {
        kind: "create-function",
        returns: {
          kind: "table-function",
          variable: "@t",
          table: { columns: [{ name: "a", type: "int" }] },
          body: [{ kind: "insert" }, { kind: "return" }],
        },
      },
    ],
    [
      "CREATE TRIGGER tr ON dbo.t INSTEAD OF INSERT, UPDATE AS IF UPDATE(a) RETURN",
      {
        kind: "create-trigger",
        on: "dbo.t",
        timing: "instead of",
        events: ["insert", "update"],
        body: [{ kind: "if", condition: { kind: "update-function", column: "a" } }],
      },
    ],
    [
      "CREATE TRIGGER tr ON DATABASE FOR CREATE_TABLE AS RETURN",
      { kind: "create-trigger", on: "database", timing: "after", events: ["create_table"] },
    ],
  ];
  test.each(cases)("%s", (text, short) => {
    expect(shortForm(text)).toMatchObject([short]);
  });
});
