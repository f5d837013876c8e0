import { describe, expect, it } from "vitest";
import { columnMask, isColumnInMask } from "../../../emulator/change-tracking/column-mask.ts";
import { keyIdentity, netChanges } from "../../../emulator/change-tracking/net-changes.ts";
import type { ChangeRecord } from "../../../emulator/storage/tracking-model.ts";
import type { SqlRow, SqlType } from "../../../emulator/values/sql-type.ts";
import { seededRandom } from "../storage/seeded-random.ts";
import { committed } from "../storage/store-fixture.ts";
import { trackedScene } from "./tracking-fixture.ts";

/** "U2" is an update of column 2, "U" one of all columns; each is a version of its own. */
function history(text: string): ChangeRecord[] {
  return text.split(" ").map((word, at) => ({
    version: at + 1,
    operation: word[0] as ChangeRecord["operation"],
    key: [1],
    columnIds: word.length > 1 ? [...word.slice(1)].map(Number) : null,
    context: null,
  }));
}

const INT: SqlType = { name: "int" };

describe("netChanges of one row", () => {
  it.each([
    ["I", "I", 1, null],
    ["I U2", "I", 1, null],
    ["I U2 U3", "I", 1, null],
    ["U2", "U", null, [2]],
    ["U2 U3 U2", "U", null, [2, 3]],
    ["U2 U", "U", null, null],
    ["D", "D", null, null],
    ["I D", "D", 1, null],
    ["U2 D", "D", null, null],
    ["D I", "U", 2, null],
    ["D I U2", "U", 2, null],
    ["U2 D I", "U", 3, null],
    ["D I D", "D", 2, null],
    ["I D I", "I", 3, null],
  ])("%s is %s", (text, operation, creationVersion, columnIds) => {
    const records = history(text);
    const [change, ...others] = netChanges(records, keyIdentity([INT]));
    expect(others).toEqual([]);
    expect(change).toMatchObject({ operation, creationVersion, version: records.length });
    expect(change!.columnIds === null ? null : [...change!.columnIds]).toEqual(columnIds);
  });
});

describe("keyIdentity", () => {
  it("is that of the types, not of the bytes", () => {
    const text = keyIdentity([{ name: "nvarchar", length: 10 }]);
    expect(text(["abc"])).toBe(text(["ABC "]));
    const pair = keyIdentity([{ name: "varchar", length: 9 }, INT]);
    expect(pair(["a|number:1", 2])).not.toBe(pair(["a", 1]));
    expect(pair(["a", null])).not.toBe(pair(["a", 0]));
    const binary = keyIdentity([{ name: "varbinary", length: 9 }]);
    expect(binary([Buffer.from([1, 0])])).toBe(binary([Buffer.from([1])]));
  });
});

describe("changes as recorded", () => {
  it("a key update is D and I; a change of case only stays an update", () => {
    const { run, write, changes } = trackedScene({ keyType: { name: "varchar", length: 10 } });
    run((t) => write.insert(t, ["a", 0, 0]));
    run((t) => write.update(t, ["b", 0, 0], [1], "a"));
    expect(changes(1).map(({ key, operation }) => [key[0], operation])).toEqual([
      ["a", "D"],
      ["b", "I"],
    ]);
    run((t) => write.update(t, ["B", 0, 0], [1], "b"));
    expect(changes(2).map(({ key, operation }) => [key[0], operation])).toEqual([["B", "U"]]);
  });

  it("masks only where columns are tracked", () => {
    for (const trackColumns of [true, false]) {
      const { run, write, changes } = trackedScene({ trackColumns });
      run((t) => write.insert(t, [1, 0, 0]));
      run((t) => write.update(t, [1, 9, 0], [2]));
      const [change] = changes(1);
      expect(change!.columnIds === null ? null : [...change!.columnIds]).toEqual(trackColumns ? [2] : null);
    }
  });

  it("the context is that of the last change", () => {
    const { run, write, changes } = trackedScene();
    run((t) => write.insert(t, [1, 0, 0], Buffer.from("first")));
    run((t) => write.update(t, [1, 1, 0], [2], 1, Buffer.from("second")));
    expect(changes(0)[0]!.context).toEqual(Buffer.from("second"));
    run((t) => write.update(t, [1, 2, 0], [2]));
    expect(changes(0)[0]!.context).toBeNull();
  });
});

describe("random histories against a plain replay", () => {
  it.each(Array.from({ length: 30 }, (_, seed) => seed + 1))("seed %i", (seed) => {
    const random = seededRandom(seed);
    const { run, write, changes, server, table, database } = trackedScene();
    /** The rows after each version, by id. */
    const states: Map<number, SqlRow>[] = [new Map<number, SqlRow>()];
    for (let step = 0; step < 60; step++) {
      const rows = new Map(states.at(-1));
      run((transaction) => {
        for (let change = random(4); change >= 0; change--) {
          const id = random(12);
          if (!rows.has(id)) {
            const row = [id, random(9), 0];
            write.insert(transaction, row);
            rows.set(id, row);
          } else if (random(3) === 0) {
            write.delete(transaction, id);
            rows.delete(id);
          } else {
            const target = random(3) === 0 && !rows.has(id + 1) ? id + 1 : id;
            const row = [target, random(1000), random(1000)];
            write.update(transaction, row, [1, 2, 3], id);
            rows.delete(id);
            rows.set(target, row);
          }
        }
      });
      states.push(rows);
    }
    for (let from = 0; from < states.length; from++) {
      const [before, after] = [states[from]!, states.at(-1)!];
      const replayed = new Map(before);
      for (const { key, operation, version } of changes(from)) {
        const id = key[0] as number;
        expect(version).toBeGreaterThan(from);
        if (operation !== "D") expect([id, operation]).toEqual([id, before.has(id) ? "U" : "I"]);
        if (operation === "D") replayed.delete(id);
        else replayed.set(id, after.get(id)!);
      }
      expect([...replayed.entries()].sort(([a], [b]) => a - b)).toEqual([...after.entries()].sort(([a], [b]) => a - b));
    }
    expect(committed(server, table().store)).toHaveLength(states.at(-1)!.size);
    expect(database.tracking!.versions.at(-1)!.value).toBe(states.length - 1);
  });

  it("a window near the end costs the window, not the history", () => {
    const { run, write, changes, database, objectId } = trackedScene();
    run((t) => write.insert(t, [1, 0, 0]));
    const tracking = database.tracking!.tables.get(objectId)!;
    let read = 0;
    const [record] = tracking.changes;
    const many = Array.from({ length: 100_000 }, (_, at) => ({ ...record!, version: at + 1, key: [at] }));
    database.tracking!.versions.push({ since: 0, value: many.length });
    tracking.changes = new Proxy(many, {
      get(target, name) {
        if (typeof name === "string" && /^\d+$/.test(name)) read++;
        return Reflect.get(target, name) as unknown;
      },
    });
    expect(changes(many.length - 10)).toHaveLength(10);
    expect(read).toBeLessThan(100);
  });
});

describe("column masks", () => {
  it("tell each column, take NULL as NULL, and refuse other bytes", () => {
    const mask = columnMask([3, 7, 3, 1000]);
    expect(mask.toString("hex")).toBe("000000000300000007000000e8030000");
    expect([1, 3, 7, 1000].map((id) => isColumnInMask(id, mask))).toEqual([0, 1, 1, 1]);
    expect(isColumnInMask(1, null)).toBeNull();
    expect(() => isColumnInMask(1, Buffer.from([1, 2, 3]))).toThrow("CHANGE_TRACKING_IS_COLUMN_IN_MASK");
  });
});
