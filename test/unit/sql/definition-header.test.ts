import { describe, expect, it } from "vitest";
import type { ModuleName } from "../../../src/model/module.ts";
import { readHeader, rewriteHeader } from "../../../src/sql/definition-header.ts";
import { quoteTable } from "../../../src/sql/quote.ts";

const dboV: ModuleName = { schema: "dbo", name: "v" };

function rewrite(definition: string, action: "CREATE" | "ALTER", name: ModuleName, defaultSchema = "dbo") {
  return rewriteHeader(definition, { action, name, defaultSchema });
}

/** For a table: what it shows, the text, the real name, the text with CREATE, the text with ALTER. */
type Golden = readonly [what: string, text: string, name: ModuleName, create: string, alter: string];

const hostile: ModuleName = { schema: "a]b", name: `x"y.'z😀]` };

// prettier-ignore
const golden: readonly Golden[] = [
  ["a view", "CREATE VIEW dbo.v AS SELECT 1 AS a", dboV, "CREATE VIEW dbo.v AS SELECT 1 AS a", "ALTER VIEW dbo.v AS SELECT 1 AS a"],
  ["a procedure", "CREATE PROCEDURE dbo.v AS SELECT 1", dboV, "CREATE PROCEDURE dbo.v AS SELECT 1", "ALTER PROCEDURE dbo.v AS SELECT 1"],
  ["PROC stays PROC", "CREATE PROC dbo.v AS SELECT 1", dboV, "CREATE PROC dbo.v AS SELECT 1", "ALTER PROC dbo.v AS SELECT 1"],
  ["a function", "CREATE FUNCTION dbo.v() RETURNS int", dboV, "CREATE FUNCTION dbo.v() RETURNS int", "ALTER FUNCTION dbo.v() RETURNS int"],
  ["lower case", "create view dbo.v as select 1 a", dboV, "create view dbo.v as select 1 a", "ALTER view dbo.v as select 1 a"],
  ["mixed case", "Create pRoC dbo.v As", dboV, "Create pRoC dbo.v As", "ALTER pRoC dbo.v As"],
  ["CREATE OR ALTER", "CREATE OR ALTER VIEW dbo.v AS", dboV, "CREATE VIEW dbo.v AS", "ALTER VIEW dbo.v AS"],
  ["create or alter over lines", "create\r\n\tor\n\n alter\r\nview dbo.v as", dboV, "CREATE\r\nview dbo.v as", "ALTER\r\nview dbo.v as"],
  ["CREATE OR ALTER with comments", "CREATE/*1*/OR--2\nALTER/*3*/VIEW dbo.v AS", dboV, "CREATE/*3*/VIEW dbo.v AS", "ALTER/*3*/VIEW dbo.v AS"],
  ["ALTER", "ALTER VIEW dbo.v AS", dboV, "CREATE VIEW dbo.v AS", "ALTER VIEW dbo.v AS"],
  ["alter in lower case", "alter proc dbo.v as", dboV, "CREATE proc dbo.v as", "alter proc dbo.v as"],
  ["blanks before", " \r\n\t CREATE VIEW dbo.v AS", dboV, " \r\n\t CREATE VIEW dbo.v AS", " \r\n\t ALTER VIEW dbo.v AS"],
  ["a byte order mark before", "\ufeffCREATE VIEW dbo.v AS", dboV, "\ufeffCREATE VIEW dbo.v AS", "\ufeffALTER VIEW dbo.v AS"],
  ["an empty statement before", ";CREATE VIEW dbo.v AS", dboV, ";CREATE VIEW dbo.v AS", ";ALTER VIEW dbo.v AS"],
  ["CREATE VIEW in a line comment before", "-- CREATE VIEW x AS\nCREATE VIEW dbo.v AS", dboV, "-- CREATE VIEW x AS\nCREATE VIEW dbo.v AS", "-- CREATE VIEW x AS\nALTER VIEW dbo.v AS"],
  ["a line comment ended by CR alone", "-- CREATE VIEW x AS\rCREATE VIEW dbo.v AS", dboV, "-- CREATE VIEW x AS\rCREATE VIEW dbo.v AS", "-- CREATE VIEW x AS\rALTER VIEW dbo.v AS"],
  ["CREATE VIEW in a block comment before", "/* CREATE VIEW x AS */CREATE VIEW dbo.v AS", dboV, "/* CREATE VIEW x AS */CREATE VIEW dbo.v AS", "/* CREATE VIEW x AS */ALTER VIEW dbo.v AS"],
  ["a nested comment before", "/* a /* CREATE */ VIEW x */ CREATE VIEW dbo.v AS", dboV, "/* a /* CREATE */ VIEW x */ CREATE VIEW dbo.v AS", "/* a /* CREATE */ VIEW x */ ALTER VIEW dbo.v AS"],
  ["open quotes in comments", "-- it's [ \"\n/* ' */CREATE VIEW dbo.v AS", dboV, "-- it's [ \"\n/* ' */CREATE VIEW dbo.v AS", "-- it's [ \"\n/* ' */ALTER VIEW dbo.v AS"],
  ["comments between all parts", "CREATE/*a*/VIEW/*b*/dbo/*c*/./*d*/v/*e*/AS", dboV, "CREATE/*a*/VIEW/*b*/dbo/*c*/./*d*/v/*e*/AS", "ALTER/*a*/VIEW/*b*/dbo/*c*/./*d*/v/*e*/AS"],
  ["comments between all parts of a renamed one", "CREATE/*a*/VIEW--b\n old/*c*/./*d*/v/*e*/AS", dboV, "CREATE/*a*/VIEW--b\n [dbo].[v]/*e*/AS", "ALTER/*a*/VIEW--b\n [dbo].[v]/*e*/AS"],
  ["blanks of Unicode", "CREATE\u00a0VIEW\u3000dbo\u2003.\u0085v\u1680AS", dboV, "CREATE\u00a0VIEW\u3000dbo\u2003.\u0085v\u1680AS", "ALTER\u00a0VIEW\u3000dbo\u2003.\u0085v\u1680AS"],
  ["the same name in brackets", "CREATE VIEW [dbo].[v] AS", dboV, "CREATE VIEW [dbo].[v] AS", "ALTER VIEW [dbo].[v] AS"],
  ["the same name in double quotes", 'CREATE VIEW "dbo"."v" AS', dboV, 'CREATE VIEW "dbo"."v" AS', 'ALTER VIEW "dbo"."v" AS'],
  ["the same name, one part quoted", 'CREATE VIEW dbo . "v" AS', dboV, 'CREATE VIEW dbo . "v" AS', 'ALTER VIEW dbo . "v" AS'],
  ["no blank around a quoted name", "CREATE VIEW[dbo].[v]AS SELECT 1 AS a", dboV, "CREATE VIEW[dbo].[v]AS SELECT 1 AS a", "ALTER VIEW[dbo].[v]AS SELECT 1 AS a"],
  ["a renamed view", "CREATE VIEW dbo.old AS SELECT 1 AS a", dboV, "CREATE VIEW [dbo].[v] AS SELECT 1 AS a", "ALTER VIEW [dbo].[v] AS SELECT 1 AS a"],
  ["a renamed view without blanks", "CREATE VIEW[old]AS SELECT 1 AS a", dboV, "CREATE VIEW[dbo].[v]AS SELECT 1 AS a", "ALTER VIEW[dbo].[v]AS SELECT 1 AS a"],
  ["the old name again in the body", "CREATE PROC dbo.old AS EXEC dbo.old; -- CREATE PROC dbo.old", dboV, "CREATE PROC [dbo].[v] AS EXEC dbo.old; -- CREATE PROC dbo.old", "ALTER PROC [dbo].[v] AS EXEC dbo.old; -- CREATE PROC dbo.old"],
  ["CREATE in the body", "CREATE PROC dbo.v AS CREATE TABLE #t (a int)", dboV, "CREATE PROC dbo.v AS CREATE TABLE #t (a int)", "ALTER PROC dbo.v AS CREATE TABLE #t (a int)"],
  ["another case of letters is another name", "CREATE VIEW DBO.V AS", dboV, "CREATE VIEW [dbo].[v] AS", "ALTER VIEW [dbo].[v] AS"],
  ["moved to another schema", "CREATE VIEW dbo.v AS", { schema: "s", name: "v" }, "CREATE VIEW [s].[v] AS", "ALTER VIEW [s].[v] AS"],
  ["one part in the default schema", "CREATE VIEW v AS", dboV, "CREATE VIEW v AS", "ALTER VIEW v AS"],
  ["one part in another schema", "CREATE VIEW v AS", { schema: "s", name: "v" }, "CREATE VIEW [s].[v] AS", "ALTER VIEW [s].[v] AS"],
  ["one part, renamed", "CREATE VIEW [old] AS", dboV, "CREATE VIEW [dbo].[v] AS", "ALTER VIEW [dbo].[v] AS"],
  ["a procedure's number", "CREATE PROC old;1 @a int AS", dboV, "CREATE PROC [dbo].[v];1 @a int AS", "ALTER PROC [dbo].[v];1 @a int AS"],
  ["a procedure's number with blanks", "CREATE PROC dbo.v ; 1 AS", dboV, "CREATE PROC dbo.v ; 1 AS", "ALTER PROC dbo.v ; 1 AS"],
  ["parameters without parentheses", "CREATE PROC old @a int=1 AS", dboV, "CREATE PROC [dbo].[v] @a int=1 AS", "ALTER PROC [dbo].[v] @a int=1 AS"],
  ["parameters in parentheses", "CREATE PROC old(@a int) AS", dboV, "CREATE PROC [dbo].[v](@a int) AS", "ALTER PROC [dbo].[v](@a int) AS"],
  ["options", "CREATE PROC old WITH RECOMPILE AS", dboV, "CREATE PROC [dbo].[v] WITH RECOMPILE AS", "ALTER PROC [dbo].[v] WITH RECOMPILE AS"],
  ["FOR REPLICATION", "CREATE PROC old FOR REPLICATION AS", dboV, "CREATE PROC [dbo].[v] FOR REPLICATION AS", "ALTER PROC [dbo].[v] FOR REPLICATION AS"],
  ["a view's options", "CREATE VIEW old WITH SCHEMABINDING AS", dboV, "CREATE VIEW [dbo].[v] WITH SCHEMABINDING AS", "ALTER VIEW [dbo].[v] WITH SCHEMABINDING AS"],
  ["a view's columns", "CREATE VIEW old(a,[b])AS", dboV, "CREATE VIEW [dbo].[v](a,[b])AS", "ALTER VIEW [dbo].[v](a,[b])AS"],
  ["a comment between a function's name and its parameters", "CREATE FUNCTION old--(\n()", dboV, "CREATE FUNCTION [dbo].[v]--(\n()", "ALTER FUNCTION [dbo].[v]--(\n()"],
  ["hostile names kept", `CREATE VIEW [a]]b].[x"y.'z😀]]] AS`, hostile, `CREATE VIEW [a]]b].[x"y.'z😀]]] AS`, `ALTER VIEW [a]]b].[x"y.'z😀]]] AS`],
  ["hostile names in double quotes kept", `CREATE VIEW "a]b"."x""y.'z😀]" AS`, hostile, `CREATE VIEW "a]b"."x""y.'z😀]" AS`, `ALTER VIEW "a]b"."x""y.'z😀]" AS`],
  ["hostile names given", "CREATE VIEW [o].[/*--] AS", hostile, `CREATE VIEW [a]]b].[x"y.'z😀]]] AS`, `ALTER VIEW [a]]b].[x"y.'z😀]]] AS`],
  ["a dot within one part", "CREATE VIEW [dbo.v] AS", dboV, "CREATE VIEW [dbo].[v] AS", "ALTER VIEW [dbo].[v] AS"],
  ["a dot within one part, its real name", "CREATE VIEW [dbo.v] AS", { schema: "dbo", name: "dbo.v" }, "CREATE VIEW [dbo.v] AS", "ALTER VIEW [dbo.v] AS"],
  ["keywords as names", "CREATE VIEW [CREATE].[VIEW] AS", { schema: "CREATE", name: "VIEW" }, "CREATE VIEW [CREATE].[VIEW] AS", "ALTER VIEW [CREATE].[VIEW] AS"],
  ["blanks in a name count", "CREATE VIEW dbo.[v ] AS", dboV, "CREATE VIEW [dbo].[v] AS", "ALTER VIEW [dbo].[v] AS"],
  ["a name of any letters", "CREATE VIEW été.表_名$1#@ AS", { schema: "été", name: "表_名$1#@" }, "CREATE VIEW été.表_名$1#@ AS", "ALTER VIEW été.表_名$1#@ AS"],
  ["a dollar in a replacement stays a dollar", "CREATE VIEW o AS", { schema: "$&", name: "$1" }, "CREATE VIEW [$&].[$1] AS", "ALTER VIEW [$&].[$1] AS"],
  ["lone surrogates", "CREATE VIEW o AS SELECT '\ud83d' AS a /*\ude00", dboV, "CREATE VIEW [dbo].[v] AS SELECT '\ud83d' AS a /*\ude00", "ALTER VIEW [dbo].[v] AS SELECT '\ud83d' AS a /*\ude00"],
];

