import { describe, expect, it } from "vitest";
import type { Cursor } from "../../../src/model/cursor.ts";
import type { DifferenceKind, RowDifference, VerificationRun } from "../../../src/model/verification.ts";
import {
  afterFailure,
  afterLook,
  afterSuccess,
  ordered,
  resultOf,
  started,
} from "../../../src/verify/verification-steps.ts";

const at = "2026-03-01T12:00:00.000Z";

function runOf(repair: boolean): VerificationRun {
  const { run } = ordered({}, { repair, askedBy: "http", at });
  return started(run!, { loadId: "3", total: 30, at });
}

const differs = (...keys: string[]): RowDifference[] => keys.map((key) => ({ key: [key], kind: "different" }));
const look = (differences: readonly RowDifference[], end: Cursor | null = ["10"]) => ({
  end: end ?? undefined,
  rows: 10,
  differences,
});

/** One look after the other; what came of each. */
function looks(run: VerificationRun, ...each: ReturnType<typeof look>[]): { run: VerificationRun; next: string[] } {
  const next: string[] = [];
  for (const one of each) {
    const after = afterLook(run, one);
    run = after.run;
    next.push(after.next);
  }
  return { run, next };
}

describe("a walk", () => {
  it("goes from range to range to the end", () => {
    const { run, next } = looks(runOf(false), look([]), look([], ["20"]), look([], null));
    expect(next).toEqual(["go-on", "go-on", "end"]);
    expect(run).toMatchObject({ rows: 30, cursor: undefined });
    expect(resultOf(run, at)).toMatchObject({ result: "equal", rows: 30, total: 30, loadId: "3", finishedAt: at });
  });

  it("takes nothing for a difference that is gone at the second look", () => {
    const first = looks(runOf(true), look(differs("3")));
    expect(first.next).toEqual(["look-again"]);
    expect(first.run).toMatchObject({ rows: 0, range: { end: ["10"], looks: 1 }, keys: [] });
    expect(first.run.cursor).toBeUndefined();
    const { run, next } = looks(first.run, look([]));
    expect(next).toEqual(["go-on"]);
    expect(run).toMatchObject({ rows: 10, cursor: ["10"], keys: [], repaired: 0 });
    expect(run.range).toBeUndefined();
  });

  it("counts what differs at the second look", () => {
    const kinds: DifferenceKind[] = ["missing", "extra", "extra", "different"];
    const found = kinds.map((kind, key) => ({ key: [`${key}`], kind }));
    const { run, next } = looks(runOf(false), look(differs("3", "4")), look(found, null));
    expect(next).toEqual(["look-again", "end"]);
    expect(run.differences).toEqual({ missing: 1, extra: 2, different: 1 });
    expect(resultOf(run, at)).toMatchObject({ result: "different", repaired: 0, keys: [{ key: ["0"] }, {}, {}, {}] });
  });

  it("keeps a hundred keys", () => {
    const many = differs(...Array.from({ length: 70 }, (_, key) => `${key}`));
    const { run } = looks(runOf(false), look(many), look(many), look(many), look(many));
    expect(run.differences.different).toBe(140);
    expect(run.keys).toHaveLength(100);
  });
});

describe("a repair", () => {
  it("is made after the second look, and counts when a third one finds nothing", () => {
    const { run, next } = looks(
      runOf(true),
      look(differs("3", "4")),
      look(differs("3", "4")),
      look([]),
      look(differs("15"), ["20"]),
      look(differs("15"), ["20"]),
      look([], null),
    );
    expect(next).toEqual(["look-again", "repair", "go-on", "look-again", "repair", "end"]);
    expect(run).toMatchObject({ repaired: 3, differences: { different: 3 } });
    expect(run.keys.map(({ repaired }) => repaired)).toEqual([true, true, true]);
    expect(resultOf(run, at).result).toBe("repaired");
  });

  it("is given up where it does not help, row by row", () => {
    const { run, next } = looks(
      runOf(true),
      look(differs("1")),
      look([]),
      ...Array.from({ length: 4 }, () => look(differs("13", "14"), ["20"])),
      look(differs("14"), ["20"]),
      look([], null),
    );
    expect(next).toEqual(["look-again", "go-on", "look-again", "repair", "repair", "repair", "go-on", "end"]);
    expect(run).toMatchObject({ repaired: 1, differences: { different: 2 } });
    expect(run.keys).toEqual([
      { key: ["13"], kind: "different", repaired: true },
      { key: ["14"], kind: "different", repaired: false },
    ]);
    expect(resultOf(run, at).result).toBe("different");
  });
});

describe("a run", () => {
  it("keeps what the last one found until it has ended", () => {
    const last = resultOf(runOf(false), at);
    const { run, last: kept } = ordered({ last }, { repair: true, askedBy: "schedule", at });
    expect(kept).toBe(last);
    expect(run).toMatchObject({ repair: true, askedBy: "schedule", askedAt: at, rows: 0, attempts: 0 });
    expect(run?.startedAt).toBeUndefined();
  });

  it("begins anew with nothing of what it had", () => {
    const { run } = looks(runOf(true), look(differs("1")), look(differs("1")));
    const anew = started(run, { loadId: "4", total: 5, at });
    expect(anew).toEqual(started(runOf(true), { loadId: "4", total: 5, at }));
  });

  it("counts failures in a row", () => {
    const failure = { error: "no", fix: "GRANT", at, retryAt: at };
    const failed = afterFailure(afterFailure(runOf(false), failure), failure);
    expect(failed).toMatchObject({ attempts: 2, error: "no", fix: "GRANT", retryAt: at });
    expect(resultOf(failed, at, true)).toMatchObject({ result: "failed", error: "no", fix: "GRANT" });
    const again = afterSuccess(failed, at);
    expect(again).toMatchObject({ attempts: 0, updatedAt: at });
    expect([again.error, again.fix, again.retryAt]).toEqual([undefined, undefined, undefined]);
  });
});
