import { expect, test } from "vitest";
import { parseBatch } from "../../../emulator/tsql/parse-batch.ts";
import { reservedWords } from "../../../emulator/tsql/reserved-words.ts";
import { SqlError, Unsupported } from "../../../emulator/values/sql-error.ts";

/** Repeatable numbers in [0, 1) (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const pieces = [
  ...reservedWords,
  ..."( ) ( ) , , . ; = + - * / < > ! ~ :: : += ' [ ] \" /* */ -- N' 0x $ @ @@ # 1 1.5 1e 'x' N'y' [z] @v @@rowcount a b t dbo".split(
    " ",
  ),
  ..."THROW OFFSET ROWS FETCH NEXT APPLY PARTITION OUTPUT MATCHED CHANGETABLE CHANGES VERSION CHANGE_TRACKING ENABLE TRY CATCH".split(
    " ",
  ),
  "\n",
  "😀",
  "\u0000",
];

/** @returns what the parser threw; fails the test at anything but its two kinds of errors */
function outcome(text: string): unknown {
  try {
    parseBatch(text);
    return undefined;
  } catch (error) {
    if (!(error instanceof SqlError) && !(error instanceof Unsupported)) {
      throw new Error(`not an error of the server for ${JSON.stringify(text)}`, { cause: error });
    }
    return error;
  }
}

test("any soup of tokens ends, with the server's error or with a tree", () => {
  const next = random(20260101);
  const started = performance.now();
  for (let round = 0; round < 20_000; round++) {
    const length = 1 + Math.floor(next() * 30);
    const soup = Array.from({ length }, () => pieces[Math.floor(next() * pieces.length)]).join(" ");
    outcome(soup);
  }
  expect(performance.now() - started).toBeLessThan(20_000);
});

test("a statement cut or damaged anywhere ends too", () => {
  const text =
    "MERGE INTO dbo.t WITH (HOLDLOCK) AS x USING (SELECT CASE WHEN a = 1 THEN N'it''s' ELSE [b]]c] END AS a FROM (VALUES (1)) AS v (a)) AS s " +
    "ON x.a = s.a WHEN MATCHED AND s.a > 1.5e3 THEN UPDATE SET b = s.a /* x */ WHEN NOT MATCHED THEN INSERT (a) VALUES (0x1F) OUTPUT $action;";
  expect(outcome(text)).toBeUndefined();
  for (let at = 0; at < text.length; at++) {
    outcome(text.slice(0, at));
    outcome(text.slice(at));
    outcome(text.slice(0, at) + text.slice(at + 1));
  }
});

test("deep nesting ends with error 191, long chains do not", () => {
  const deep = 20_000;
  for (const text of [
    `SELECT ${"(".repeat(deep)}`,
    `SELECT ${"-".repeat(1)}${" - ".repeat(deep)}1`,
    "BEGIN ".repeat(deep),
    "IF 1 = 1 ".repeat(deep),
    `SELECT ${"CASE WHEN 1 = 1 THEN ".repeat(deep)}`,
    `SELECT * FROM ${"(".repeat(deep)}SELECT 1`,
    `SELECT ${"f(".repeat(deep)}`,
    `SELECT 1 FROM ${"a JOIN ".repeat(deep)}`,
    `SELECT 1 WHERE ${"EXISTS (SELECT 1 WHERE ".repeat(deep)}`,
    `SELECT * FROM ${"((SELECT 1) UNION (".repeat(deep)}`,
  ]) {
    expect(outcome(text)).toBeInstanceOf(SqlError);
  }
  expect(outcome(`SELECT ${"1 + ".repeat(deep)}1`)).toBeUndefined();
  expect(outcome(`SELECT 1 WHERE ${"1 = 1 AND ".repeat(deep)}1 = 1`)).toBeUndefined();
  expect(outcome("SELECT 1;".repeat(deep))).toBeUndefined();
});
