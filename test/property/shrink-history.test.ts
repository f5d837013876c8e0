import { describe, expect, it } from "vitest";
import type { History, HistoryStep } from "./history.ts";
import { historyText } from "./history-text.ts";
import { makeHistory } from "./make-history.ts";
import { shrinkHistory, withoutParts, withoutTable } from "./shrink-history.ts";

const never = (): boolean => false;

describe("withoutParts", () => {
  const cases: readonly (readonly [count: number, needed: readonly number[]])[] = [
    [1, [0]],
    [8, []],
    [8, [3]],
    [17, [0, 16]],
    [20, [4, 5, 13]],
    [6, [0, 1, 2, 3, 4, 5]],
  ];
  it.each(cases)("keeps of %i parts just %j", async (count, needed) => {
    const all = Array.from({ length: count }, (_, at) => at);
    const fails = (fewer: readonly number[]): Promise<boolean> =>
      Promise.resolve(needed.every((each) => fewer.includes(each)));
    expect(await withoutParts(all, fails, { isOver: never })).toEqual(needed);
  });

  it("leaves no part that could go alone, where parts need each other", async () => {
    // Fails with 2, and with 5 only beside 6.
    const fails = (fewer: readonly number[]): Promise<boolean> =>
      Promise.resolve(fewer.includes(2) && fewer.includes(5) === fewer.includes(6));
    expect(await withoutParts([0, 1, 2, 3, 4, 5, 6, 7], fails, { isOver: never })).toEqual([2]);
  });

  it("ends when the time is over, with something that fails", async () => {
    let tries = 0;
    const fails = (fewer: readonly number[]): Promise<boolean> => Promise.resolve((tries++, fewer.includes(9)));
    const kept = await withoutParts([...Array(100).keys()], fails, { isOver: () => tries >= 2 });
    expect(tries).toBe(2);
    expect(kept).toContain(9);
  });
});

const write = (...texts: readonly (readonly [table: string, sql: string])[]): HistoryStep => ({
  kind: "write",
  writes: texts.map(([table, sql]) => ({ table, sql })),
});

const table = (name: string): History["tables"][number] => ({
  name,
  definition: ["id int NOT NULL PRIMARY KEY"],
  columns: ["id"],
  identity: false,
});

describe("shrinkHistory", () => {
  const history: History = {
    seed: 1,
    snapshot: true,
    settings: {},
    tables: [table("T1"), table("T2"), table("T10")],
    steps: [
      write(["T1", "INSERT dbo.T1"], ["T2", "INSERT dbo.T2"], ["T10", "INSERT dbo.T10"]),
      { kind: "operator", table: "T2", does: "enable" },
      { kind: "tick", times: 3, apps: 2, after: 5 },
      write(["T2", "UPDATE dbo.T2"], ["T2", "DELETE dbo.T2"], ["T2", "INSERT dbo.T2 SELECT id FROM dbo.T1"]),
      { kind: "flush-redis" },
      { kind: "tick", times: 2, apps: 1, after: 5 },
    ],
  };

  it("keeps the tables, steps, statements and ticks that are needed", async () => {
    const fails = ({ steps }: History): Promise<boolean> => {
      const deleted = steps.findIndex(
        (step) => step.kind === "write" && step.writes.some(({ sql }) => sql === "DELETE dbo.T2"),
      );
      return Promise.resolve(deleted !== -1 && steps.slice(deleted).some(({ kind }) => kind === "tick"));
    };
    expect(await shrinkHistory(history, { fails, isOver: never })).toEqual({
      ...history,
      tables: [table("T2")],
      steps: [write(["T2", "DELETE dbo.T2"]), { kind: "tick", times: 1, apps: 1, after: 5 }],
    });
  });

  it("leaves a history alone that no part can be taken from", async () => {
    const fails = (fewer: History): Promise<boolean> => Promise.resolve(historyText(fewer) === historyText(history));
    expect(await shrinkHistory(history, { fails, isOver: never })).toEqual(history);
  });

  it("takes a table out with all that speaks of it, and no other one", () => {
    const fewer = withoutTable(history, "T1");
    expect(fewer.tables.map(({ name }) => name)).toEqual(["T2", "T10"]);
    expect(historyText(fewer)).not.toMatch(/\bT1\b/);
    expect(historyText(fewer)).toMatch(/INSERT dbo\.T10/);
  });
});

describe("makeHistory", () => {
  it("makes the same history of the same seed, and others of others", () => {
    expect(historyText(makeHistory(7))).toBe(historyText(makeHistory(7)));
    const texts = new Set(Array.from({ length: 200 }, (_, seed) => historyText(makeHistory(seed + 1))));
    expect(texts.size).toBe(200);
  });

  it("makes plain data, of as many steps as asked for", () => {
    const history = makeHistory(3, { steps: 40 });
    expect(JSON.parse(JSON.stringify(history))).toEqual(history);
    const beginning = makeHistory(3, { steps: 1 }).steps.length - 1;
    expect(history.steps).toHaveLength(beginning + 40);
  });

  it("has every kind of step and every kind of key among a few hundred", () => {
    const histories = Array.from({ length: 400 }, (_, seed) => makeHistory(seed + 1));
    const kinds = new Set(histories.flatMap(({ steps }) => steps.map(({ kind }) => kind)));
    const expected: Record<HistoryStep["kind"], true> = {
      write: true,
      tick: true,
      "tick-with-writes": true,
      fault: true,
      crash: true,
      stall: true,
      operator: true,
      tracking: true,
      recreate: true,
      backup: true,
      restore: true,
      tamper: true,
      "drop-on-replica": true,
      "flush-redis": true,
      "redis-garbage": true,
      "end-connections": true,
      outage: true,
      time: true,
      "forget-history": true,
    };
    expect([...kinds].sort()).toEqual(Object.keys(expected).sort());
    const text = histories.map(historyText).join("\n");
    for (const part of [
      "IDENTITY",
      "bigint",
      "uniqueidentifier",
      "FOREIGN KEY",
      "UNIQUE",
      "TRUNCATE",
      "MERGE",
      "rowversion",
    ]) {
      expect(text).toContain(part);
    }
  });
});
