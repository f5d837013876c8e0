import { describe, expect, it } from "vitest";
import { readHeader, rewriteHeader } from "../../../src/sql/definition-header.ts";
import { quoteTable } from "../../../src/sql/quote.ts";
import { seededRandom } from "../emulator/storage/seeded-random.ts";

type Random = ReturnType<typeof seededRandom>;

describe("random headers", () => {
  const seed = Number(process.env["HEADER_SEED"] ?? 20240711);

  it(`read back as what they were made from (HEADER_SEED=${seed})`, () => {
    const random = seededRandom(seed);
    for (let round = 0; round < 4000; round++) {
      const made = makeHeader(random);
      const { before, action, between, name, rest } = made;
      const text = before + action + between + name.text + rest;
      const shown = `round ${round}: ${JSON.stringify(text)}`;
      expect(readHeader(text), shown).toEqual({
        action: { start: before.length, end: before.length + action.length },
        word: made.word,
        name: {
          start: text.length - rest.length - name.text.length,
          end: text.length - rest.length,
          schema: name.schema,
          name: name.name,
        },
      });

      const target = { schema: pick(random, names), name: pick(random, names) };
      const defaultSchema = pick(random, names);
      const asked = pick(random, ["CREATE", "ALTER"] as const);
      const stays = name.name === target.name && (name.schema ?? defaultSchema) === target.schema;
      const newAction = action.toUpperCase() === asked ? action : asked;
      const newText = before + newAction + between + (stays ? name.text : quoteTable(target)) + rest;
      const rewritten = rewriteHeader(text, { action: asked, name: target, defaultSchema });
      // Not toBe alone: its message would show a lone surrogate as a replacement character.
      expect(rewritten === newText, `${shown} became ${JSON.stringify(rewritten)}`).toBe(true);
      expect(readHeader(newText)?.name.name, shown).toBe(target.name);
      // What is made to be real is left alone from then on.
      expect(rewriteHeader(newText, { action: asked, name: target, defaultSchema }), shown).toBe(newText);
    }
  });
});

const names = [
  "v",
  "dbo",
  "a]b",
  'a"b',
  "a.b",
  "it's",
  "😀",
  "\ud83d",
  "--",
  "/*",
  "*/",
  "AS",
  "é_1",
  " x ",
  "\n",
  "]]",
  "été",
];

function pick<T>(random: Random, from: readonly T[]): T {
  return from[random(from.length)] as T;
}

function makeHeader(random: Random) {
  const words = ["VIEW", "PROC", "PROCEDURE", "FUNCTION"];
  const written = pick(random, words);
  const action = pick(random, [["CREATE"], ["ALTER"], ["CREATE", "OR", "ALTER"]]);
  const behind =
    written === "VIEW"
      ? ["AS", "(a)", "WITH"]
      : written === "FUNCTION"
        ? ["(", "(@a"]
        : ["AS", ";1", "@a", "(@a", "FOR"];
  return {
    before: pick(random, ["", "\ufeff"]) + pick(random, ["", "", ";"]) + gap(random, 0),
    action: action.map((word) => anyCase(random, word)).reduce((text, word) => text + gap(random, 1) + word),
    between: gap(random, 1) + anyCase(random, written) + gap(random, 1),
    word: written === "PROC" ? "PROCEDURE" : written,
    name: makeName(random),
    rest: gap(random, 1) + pick(random, behind) + pick(random, [" ", "\u3000"]) + junk(random),
  };
}

function makeName(random: Random) {
  const name = pick(random, names);
  if (random(2) === 0) return { schema: undefined, name, text: writeName(random, name) };
  const schema = pick(random, names);
  const text = writeName(random, schema) + gap(random, 0) + "." + gap(random, 0) + writeName(random, name);
  return { schema, name, text };
}

function writeName(random: Random, name: string): string {
  const isRegular = /^(?!AS$)[\p{L}_][\p{L}\d_]*$/u.test(name);
  if (isRegular && random(2) === 0) return name;
  return random(2) === 0 ? `[${name.replaceAll("]", "]]")}]` : `"${name.replaceAll('"', '""')}"`;
}

function anyCase(random: Random, word: string): string {
  return [...word].map((letter) => (random(2) === 0 ? letter : letter.toLowerCase())).join("");
}

/** Blanks and comments, `least` of them at least. */
function gap(random: Random, least: number): string {
  const pieces = [
    " ",
    "\t",
    "\r\n",
    "\n",
    "\u00a0",
    "\u200b",
    "\u3000",
    "\u0000",
    "/**/",
    "/* CREATE VIEW x AS */",
    "/*/* ' */ [ \" -- */",
    "--\n",
    "-- it's CREATE PROC [\r",
    "-- /* \ude00\n",
    "/*\ud83d*/",
  ];
  return Array.from({ length: least + random(4) }, () => pick(random, pieces)).join("");
}

/** Any text at all: what stands behind the header is nobody's business. */
function junk(random: Random): string {
  return Array.from({ length: random(12) }, () =>
    pick(random, [...names, "'", "[", '"', "CREATE", "VIEW", "dbo.v", "\ude00", "\u0000"]),
  ).join("");
}
