import { describe, expect, test } from "vitest";
import { parseBatch } from "../../../emulator/tsql/parse-batch.ts";
import { shortForm } from "./short-form.ts";

const print = (text: string) => ({ kind: "print", message: text });

describe("one statement", () => {
  const argument = (value: string, more: object = {}) => ({ kind: "execute-argument", value, ...more });
  const cases: [text: string, short: object][] = [
    ["EXEC dbo.p", { kind: "execute", procedure: "dbo.p" }],
    [
      "EXECUTE @r = p 1, -2, N'x', abc, DEFAULT, @a OUT, @b = @c OUTPUT",
      {
        kind: "execute",
        returnVariable: "@r",
        procedure: "p",
        arguments: [
          argument("1"),
          argument("-2"),
          argument("N'x'"),
          argument("abc"),
          argument("DEFAULT"),
          argument("@a", { output: true }),
          argument("@c", { name: "@b", output: true }),
        ],
      },
    ],
    ["EXEC @p 1", { kind: "execute", procedure: "@p", arguments: [argument("1")] }],
    ["sp_rename 'a', 'b'", { kind: "execute", procedure: "sp_rename", arguments: [argument("'a'"), argument("'b'")] }],
    ["dbo.p;", { kind: "execute", procedure: "dbo.p" }],
    ["GO", { kind: "execute", procedure: "GO" }],
    ["EXEC ('a' + @b + N'c')", { kind: "execute-text", parts: ["'a'", "@b", "N'c'"] }],
    [
      "DECLARE @a int, @b AS dbo.T = 1",
      {
        kind: "declare",
        variables: [
          { kind: "scalar-variable", name: "@a", type: "int" },
          { kind: "scalar-variable", name: "@b", type: "dbo.T", initial: "1" },
        ],
      },
    ],
    ["SET @a *= 2", { kind: "set-variable", variable: "@a", operator: "*=", value: "2" }],
    ["SET NOCOUNT, XACT_ABORT ON", { kind: "set-option", options: ["nocount", "xact_abort"], on: true }],
    ["SET ANSI_NULLS OFF", { kind: "set-option", options: ["ansi_nulls"] }],
    ["SET STATISTICS IO, TIME OFF", { kind: "set-option", options: ["statistics io", "statistics time"] }],
    ["SET IDENTITY_INSERT dbo.t ON", { kind: "set-identity-insert", table: "dbo.t", on: true }],
    ["SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", { kind: "set-isolation-level", level: "repeatable read" }],
    ["SET LOCK_TIMEOUT -1", { kind: "set-value", option: "lock_timeout", value: "-1" }],
    ["SET DEADLOCK_PRIORITY LOW", { kind: "set-value", option: "deadlock_priority", value: "LOW" }],
    ["SET DATEFORMAT ymd", { kind: "set-value", option: "dateformat", value: "ymd" }],
    ["THROW", { kind: "throw" }],
    ["THROW 50001, @m, 1", { kind: "throw", error: { number: "50001", message: "@m", state: "1" } }],
    [
      "RAISERROR ('x %d', 16, @s, 5) WITH NOWAIT",
      { kind: "raiserror", message: "'x %d'", severity: "16", state: "@s", arguments: ["5"], options: ["nowait"] },
    ],
    ["PRINT 'a' + 'b'", print("('a' + 'b')")],
    ["RETURN", { kind: "return" }],
    ["WAITFOR DELAY '00:00:01'", { kind: "waitfor", mode: "delay", value: "'00:00:01'" }],
    ["BEGIN TRAN a WITH MARK 'm'", { kind: "begin-transaction", name: "a", mark: "m" }],
    ["BEGIN TRANSACTION", { kind: "begin-transaction" }],
    ["COMMIT TRANSACTION @n", { kind: "commit-transaction", name: "@n" }],
    ["COMMIT WORK", { kind: "commit-transaction" }],
    ["ROLLBACK TRAN sp", { kind: "rollback-transaction", name: "sp" }],
    ["ROLLBACK", { kind: "rollback-transaction" }],
    ["SAVE TRAN sp", { kind: "save-transaction", name: "sp" }],
    ["USE [a b]", { kind: "use", database: "a b" }],
    [
      "DBCC CHECKIDENT ('dbo.t', RESEED, 5) WITH NO_INFOMSGS",
      { kind: "dbcc", command: "checkident", arguments: ["'dbo.t'", "RESEED", "5"], options: ["no_infomsgs"] },
    ],
    ["CHECKPOINT", { kind: "checkpoint" }],
    ["KILL 51", { kind: "kill", session: "51" }],
    ["DISABLE TRIGGER ALL ON t", { kind: "enable-trigger", names: "all", on: "t" }],
    ["EXECUTE AS USER = 'u'", { kind: "execute-as", principal: "user", name: "'u'" }],
    ["REVERT", { kind: "revert" }],
    [
      "IF 1 = 1 PRINT 'a'; ELSE PRINT 'b'",
      { kind: "if", condition: "(1 = 1)", then: print("'a'"), otherwise: print("'b'") },
    ],
    ["WHILE 1 = 1 BREAK", { kind: "while", condition: "(1 = 1)", body: { kind: "break" } }],
    ["BEGIN PRINT 'a' PRINT 'b' END", { kind: "block", statements: [print("'a'"), print("'b'")] }],
    [
      "BEGIN TRY PRINT 'a'; END TRY BEGIN CATCH ROLLBACK; THROW; END CATCH",
      { kind: "try", body: [print("'a'")], handler: [{ kind: "rollback-transaction" }, { kind: "throw" }] },
    ],
  ];
  test.each(cases)("%s", (text, short) => {
    expect(shortForm(text)).toEqual([short]);
  });
});

