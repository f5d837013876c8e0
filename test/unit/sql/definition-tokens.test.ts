import { describe, expect, it } from "vitest";
import { definitionTokens } from "../../../src/sql/definition-tokens.ts";

/** "kind:text" of every token. */
function tokens(text: string): string[] {
  return [...definitionTokens(text)].map((token) => `${token.kind}:${token.text}`);
}

describe("definitionTokens", () => {
  it.each<[string, string, string[]]>([
    ["nothing", "", []],
    ["blanks only", " \t\r\n", []],
    ["words and symbols", "AS SELECT a,b", ["word:AS", "word:SELECT", "word:a", "symbol:,", "word:b"]],
    ["symbols one by one", "a>=b", ["word:a", "symbol:>", "symbol:=", "word:b"]],
    [
      "variables, temporary tables and marks within words",
      "@a @@ROWCOUNT #t ##t a$1 b#@_",
      ["word:@a", "word:@@ROWCOUNT", "word:#t", "word:##t", "word:a$1", "word:b#@_"],
    ],
    ["pseudo columns and money", "$action $5.2 $", ["word:$action", "number:$5.2", "word:$"]],
    ["letters of any alphabet", "été Ⅷ 表名1 x\u0301", ["word:été", "word:Ⅷ", "word:表名1", "word:x\u0301"]],
    ["joiners within a word", "a\u200db", ["word:a\u200db"]],
    ["brackets", "[a b] [x]]y] [--] [/*] ['] [\n]", "a b,x]y,--,/*,',\n".split(",").map((name) => `quoted:${name}`)],
    ["double quotes", `"a""b" "]" "'"`, [`quoted:a"b`, "quoted:]", "quoted:'"]],
    ["an empty name", "[]a", ["quoted:", "word:a"]],
    ["strings", "'a' N'b' n'it''s' ''", ["string:a", "string:b", "string:it's", "string:"]],
    [
      "strings with comments, brackets and breaks inside",
      "'--' '/*' '[' '\"' 'a\nb'",
      ["--", "/*", "[", '"', "a\nb"].map((text) => `string:${text}`),
    ],
    ["a string right behind a word that is not N", "PRINT'x'", ["word:PRINT", "string:x"]],
    ["a word that ends in N before a string", "xN'a'", ["word:xN", "string:a"]],
    [
      "numbers",
      "1 1.5 .5 1. 1e5 1e-5 1.5E+3 0x1F 0x",
      "1 1.5 .5 1. 1e5 1e-5 1.5E+3 0x1F 0x".split(" ").map((text) => `number:${text}`),
    ],
    ["a number and a word without a blank", "1AS", ["number:1", "word:AS"]],
    [
      "minus and divide",
      "a - b / c * d",
      "a - b / c * d".split(" ").map((text) => `${/\w/.test(text) ? "word" : "symbol"}:${text}`),
    ],
    ["a line comment to the end of text", "a -- b", ["word:a"]],
    ["a line comment ended by LF", "a -- b\nc", ["word:a", "word:c"]],
    ["a line comment ended by CR", "a -- b\rc", ["word:a", "word:c"]],
    ["a line comment not ended by other breaks", "a -- b\u0085c\u2028d\u000be\nf", ["word:a", "word:f"]],
    ["quotes and comments in a line comment", "a -- it's /* \nb", ["word:a", "word:b"]],
    ["a block comment", "a/* b */c", ["word:a", "word:c"]],
    ["a nested block comment", "a /* b /* c */ d /* e */ */ f", ["word:a", "word:f"]],
    ["a slash that opens within the mark", "a /*/ b */ c", ["word:a", "word:c"]],
    ["line comments and quotes do not count in a block comment", "a /* -- ' [ \" */ b", ["word:a", "word:b"]],
    [
      "blanks of all kinds",
      `a${"\u0000\u0001\u001f\u0085\u00a0\u1680\u2003\u200b\u2028\u2029\u202f\u205f\u3000"}b`,
      ["word:a", "word:b"],
    ],
    ["a byte order mark", "\ufeffCREATE", ["word:CREATE"]],
    [
      "supplementary characters and lone surrogates",
      "😀 \ud83d \ude00",
      ["symbol:😀", "symbol:\ud83d", "symbol:\ude00"],
    ],
    ["a currency sign", "AS£5", ["word:AS", "symbol:£", "number:5"]],
    ["an open comment", "a /* /* */ b", ["word:a"]],
    ["an open string", "a 'b''", ["word:a"]],
    ["an open bracket", "a [b]]", ["word:a"]],
  ])("reads %s", (_, text, expected) => {
    expect(tokens(text)).toEqual(expected);
  });

  it("tells where a token stands", () => {
    const text = `\ufeff/*c*/ CREATE[a]]b] N'x''y'😀 1.5`;
    const spans = [...definitionTokens(text)].map(({ start, end }) => text.slice(start, end));
    expect(spans).toEqual(["CREATE", "[a]]b]", "N'x''y'", "😀", "1.5"]);
  });

  it("can be read from several texts in turns", () => {
    const one = definitionTokens("a b c");
    const other = definitionTokens("xxxxxx 12345 zz");
    const texts = [one, other, one, other, one, other].map((from) => (from.next().value ?? { text: "" }).text);
    expect(texts).toEqual(["a", "xxxxxx", "b", "12345", "c", "zz"]);
  });
});
