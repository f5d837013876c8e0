import { describe, expect, it } from "vitest";
import { quoteName, quoteTable, quoteText } from "../../../src/sql/quote.ts";

describe("quoteName", () => {
  it.each([
    ["User", "[User]"],
    ["a]b", "[a]]b]"],
    ["]]", "[]]]]]"],
    ["a.b", "[a.b]"],
    ["it's", "[it's]"],
    ['"x"', '["x"]'],
    ["😀 select", "[😀 select]"],
    ["x'; DROP TABLE t --", "[x'; DROP TABLE t --]"],
    ["line\nbreak", "[line\nbreak]"],
    ["a".repeat(128), `[${"a".repeat(128)}]`],
  ])("%s", (name, quoted) => {
    expect(quoteName(name)).toBe(quoted);
  });

  it.each(["", "a".repeat(129)])("refuses a name of %#", (name) => {
    expect(() => quoteName(name)).toThrow(/1 to 128/);
  });
});

it("quotes a table in two parts", () => {
  expect(quoteTable({ schema: "a]", name: "b.c" })).toBe("[a]]].[b.c]");
});

it("quotes a text as Unicode, with quotes doubled", () => {
  expect(quoteText("it's ''")).toBe("N'it''s '''''");
});

it("splits a backslash from the line break behind it, which the server would take away", () => {
  expect(quoteText("a\\\nb")).toBe("N'a\\' + N'\nb'");
  expect(quoteText("a\\\r\nb")).toBe("N'a\\' + N'\r\nb'");
  expect(quoteText("a\\b")).toBe("N'a\\b'");
});