describe("rewriteHeader", () => {
  it("is shown by a table of at least forty", () => {
    expect(golden.length).toBeGreaterThanOrEqual(40);
  });

  it.each(golden)("%s", (_, text, name, create, alter) => {
    expect(rewrite(text, "CREATE", name)).toBe(create);
    expect(rewrite(text, "ALTER", name)).toBe(alter);
  });

  it.each<[string, string, string | undefined]>([
    ["another default schema", "s", "CREATE VIEW [dbo].[v] AS"],
    ["a default schema of another case", "DBO", "CREATE VIEW [dbo].[v] AS"],
    ["an unknown default schema", "", "CREATE VIEW [dbo].[v] AS"],
    ["the same default schema", "dbo", "CREATE VIEW v AS"],
  ])("a one-part name under %s", (_, defaultSchema, expected) => {
    expect(rewrite("CREATE VIEW v AS", "CREATE", dboV, defaultSchema)).toBe(expected);
  });

  it("does not ask for the default schema where the text names one", () => {
    expect(rewrite("CREATE VIEW dbo.v AS", "CREATE", dboV, "s")).toBe("CREATE VIEW dbo.v AS");
  });
});

describe("readHeader", () => {
  it("tells spans, word and name", () => {
    const text = "/*c*/ create or\nalter proc [a]]b] . /*x*/ c$ @p int as";
    const header = readHeader(text);
    if (header === undefined) throw new Error("not read");
    const { action, word, name } = header;
    expect(text.slice(action.start, action.end)).toBe("create or\nalter");
    expect(word).toBe("PROCEDURE");
    expect(text.slice(name.start, name.end)).toBe("[a]]b] . /*x*/ c$");
    expect(name).toMatchObject({ schema: "a]b", name: "c$" });
  });

  it.each<[string, string]>([
    ["nothing", ""],
    ["blanks and comments", " -- CREATE VIEW v AS\n /* CREATE VIEW v AS */"],
    ["another statement", "SELECT 1 AS a"],
    ["a statement before the header", "SET NOCOUNT ON; CREATE VIEW v AS"],
    ["a table", "CREATE TABLE dbo.t (a int)"],
    ["a trigger", "CREATE TRIGGER dbo.t ON dbo.u AFTER INSERT AS SELECT 1"],
    ["a type", "CREATE TYPE dbo.t FROM int"],
    ["a schema", "CREATE SCHEMA s"],
    ["a drop", "DROP VIEW dbo.v"],
    ["a materialized view", "CREATE MATERIALIZED VIEW dbo.v WITH (DISTRIBUTION = HASH(a)) AS"],
    ["an aggregate", "CREATE AGGREGATE dbo.a(@x int) RETURNS int"],
    ["OR without ALTER", "CREATE OR VIEW dbo.v AS"],
    ["OR REPLACE", "CREATE OR REPLACE VIEW dbo.v AS"],
    ["ALTER OR CREATE", "ALTER OR CREATE VIEW dbo.v AS"],
    ["a quoted keyword", "[CREATE] VIEW dbo.v AS"],
    ["a keyword cut in two by a comment", "CRE/**/ATE VIEW dbo.v AS"],
    ["keywords without a blank", "CREATEVIEW dbo.v AS"],
    ["keywords around a zero width joiner", "CREATE\u200d VIEW dbo.v AS"],
    ["a byte order mark in the middle", "CREATE \ufeffVIEW dbo.v AS"],
    ["no name", "CREATE VIEW"],
    ["no name but its body", "CREATE VIEW AS SELECT 1 AS a"],
    ["nothing behind the name", "CREATE VIEW dbo.v"],
    ["a dot and nothing", "CREATE VIEW dbo. AS SELECT 1 AS a"],
    ["a dot first", "CREATE VIEW .v AS"],
    ["a part left out", "CREATE VIEW dbo..v AS"],
    ["three parts", "CREATE VIEW d.dbo.v AS"],
    ["four parts", "CREATE VIEW s.d.dbo.v AS"],
    ["a string for a name", "CREATE VIEW 'v' AS"],
    ["a Unicode string for a name", "CREATE PROC N'v' AS"],
    ["a number for a name", "CREATE VIEW 1 AS"],
    ["a name that starts with a digit", "CREATE VIEW dbo.1v AS"],
    ["a variable for a name", "CREATE PROC @v AS"],
    ["an emoji for a name", "CREATE VIEW 😀 AS"],
    ["an emoji within a name", "CREATE VIEW v😀 AS"],
    ["an empty name", "CREATE VIEW [] AS"],
    ["an empty schema", 'CREATE VIEW "".v AS'],
    ["a name of 129 characters", `CREATE VIEW [${"x".repeat(129)}] AS`],
    ["an open bracket", "CREATE VIEW [dbo].[v AS SELECT 1 AS a"],
    ["an open double quote", 'CREATE VIEW "v AS SELECT 1 AS a'],
    ["an open comment before", "/* /* */ CREATE VIEW v AS"],
    ["an open comment between", "CREATE /* VIEW v AS"],
    ["a view with parameters", "CREATE VIEW v @a int AS"],
    ["a function without parentheses", "CREATE FUNCTION f AS"],
    ["two names", "CREATE VIEW v w AS"],
  ])("reads nothing from %s", (_, text) => {
    expect(readHeader(text)).toBeUndefined();
    expect(rewrite(text, "ALTER", dboV)).toBeUndefined();
  });

  it("takes a name of 128 characters", () => {
    const name = "]".repeat(128);
    expect(readHeader(`CREATE VIEW ${quoteTable({ schema: name, name })} AS`)?.name).toMatchObject({
      schema: name,
      name,
    });
  });

  it("does not read the body", () => {
    const text = `CREATE VIEW dbo.v AS SELECT ${"'a', ".repeat(400_000)}`;
    const rounds = 1000;
    const started = performance.now();
    for (let round = 0; round < rounds; round++) readHeader(text);
    expect((performance.now() - started) / rounds).toBeLessThan(3);
  });
});
