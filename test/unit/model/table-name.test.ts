import { describe, expect, it } from "vitest";
import { parseTableKey, tableKey } from "../../../src/model/table-name.ts";

const cases: [key: string, schema: string, name: string][] = [
  ["User", "dbo", "User"],
  ["sales.OrderLine", "sales", "OrderLine"],
  ["[sales.OrderLine]", "dbo", "sales.OrderLine"],
  ["sales.[a.b]", "sales", "a.b"],
  ["[a]]b]", "dbo", "a]b"],
  ["[a[b]", "dbo", "a[b"],
  ["[my.schema].[the.table]", "my.schema", "the.table"],
  ["with space", "dbo", "with space"],
  ['it\'s "quoted"', "dbo", 'it\'s "quoted"'],
  ["😀", "dbo", "😀"],
  ["a/b", "dbo", "a/b"],
  ["[]]]", "dbo", "]"],
];

describe("tableKey and parseTableKey", () => {
  it.each(cases)("%s", (key, schema, name) => {
    expect(tableKey({ schema, name })).toBe(key);
    expect(parseTableKey(key)).toEqual({ schema, name });
  });

  it.each([
    ["dbo.User", { schema: "dbo", name: "User" }],
    ["[User]", { schema: "dbo", name: "User" }],
    ["[dbo].[User]", { schema: "dbo", name: "User" }],
  ])("reads %s as well", (key, table) => {
    expect(parseTableKey(key)).toEqual(table);
  });

  it.each(["", ".", "a.", ".a", "a.b.c", "[a", "a]", "[a]b", "[]"])("refuses '%s'", (key) => {
    expect(parseTableKey(key)).toBeUndefined();
  });
});
