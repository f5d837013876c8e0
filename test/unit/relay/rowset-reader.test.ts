import { describe, expect, it } from "vitest";
import { RowsetReader } from "../../../src/relay/rowset-reader.ts";
import { colMetadata, done, error, info, order, returnStatus, row, typeInfo, value } from "./tds-tokens.ts";

const METADATA = colMetadata([
  { name: "id", typeInfo: typeInfo.int, nullable: false },
  { name: "name", typeInfo: typeInfo.nvarchar(200) },
]);
const rows = Array.from({ length: 5 }, (_, at) => row(value.int(at), value.ushort(Buffer.alloc(at * 2, 0x41))));

const BEFORE = [info(5701, "Changed database context"), done(1)];
const AFTER = [info(8153, "Null value is eliminated"), done(0x11, 5, 0xff), returnStatus(0), done(0, 0, 0xfe)];
const ANSWER = Buffer.concat([...BEFORE, METADATA, order(1), ...rows, ...AFTER]);
const OTHER_TOKENS = Buffer.concat([...BEFORE, order(1), ...AFTER]);

function readAll(chunks: readonly Buffer[]) {
  const reader = new RowsetReader();
  const out: Buffer[] = [];
  const tokens: Buffer[] = [];
  for (const chunk of chunks) {
    reader.push(chunk);
    while (reader.read(Infinity, out, tokens) !== "more");
  }
  reader.end();
  return { rows: Buffer.concat(out), tokens, count: reader.rows, columns: reader.columns };
}

describe("RowsetReader", () => {
  it("parts rows from tokens, wherever the answer is cut", () => {
    for (let cut = 0; cut <= ANSWER.length; cut++) {
      const read = readAll([ANSWER.subarray(0, cut), ANSWER.subarray(cut)]);
      expect(read.rows.equals(Buffer.concat(rows))).toBe(true);
      expect(Buffer.concat(read.tokens).equals(OTHER_TOKENS)).toBe(true);
      expect(read.tokens).toHaveLength(BEFORE.length + 1 + AFTER.length);
      expect(read.count).toBe(5);
      expect(read.columns?.map((column) => column.name)).toEqual(["id", "name"]);
    }
    expect(readAll(Array.from(ANSWER, (byte) => Buffer.of(byte))).count).toBe(5);
  });

  it("knows whether one more row comes, before it is read", () => {
    const reader = new RowsetReader();
    reader.push(Buffer.concat([METADATA, ...rows.slice(0, 2)]));
    expect(reader.read(0, [], [])).toBe("columns");
    const out: Buffer[] = [];
    expect(reader.read(0, out, [])).toBe("limit");
    expect(reader.atRow).toBe(true);
    expect(reader.read(1, out, [])).toBe("limit");
    expect(reader.read(1, out, [])).toBe("more");
    expect(reader.rows).toBe(2);
    expect(reader.atRow).toBe(false);
    reader.push(done(0x10, 2));
    expect(reader.read(0, out, [])).toBe("more");
    expect(reader.atRow).toBe(false);
    expect(Buffer.concat(out).equals(Buffer.concat(rows.slice(0, 2)))).toBe(true);
  });

  it("gives the error in the middle of the rows to the driver", () => {
    const failure = [error(1205, "deadlock victim"), done(2)];
    const read = readAll([Buffer.concat([METADATA, rows[0]!, ...failure])]);
    expect(Buffer.concat(read.tokens).equals(Buffer.concat(failure))).toBe(true);
    expect(read.count).toBe(1);
  });

  it.each([
    ["a second rowset", [METADATA, done(1), METADATA], /second rowset/],
    ["a row behind the rows' end", [METADATA, rows[0]!, done(0x11, 1), rows[1]!], /token 0xD1/],
    ["rows without columns", [rows[0]!], /token 0xD1/],
    ["a RETURNVALUE", [METADATA, Buffer.of(0xac, 0, 0)], /token 0xAC/],
    ["the end inside a row", [METADATA, rows[4]!.subarray(0, 7)], /ends inside/],
    ["the end inside the columns", [METADATA.subarray(0, 12)], /ends inside/],
    ["the end inside a token", [METADATA, done(0).subarray(0, 5)], /ends inside/],
  ])("refuses %s", (_, chunks, message) => {
    expect(() => readAll([Buffer.concat(chunks)])).toThrow(message);
    expect(() => readAll([Buffer.concat(chunks)])).toThrow(expect.objectContaining({ name: "WireFormatError" }));
  });
});
