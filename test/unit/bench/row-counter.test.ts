import { describe, expect, it } from "vitest";
import { type BenchColumn, type CaseName, caseNamed } from "../../bench/bench-case.ts";
import { RowCounter } from "../../bench/wire/row-counter.ts";
import { RowStream } from "../../bench/wire/row-stream.ts";
import { type WireForm, wireColumns } from "../../bench/wire/wire-form.ts";
import { PacketCutter, PacketStatus } from "../../emulator/tds/packet.ts";

/** The tokens of the answer that the source gives; where it has no NBCROW, they are a bulk load as well. */
function tokens(columns: readonly BenchColumn[], rows: number, distinctRows: number): Buffer {
  const payloads: Buffer[] = [];
  const ends: boolean[] = [];
  const cutter = new PacketCutter(({ payload, status }) => {
    payloads.push(payload);
    ends.push((status & PacketStatus.endOfMessage) !== 0);
  });
  for (const piece of new RowStream(columns, { distinctRows }).message(rows)) cutter.push(piece);
  expect(cutter.pending).toBe(0);
  expect(ends.indexOf(true)).toBe(ends.length - 1);
  return Buffer.concat(payloads);
}

const columnsOf = (caseName: CaseName, form: WireForm = "native") => wireColumns(caseNamed(caseName), form);

function count(bytes: Buffer, size: number): RowCounter {
  const counter = new RowCounter();
  for (let at = 0; at < bytes.length; at += size) counter.push(bytes.subarray(at, at + size));
  return counter;
}

describe("what the sink counts", () => {
  it.each([
    ["narrow", "native"],
    ["narrow", "carried"],
    ["wide", "native"],
    ["wide", "carried"],
  ] as const)("is the rows that the source has sent: %s, %s", (caseName, form) => {
    // Blocks of 20 rows, and three rows behind them.
    const bytes = tokens(columnsOf(caseName, form), 43, 20);
    for (const size of [1, 2, 3, 7, 61, 4088, bytes.length]) {
      expect(count(bytes, size)).toMatchObject({ rows: 43, ended: true });
    }
  });

  it("knows the lengths of 30 types, and a NULL among them", () => {
    // Every fourth row has so few NULLs that it is no NBCROW.
    const columns = columnsOf("mixed").map((column) => ({ ...column, value: (n: number) => column.value(n * 4) }));
    const bytes = tokens(columns, 25, 10);
    for (const size of [1, 5, 4088]) expect(count(bytes, size)).toMatchObject({ rows: 25, ended: true });
  });

  it("refuses rows that a bulk load may not have", () => {
    expect(() => count(tokens(columnsOf("nulls"), 20, 20), 4088)).toThrow("token 0xd2 in a bulk load behind row 0");
  });

  it("has not ended while rows are missing", () => {
    const bytes = tokens(columnsOf("narrow"), 5, 5);
    expect(count(bytes.subarray(0, -20), 100).ended).toBe(false);
  });
});
