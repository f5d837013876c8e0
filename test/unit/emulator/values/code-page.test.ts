import { describe, expect, test } from "vitest";
import { codePage, isMultiByte } from "../../../emulator/values/code-page.ts";
import { coerce } from "../../../emulator/values/coerce.ts";
import type { SqlType } from "../../../emulator/values/sql-type.ts";

const hex = (digits: string): Buffer => Buffer.from(digits, "hex");
const range = Array.from({ length: 256 }, (_, byte) => byte);
const pages = [437, 850, 874, 932, 936, 949, 950, 1250, 1251, 1252, 1253, 1254, 1255, 1256, 1257, 1258, 65001];

describe.each(pages)("code page %d", (number) => {
  const page = codePage(number);

  test("keeps every byte, alone and behind every other one", () => {
    const rows = range.flatMap((first) => [
      Buffer.from([first]),
      ...(isMultiByte(number) ? range.map((second) => Buffer.from([first, second])) : []),
    ]);
    const all = Buffer.concat(rows);
    expect(page.encode(page.decode(all)).equals(all)).toBe(true);
    expect(rows.filter((row) => !page.encode(page.decode(row)).equals(row))).toEqual([]);
  });

  test("knows ASCII", () => {
    expect(page.decode(Buffer.from("abc\0~", "latin1"))).toBe("abc\0~");
  });
});

test.each([
  [1252, "81", "\u0081"],
  [1252, "80", "€"],
  [874, "db", "\uf8c1"],
  [1253, "aa", "\uf8f9"],
  [1255, "fc", "\uf895"],
  [1257, "a5", "\uf8fd"],
  [932, "8140", "\u3000"],
  [936, "80", "€"],
  [65001, "f09f9880", "😀"],
])("code page %d has %s as %j", (number, bytes, text) => {
  expect(codePage(number).decode(hex(bytes))).toBe(text);
  expect(codePage(number).encode(text).toString("hex")).toBe(bytes);
});

describe("conversions of what a code page does not define", () => {
  const nvarchar: SqlType = { name: "nvarchar", length: 50 };
  const japanese: SqlType = { name: "varchar", length: 50, collation: "Japanese_CI_AS" };
  const utf8: SqlType = { name: "varchar", length: 50, collation: "Latin1_General_100_CI_AS_SC_UTF8" };
  const stored = (digits: string, type: SqlType) => coerce(hex(digits), { name: "varbinary", length: 50 }, type);

  test("a second spelling of a character is that character", () => {
    expect(coerce(stored("41fa4a8754", japanese), japanese, nvarchar)).toBe("AⅠⅠ");
  });

  test.each([
    ["fd", japanese],
    ["81ff", japanese],
    ["eda080", utf8],
    ["c3", utf8],
  ])("%s is not made up", (digits, type) => {
    expect(() => coerce(stored(digits, type), type, nvarchar)).toThrow(/Unsupported: bytes that code page/);
  });

  test("lone surrogates are no bytes", () => {
    const bytes = (type: SqlType) =>
      (
        coerce(
          coerce("a\udc81\udc40b", nvarchar, type),
          type,
          { name: "varbinary", length: 50 },
          { explicit: true },
        ) as Buffer
      ).toString("hex");
    expect(bytes(japanese)).toBe("613f3f62");
    expect(bytes(utf8)).toBe("61efbfbdefbfbd62");
  });
});
