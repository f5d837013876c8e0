import { describe, expect, test } from "vitest";
import {
  collation,
  collationFromWire,
  collationKey,
  collationToWire,
  compareStrings,
  decodeText,
  encodeText,
  isCaseSensitive,
  isKnownCollation,
} from "../../../emulator/values/collation.ts";

describe("names and wire bytes", () => {
  test.each([
    ["SQL_Latin1_General_CP1_CI_AS", "0904d00034"],
    ["SQL_Latin1_General_CP1_CS_AS", "0904c00033"],
    ["Latin1_General_CI_AS", "0904d00000"],
    ["Latin1_General_100_CI_AS", "0904d02000"],
    ["Latin1_General_BIN", "0904000100"],
    ["Latin1_General_100_BIN2_UTF8", "0904002600"],
    ["Latin1_General_100_CI_AS_SC_UTF8", "0904d02400"],
    ["Japanese_XJIS_140_CI_AS", "1104d03000"],
  ])("%s is %s", (name, wire) => {
    expect(collationToWire(name).toString("hex")).toBe(wire);
    expect(collationToWire(collationFromWire(Buffer.from(wire, "hex"))).toString("hex")).toBe(wire);
  });

  test("spelling of the name is the server's, whatever the case asked for", () => {
    expect(collation("latin1_general_100_ci_as_sc_utf8").name).toBe("Latin1_General_100_CI_AS_SC_UTF8");
    expect(collation("sql_latin1_general_cp1_ci_as").name).toBe("SQL_Latin1_General_CP1_CI_AS");
  });

  test.each(["Latin1_General", "Klingon_CI_AS", "Latin1_General_CI", "Latin1_General_CI_AS_UTF8", "", "x"])(
    "%j is not a collation",
    (name) => {
      expect(isKnownCollation(name)).toBe(false);
    },
  );

  test("code pages", () => {
    expect(collation("Cyrillic_General_CI_AS").codePage).toBe(1251);
    expect(collation("Latin1_General_100_CI_AS_SC_UTF8").codePage).toBe(65001);
    expect(collation(undefined).codePage).toBe(1252);
    expect(isCaseSensitive("Latin1_General_BIN2")).toBe(true);
    expect(isCaseSensitive(undefined)).toBe(false);
  });
});

describe("comparison", () => {
  const CI = "SQL_Latin1_General_CP1_CI_AS";
  const equal: [string, string, string][] = [
    [CI, "abc", "ABC"],
    [CI, "abc", "abc   "],
    [CI, "", "   "],
    [CI, "Ärger", "äRGER"],
    [CI, "straße", "STRASSE"],
    [CI, "e\u0301", "\u00e9"],
    [CI, "a😀", "a😃"],
    ["Latin1_General_CI_AI", "resume", "Résumé"],
    ["Latin1_General_CS_AI", "Resume", "Résumé"],
    ["Latin1_General_BIN2", "abc", "abc  "],
    ["Japanese_CI_AS", "カナ", "かな"],
    ["Latin1_General_100_CI_AS", "ＡＢ", "ab"],
    ["Latin1_General_CI_AS", "a\u0001b", "ab"],
  ];
  test.each(equal)("%s: %j = %j", (name, a, b) => {
    expect(compareStrings(name, a, b)).toBe(0);
    expect(collationKey(name, a)).toBe(collationKey(name, b));
  });

  const less: [string, string, string][] = [
    [CI, "abc", "abd"],
    [CI, "a", "B"],
    [CI, "a1", "ab"],
    [CI, "_", "a"],
    [CI, "resume", "résumé"],
    [CI, "résumé", "resumf"],
    [CI, "", "a"],
    ["Latin1_General_CS_AS", "a", "A"],
    ["Latin1_General_CS_AS", "A", "b"],
    ["Latin1_General_CS_AS", "Ab", "ac"],
    ["Latin1_General_BIN2", "B", "a"],
    ["Latin1_General_BIN2", "\uffff", "😀"],
    ["Latin1_General_BIN", "😀", "\uffff"],
    ["Latin1_General_100_CI_AS_SC", "😀", "😃"],
    ["Finnish_Swedish_CI_AS", "z", "ä"],
    ["Latin1_General_CI_AS", "ä", "z"],
  ];
  test.each(less)("%s: %j < %j", (name, a, b) => {
    expect(compareStrings(name, a, b)).toBeLessThan(0);
    expect(compareStrings(name, b, a)).toBeGreaterThan(0);
    expect(collationKey(name, a)).not.toBe(collationKey(name, b));
  });

  test("is a total order that agrees with the keys, over all mixtures of difficult characters", () => {
    const pieces = ["", "a", "A", "á", "b", "ß", "ss", " ", "-", "_", "1", "😀", "\u0301", "ｱ", "~", "\u0001", "z"];
    const words = pieces.flatMap((first) => pieces.map((second) => first + second));
    for (const name of [CI, "Latin1_General_100_CS_AS", "Latin1_General_100_CI_AI", "Danish_Norwegian_CI_AS"]) {
      const sorted = [...words].sort((a, b) => compareStrings(name, a, b));
      for (let at = 1; at < sorted.length; at++) {
        const [a, b] = [sorted[at - 1]!, sorted[at]!];
        expect(compareStrings(name, a, b)).toBeLessThanOrEqual(0);
        expect(compareStrings(name, a, b) === 0).toBe(collationKey(name, a) === collationKey(name, b));
      }
    }
  });
});

describe("code pages", () => {
  test("every byte of a single-byte code page survives", () => {
    const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    for (const name of [
      "Latin1_General_CI_AS",
      "Cyrillic_General_CI_AS",
      "Greek_CI_AS",
      "SQL_Latin1_General_CP437_CI_AS",
    ]) {
      expect(encodeText(decodeText(all, name), name)).toEqual(all);
    }
  });

  test.each([
    ["Latin1_General_CI_AS", "€ä", "80e4"],
    ["Latin1_General_CI_AS", "Ā中", "413f"],
    ["Cyrillic_General_CI_AS", "Жук", "c6f3ea"],
    ["Japanese_CI_AS", "日本", "93fa967b"],
    ["Latin1_General_100_CI_AS_SC_UTF8", "日😀", "e697a5f09f9880"],
  ])("%s encodes %s", (name, text, hex) => {
    expect(encodeText(text, name).toString("hex")).toBe(hex);
  });
});
