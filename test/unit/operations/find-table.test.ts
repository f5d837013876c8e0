import { describe, expect, it } from "vitest";
import { parseTableKey, tableKey } from "../../../src/model/table-name.ts";
import { findTable } from "../../../src/operations/find-table.ts";

const known = ["User", "Customer", "sales.OrderLine", "[sales.OrderLine]", "order", "Order", "a/b", "100%"].map(
  (key) => {
    const table = parseTableKey(key);
    if (table === undefined) throw new Error(key);
    return table;
  },
);

function found(text: string): string | undefined {
  const result = findTable(text, known);
  return result.kind === "found" ? tableKey(result.table) : undefined;
}

describe("findTable", () => {
  it.each([
    ["User", "User"],
    ["dbo.User", "User"],
    ["[User]", "User"],
    ["[dbo].[User]", "User"],
    ["sales.OrderLine", "sales.OrderLine"],
    ["[sales].[OrderLine]", "sales.OrderLine"],
    ["[sales.OrderLine]", "[sales.OrderLine]"],
    ["dbo.[sales.OrderLine]", "[sales.OrderLine]"],
    ["user", "User"],
    ["DBO.USER", "User"],
    ["SALES.orderline", "sales.OrderLine"],
    ["order", "order"],
    ["Order", "Order"],
    ["a%2Fb", "a/b"],
    ["a%2fb", "a/b"],
    ["A%2FB", "a/b"],
    ["a/b", "a/b"],
    ["100%", "100%"],
  ])("%s is %s", (text, expected) => {
    expect(found(text)).toBe(expected);
  });

  it("does not guess where two names differ from it in case alone", () => {
    expect(found("ORDER")).toBeUndefined();
  });

  it.each([
    ["Usr", ["User"]],
    ["Custmer", ["Customer"]],
    ["OrderLine", ["sales.OrderLine"]],
    ["dbo.sales.OrderLine", ["[sales.OrderLine]", "sales.OrderLine"]],
    ["ORDER", ["order", "Order"]],
    ["zzzzzzzzzzzzzzzz", []],
  ])("names what is nearest to %s", (text, expected) => {
    const result = findTable(text, known);
    expect(result.kind).toBe("unknown");
    const nearest = result.kind === "unknown" ? result.nearest : [];
    if (expected.length === 0) expect(nearest).toEqual([]);
    else expect(nearest.slice(0, expected.length).sort()).toEqual(expected.sort());
  });
});