describe("batches", () => {
  const kinds = (text: string) => parseBatch(text).statements.map((statement) => statement.kind);
  const cases: [text: string, kinds: string[]][] = [
    ["", []],
    ["-- nothing\n;;", []],
    ["SELECT 1 SELECT 2;SELECT 3;;", ["select", "select", "select"]],
    [
      "DECLARE @a int SET @a = 1 SELECT @a IF @a = 1 PRINT 'x' ELSE PRINT 'y' UPDATE t SET a = 1",
      ["declare", "set-variable", "select", "if", "update"],
    ],
    ["p 1 SELECT 2", ["execute", "select"]],
    ["EXEC p EXEC q", ["execute", "execute"]],
    ["BEGIN TRAN UPDATE t SET a = 1 COMMIT TRAN", ["begin-transaction", "update", "commit-transaction"]],
    ["x: SELECT 1\ny: GOTO x", ["label", "select", "label", "goto"]],
    ["SELECT a FROM t WITH (NOLOCK); WITH c AS (SELECT 1 AS a) SELECT * FROM c", ["select", "select"]],
    ["IF 1 = 1 BEGIN SELECT 1 END SELECT 2", ["if", "select"]],
  ];
  test.each(cases)("%j", (text, expected) => {
    expect(kinds(text)).toEqual(expected);
  });

  test("lines and offsets of statements", () => {
    const text = "SELECT 1\n\n  SELECT 2;/*\n*/ SELECT 3";
    const places = parseBatch(text).statements.map(({ pos, line }) => [text.slice(pos, pos + 8), line]);
    expect(places).toEqual([
      ["SELECT 1", 1],
      ["SELECT 2", 3],
      ["SELECT 3", 4],
    ]);
  });

  test("QUOTED_IDENTIFIER, given from outside or set in the batch", () => {
    const items = (text: string, quotedIdentifier?: boolean) => {
      const options = quotedIdentifier === undefined ? {} : { quotedIdentifier };
      return parseBatch(text, options).statements.flatMap((statement) =>
        statement.kind === "select" && statement.query.body.kind === "select-query"
          ? statement.query.body.items.map((item) => item.kind === "select-expression" && item.expression.kind)
          : [],
      );
    };
    expect(items('SELECT "a"')).toEqual(["column"]);
    expect(items('SELECT "a"', false)).toEqual(["literal"]);
    expect(items('SELECT "a" SET QUOTED_IDENTIFIER OFF SELECT "a"; SET QUOTED_IDENTIFIER ON SELECT "a"')).toEqual([
      "column",
      "literal",
      "column",
    ]);
  });
});
