import { describe, expect, test } from "vitest";
import type { SelectStatement, UpdateStatement } from "../../../emulator/tsql/ast-dml.ts";
import type { IfStatement } from "../../../emulator/tsql/ast-control.ts";
import { withCoverage, wholeNode } from "../../../emulator/tsql/coverage.ts";
import { parseBatch } from "../../../emulator/tsql/parse-batch.ts";
import type { Statement } from "../../../emulator/tsql/ast.ts";

function cover<S extends Statement>(text: string) {
  return withCoverage(parseBatch(text).statements[0] as S);
}

describe("coverage", () => {
  test("nothing read: every clause that was written", () => {
    expect(cover<UpdateStatement>("UPDATE t SET a = 1 WHERE a = 2").unreadClauses()).toEqual([
      "update.target",
      "update.assignments",
      "update.where",
    ]);
  });

  test("a clause that is read leaves what is below it", () => {
    const { node, unreadClauses } = cover<SelectStatement>("SELECT TOP (5) a FROM t GROUP BY a");
    const body = node.query.body;
    if (body.kind !== "select-query") throw new Error("no select query");
    const [item] = body.items;
    if (item?.kind !== "select-expression" || item.expression.kind !== "column") throw new Error("no column");
    expect(item.expression.name).toBe("a");
    expect(body.top?.withTies).toBe(false);
    for (const source of body.from) if (source.kind === "named-table") expect(source.name.name).toBe("t");
    expect(unreadClauses()).toEqual(["top.count", "select-query.groupBy"]);
  });

  test("what was not written need not be read", () => {
    const { node, unreadClauses } = cover<UpdateStatement>("UPDATE t SET a = 1");
    expect(node.target.name).toBeDefined();
    expect(unreadClauses()).toEqual(["name.name", "update.assignments"]);
  });

  test("each element of a list counts", () => {
    const { node, unreadClauses } = cover<SelectStatement>("SELECT 1 OPTION (RECOMPILE, MAXDOP 1)");
    expect(node.options[0]?.name).toBe("recompile");
    expect(unreadClauses()).toEqual(["select.query", "select.options[1]"]);
  });

  test("statements within a statement stand for themselves", () => {
    const { node, unreadClauses } = cover<IfStatement>("IF 1 = 1 SELECT 1 ELSE SELECT 2");
    expect(node.then.kind).toBe("select");
    expect(unreadClauses()).toEqual(["if.condition", "if.otherwise"]);
  });

  test("literals come bare and are read as a whole", () => {
    const parsed = parseBatch("SELECT 1").statements[0] as SelectStatement;
    const { node } = withCoverage(parsed);
    const itemIn = (statement: SelectStatement) => {
      const body = statement.query.body;
      const item = body.kind === "select-query" ? body.items[0] : undefined;
      return item?.kind === "select-expression" ? item : undefined;
    };
    expect(itemIn(node)?.expression).toBe(itemIn(parsed)?.expression);
    expect(itemIn(node)).not.toBe(itemIn(parsed));
  });

  test("wholeNode takes a bare node out and counts it as read", () => {
    const parsed = parseBatch("UPDATE t SET a = 1 WHERE a = 2").statements[0] as UpdateStatement;
    const { node, unreadClauses } = withCoverage(parsed);
    expect(wholeNode(node.where!)).toBe(parsed.where);
    expect(wholeNode(parsed)).toBe(parsed);
    expect(unreadClauses()).toEqual(["update.target", "update.assignments"]);
    expect(wholeNode(node)).toBe(parsed);
    expect(unreadClauses()).toEqual([]);
  });

  test("a covered node is the same node each time", () => {
    const { node } = cover<UpdateStatement>("UPDATE t SET a = 1");
    expect(node.target).toBe(node.target);
  });
});
