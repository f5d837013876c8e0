import { describe, expect, test } from "vitest";
import { Lexer } from "../../../emulator/tsql/lexer.ts";
import type { Token } from "../../../emulator/tsql/lexer.ts";
import type { SqlError } from "../../../emulator/values/sql-error.ts";

function tokens(text: string, quotedIdentifier = true): Token[] {
  const lexer = new Lexer(text, quotedIdentifier);
  const found: Token[] = [];
  for (let token = lexer.next(); token.kind !== "end"; token = lexer.next()) found.push(token);
  return found;
}

/** `kind:value` of each token. */
const shape = (text: string, quotedIdentifier = true) =>
  tokens(text, quotedIdentifier).map((token) => `${token.kind}:${token.value}`);

describe("tokens", () => {
  const cases: [text: string, shape: string[]][] = [
    ["", []],
    ["SELECT a", ["word:SELECT", "word:a"]],
    ["a.b..c", ["word:a", "symbol:.", "word:b", "symbol:.", "symbol:.", "word:c"]],
    ["[a]]b] [select] [ ]", ["quoted:a]b", "quoted:select", "quoted: "]],
    ['"a""b"', ['quoted:a"b']],
    ["'it''s' '' ''''", ["string:it's", "string:", "string:'"]],
    ["N'x' n'y' N 'z'", ["unicode-string:x", "unicode-string:y", "word:N", "string:z"]],
    ["'a\\\nb' 'a\\\r\nb' 'a\\b'", ["string:ab", "string:ab", "string:a\\b"]],
    ["'a\nb'", ["string:a\nb"]],
    ["'--' -- it's\n'/*'", ["string:--", "string:/*"]],
    ["/* a /* b */ c */ d", ["word:d"]],
    ["/*'*/a/**/b", ["word:a", "word:b"]],
    ["a--b", ["word:a"]],
    ["a - -b", ["word:a", "symbol:-", "symbol:-", "word:b"]],
    ["1 1. .5 1.5", ["integer:1", "decimal:1.", "decimal:.5", "decimal:1.5"]],
    ["1e3 1E-3 1.5e+2 1e", ["float:1e3", "float:1E-3", "float:1.5e+2", "float:1e"]],
    ["1a 1ea", ["integer:1", "word:a", "float:1e", "word:a"]],
    ["$1.5 $-2 £4 € $", ["money:$1.5", "money:$-2", "money:£4", "money:€", "money:$"]],
    ["$action t.$identity", ["pseudo:$action", "word:t", "symbol:.", "pseudo:$identity"]],
    ["0x 0xAF 0X1g", ["binary:0x", "binary:0xAF", "binary:0X1", "word:g"]],
    ["0xAF\\\nB0", ["binary:0xAFB0"]],
    ["@a @@rowcount @ @#", ["variable:@a", "variable:@@rowcount", "variable:@", "variable:@#"]],
    ["#t ##t _a a@$#_1", ["word:#t", "word:##t", "word:_a", "word:a@$#_1"]],
    ["größe 表 a١", ["word:größe", "word:表", "word:a١"]],
    ["[😀] '😀'", ["quoted:😀", "string:😀"]],
    ["a\u00a0b\u3000c\u2003d\ufeffe", ["word:a", "word:b", "word:c", "word:d", "word:e"]],
    [
      "a+=1 a<>b a!=b ::",
      [
        "word:a",
        "symbol:+=",
        "integer:1",
        "word:a",
        "symbol:<",
        "symbol:>",
        "word:b",
        "word:a",
        "symbol:!",
        "symbol:=",
        "word:b",
        "symbol:::",
      ],
    ],
    ["a*-1", ["word:a", "symbol:*", "symbol:-", "integer:1"]],
  ];
  test.each(cases)("%j", (text, expected) => {
    expect(shape(text)).toEqual(expected);
  });

  test("double quotes are strings when QUOTED_IDENTIFIER is off", () => {
    expect(shape(`"a""b" [c]`, false)).toEqual([`string:a"b`, "quoted:c"]);
  });

  test("reserved words are known in any case, and not when quoted", () => {
    expect(tokens("select Select [select] selects").map((token) => token.reserved)).toEqual([true, true, false, false]);
  });

  test("lines are counted through comments and strings", () => {
    expect(tokens("a\r\nb /*\n\n*/ c 'x\ny' d -- e\nf").map((token) => `${token.value}@${token.line}`)).toEqual([
      "a@1",
      "b@2",
      "c@4",
      "x\ny@4",
      "d@5",
      "f@6",
    ]);
  });

  test("pos and end cut the token out of the text", () => {
    const text = "a  [b]]c] N'd''e' 0x1F";
    expect(tokens(text).map((token) => text.slice(token.pos, token.end))).toEqual(["a", "[b]]c]", "N'd''e'", "0x1F"]);
  });
});

describe("errors", () => {
  const long = "x".repeat(129);
  const cases: [text: string, number: number, message: string][] = [
    ["'abc", 105, "Unclosed quotation mark after the character string 'abc'."],
    ["N'abc''", 105, "Unclosed quotation mark after the character string 'abc'''."],
    ["[abc", 105, "Unclosed quotation mark after the character string 'abc'."],
    ["/* /* */", 113, "Missing end comment mark '*/'."],
    [long, 103, `The identifier that starts with '${"x".repeat(128)}' is too long. Maximum length is 128.`],
    [`[${long}]`, 103, `The identifier that starts with '${"x".repeat(128)}' is too long. Maximum length is 128.`],
    ["😀", 102, "Incorrect syntax near '😀'."],
    ["\\", 102, "Incorrect syntax near '\\'."],
    ["`a`", 102, "Incorrect syntax near '`'."],
    ["a\u0000", 102, "Incorrect syntax near '\u0000'."],
  ];
  test.each(cases)("%j", (text, number, message) => {
    expect(() => tokens(text)).toThrowError(expect.objectContaining({ number, message }) as SqlError);
  });

  test("an empty name", () => {
    expect(() => tokens("[]")).toThrowError(expect.objectContaining({ number: 1038 }) as SqlError);
  });

  test("128 characters are allowed", () => {
    expect(shape(`[${"x".repeat(128)}]`)).toHaveLength(1);
  });
});
