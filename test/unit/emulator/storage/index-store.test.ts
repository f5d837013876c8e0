import { describe, expect, it } from "vitest";
import { IndexStore, type KeyRange } from "../../../emulator/storage/index-store.ts";
import { keyComparer, type KeyColumn } from "../../../emulator/storage/key-order.ts";
import { RowEntry } from "../../../emulator/storage/row-entry.ts";
import type { SqlRow, SqlType, SqlValue } from "../../../emulator/values/sql-type.ts";
import { seededRandom } from "./seeded-random.ts";
import { key } from "./store-fixture.ts";

function idsOf(index: IndexStore, range: KeyRange = {}): number[] {
  const cursor = index.open(range);
  const ids: number[] = [];
  for (let entry = cursor.peek(); entry !== undefined; entry = cursor.peek()) {
    ids.push(entry.id);
    cursor.advance();
  }
  return ids;
}

/** The same question answered by sorting all entries. */
function naive(entries: readonly RowEntry[], index: IndexStore, range: KeyRange): number[] {
  const sorted = [...entries].sort((a, b) => index.compareRows(a.row, b.row) || a.id - b.id);
  const inside = sorted.filter(({ row }) => {
    const low = range.from === undefined ? 1 : index.compareToKey(row, range.from.values);
    const high = range.to === undefined ? -1 : index.compareToKey(row, range.to.values);
    return (low > 0 || (low === 0 && range.from!.inclusive)) && (high < 0 || (high === 0 && range.to!.inclusive));
  });
  if (range.reverse === true) inside.reverse();
  return inside.map(({ id }) => id);
}

describe.each([
  ["one ascending column", [key(0)]],
  ["one descending column", [key(0, "int", true)]],
  ["two columns, mixed", [key(1, { name: "nvarchar", length: 10 }), key(0, "int", true)]],
  ["no column: a heap", [] as KeyColumn[]],
])("IndexStore with %s", (_, keys) => {
  it("gives what sorting gives, whatever was inserted and removed", () => {
    for (let seed = 1; seed <= 8; seed++) {
      const random = seededRandom(seed);
      const index = new IndexStore(keys);
      const entries: RowEntry[] = [];
      const value = (): SqlRow => [
        random(20) === 0 ? null : random(300),
        "abcdefghijklmnopqrstuvw".slice(random(20), 22),
      ];
      for (let step = 0; step < 2500; step++) {
        if (random(4) > 0 || entries.length === 0) {
          const entry = new RowEntry(step, value(), null);
          entries.push(entry);
          index.insert(entry);
        } else {
          const [gone] = entries.splice(random(entries.length), 1);
          expect(index.remove(gone!)).toBe(true);
          expect(index.remove(gone!)).toBe(false);
        }
      }
      expect(index.size).toBe(entries.length);
      for (let ask = 0; ask < 40; ask++) {
        const bound = () => ({ values: index.keyOf(value()).slice(0, 1 + random(2)), inclusive: random(2) === 0 });
        const range: KeyRange = {
          ...(random(3) > 0 ? { from: bound() } : {}),
          ...(random(3) > 0 ? { to: bound() } : {}),
          reverse: random(2) === 0,
        };
        expect(idsOf(index, range)).toEqual(naive(entries, index, range));
      }
    }
  });

  it("has the same order when it was filled at once", () => {
    const random = seededRandom(5);
    const entries = Array.from({ length: 3000 }, (_, id) => new RowEntry(id, [random(100), `t${random(9)}`], null));
    const one = new IndexStore(keys);
    for (const entry of entries) one.insert(entry);
    const other = new IndexStore(keys);
    other.fill([...entries]);
    expect(idsOf(other)).toEqual(idsOf(one));
  });
});

describe("a cursor", () => {
  it.each([false, true])("goes on after the last entry while entries come and go (reverse: %s)", (reverse) => {
    const index = new IndexStore([key(0)]);
    const entries = Array.from({ length: 2000 }, (_, at) => new RowEntry(at, [at * 2], null));
    for (const entry of entries) index.insert(entry);
    const cursor = index.open({ reverse });
    const seen: SqlValue[] = [];
    for (let entry = cursor.peek(); entry !== undefined; entry = cursor.peek()) {
      seen.push(entry.row[0]!);
      cursor.advance();
      index.remove(entry);
      // One behind the cursor, which it must not come back to.
      index.insert(new RowEntry(10_000 + seen.length, [(entry.row[0] as number) + (reverse ? 1 : -1)], null));
    }
    const all = entries.map(({ row }) => row[0]!);
    expect(seen).toEqual(reverse ? all.reverse() : all);
  });
});

describe("keyComparer", () => {
  const sorted = (type: SqlType, values: readonly SqlValue[]) => [...values].sort(keyComparer(type));
  it("puts NULL first and orders numbers, bigints and datetimeoffset by value", () => {
    expect(sorted({ name: "int" }, [3, null, -1])).toEqual([null, -1, 3]);
    expect(sorted({ name: "bigint" }, [3n, -5n, null])).toEqual([null, -5n, 3n]);
    const early = { utc: 1n, offset: 60 };
    const late = { utc: 2n, offset: -60 };
    expect(sorted({ name: "datetimeoffset" }, [late, early])).toEqual([early, late]);
  });

  it("orders uniqueidentifier by its last group first", () => {
    const low = "FFFFFFFF-FFFF-FFFF-FFFF-000000000001";
    const high = "00000000-0000-0000-0000-000000000002";
    expect(sorted({ name: "uniqueidentifier" }, [high, low])).toEqual([low, high]);
    const third = "00000002-0001-0000-0000-000000000000";
    const fourth = "00000001-0002-0000-0000-000000000000";
    expect(sorted({ name: "uniqueidentifier" }, [fourth, third])).toEqual([third, fourth]);
  });

  it("compares text by collation: case and trailing blanks do not count by default", () => {
    expect(keyComparer({ name: "varchar", length: 9 })("abc", "ABC  ")).toBe(0);
    expect(keyComparer({ name: "varchar", length: 9, collation: "Latin1_General_BIN2" })("abc", "ABC")).toBeGreaterThan(
      0,
    );
  });

  it("compares binary as if filled up with zeros", () => {
    const compare = keyComparer({ name: "varbinary", length: 8 });
    expect(compare(Buffer.from([1]), Buffer.from([1, 0]))).toBe(0);
    expect(compare(Buffer.from([1]), Buffer.from([1, 1]))).toBeLessThan(0);
  });
});
