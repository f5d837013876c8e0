import { describe, expect, it } from "vitest";
import type { ModuleState } from "../../../src/model/module-state.ts";
import { attemptOf, isDue, type ModuleOutcome, moduleStates } from "../../../src/modules/module-outcome.ts";
import type { ModuleFailure } from "../../../src/modules/explain-module-error.ts";
import { isChange, type ModulePlan, type PlannedModule } from "../../../src/modules/plan-modules.ts";
import { aCreatePlan, aModule, aPlan, planned, viewIndex } from "./module-fixture.ts";

const now = Date.parse("2026-01-01T00:00:00Z");
const iso = (ms: number): string => new Date(ms).toISOString();
const seconds = 1_000;

const primary = aModule("v", { hash: "B" });
const replica = aModule("v");
const altered = aPlan("alter", { primary, replica });
const failure: ModuleFailure = {
  reason: "Invalid object name 'T'",
  fix: "enable T",
  sqlError: 208,
  passing: false,
  needsOthers: false,
};

function stateAfter(
  plan: PlannedModule,
  outcome?: ModuleOutcome,
  before?: ModuleState,
  moment: { at?: number; random?: number } = {},
): ModuleState | undefined {
  const { at = now, random = 0 } = moment;
  const states = moduleStates(
    [plan],
    new Map(outcome === undefined ? [] : [[plan.key, outcome]]),
    new Map(before === undefined ? [] : [[plan.key, before]]),
    { clock: { now: () => at }, random: () => random, redact: (text) => text.replaceAll("secret", "***") },
  );
  return states.get(plan.key);
}

/** The same failure again and again, each time when it is due. */
function failedTimes(times: number, plan = altered, random = 0): ModuleState[] {
  const states: ModuleState[] = [];
  let at = now;
  for (let time = 0; time < times; time++) {
    const state = stateAfter(plan, { kind: "failed", failure }, states.at(-1), { at, random });
    if (state?.retryAt === undefined) throw new Error("a failure is tried again at some time");
    states.push(state);
    at = Date.parse(state.retryAt);
  }
  return states;
}

describe("isChange", () => {
  it.each([
    ["create", true],
    ["alter", true],
    ["recreate", true],
    ["index", true],
    ["drop", true],
    ["in-sync", false],
    ["record", false],
    ["keep", false],
    ["hold", false],
    ["unsupported", false],
  ] as const)("%s: %s", (kind, expected) => {
    const plan: ModulePlan =
      kind === "create"
        ? { kind, renamedFrom: undefined }
        : kind === "hold" || kind === "unsupported"
          ? { kind, reason: "r" }
          : { kind };
    expect(isChange(planned(plan, { primary, replica }))).toBe(expected);
  });
});

describe("moduleStates", () => {
  const earlier = { what: "created", at: "2025-12-01T00:00:00.000Z" } as const;
  const before: ModuleState = {
    type: "V",
    state: "pending",
    reason: "was so",
    sqlError: 208,
    attempts: 3,
    retryAt: iso(now + 9 * seconds),
    attempted: attemptOf(altered),
    lastChange: earlier,
  };
  const quiet: [what: string, plan: PlannedModule, state: Partial<ModuleState>][] = [
    ["in sync", aPlan("in-sync", { primary, replica }), { state: "in-sync" }],
    ["equal, and not known yet", aPlan("record", { primary, replica }), { state: "in-sync" }],
    ["the replica's own", aPlan("keep", { replica }), { state: "replica-only" }],
    [
      "unsupported",
      planned({ kind: "unsupported", reason: "CLR", fix: "by hand" }, { primary: aModule("v", { type: "CLR" }) }),
      { type: "CLR", state: "unsupported", reason: "CLR", fix: "by hand" },
    ],
    [
      "held",
      planned({ kind: "hold", reason: "hidden", fix: "GRANT" }, { primary }),
      { state: "pending", reason: "hidden", fix: "GRANT" },
    ],
  ];
  it.each(quiet)("%s: no trace of what failed before, but of the last change", (_what, plan, state) => {
    expect(stateAfter(plan, undefined, before)).toEqual({ type: "V", lastChange: earlier, ...state });
    expect(stateAfter(plan)).toEqual({ type: "V", lastChange: undefined, ...state });
  });

  it.each(["created", "altered", "recreated", "renamed", "indexed"] as const)("%s just now", (what) => {
    expect(stateAfter(altered, { kind: "changed", what }, before)).toEqual({
      type: "V",
      state: "in-sync",
      lastChange: { what, at: iso(now) },
    });
  });

  it("dropped: there is no state any more", () => {
    const drop = aPlan("drop", { replica });
    expect(stateAfter(drop, { kind: "changed", what: "dropped" }, before)).toBeUndefined();
  });

  it("what neither side has is forgotten", () => {
    const moment = { clock: { now: () => now }, random: () => 0, redact: (text: string) => text };
    expect(moduleStates([], new Map(), new Map([["v", before]]), moment)).toEqual(new Map());
  });

  it("failed: the reason, what helps and when it is tried again; the last change stays", () => {
    const [state] = failedTimes(1);
    expect(state).toEqual({
      type: "V",
      state: "pending",
      reason: failure.reason,
      fix: "enable T",
      sqlError: 208,
      attempts: 1,
      retryAt: iso(now + 5 * seconds),
      attempted: attemptOf(altered),
      lastChange: undefined,
    });
    expect(stateAfter(altered, { kind: "failed", failure }, before)?.lastChange).toEqual(earlier);
  });

  it("a reason shows no secret", () => {
    const outcome = { kind: "failed", failure: { ...failure, reason: "Login secret failed" } } as const;
    expect(stateAfter(altered, outcome)?.reason).toBe("Login *** failed");
  });

  it("the same change fails again: later and later, up to 5 minutes", () => {
    const waits = failedTimes(9).map(({ retryAt }, at, all) => {
      const from = all[at - 1]?.retryAt;
      return (Date.parse(retryAt ?? "") - (from === undefined ? now : Date.parse(from))) / seconds;
    });
    expect(waits).toEqual([5, 10, 20, 40, 80, 160, 300, 300, 300]);
    expect(failedTimes(9).map(({ attempts }) => attempts)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it("not all at once: up to a quarter sooner", () => {
    const [, second] = failedTimes(2, altered, 0.999);
    expect(Date.parse(second?.retryAt ?? "")).toBe(now + 5 * seconds + 7_503);
  });

  it("another change fails: counted from one", () => {
    const [, , third] = failedTimes(3);
    const newer = aPlan("alter", { primary: aModule("v", { hash: "C" }), replica });
    expect(stateAfter(newer, { kind: "failed", failure }, third)).toMatchObject({
      attempts: 1,
      attempted: attemptOf(newer),
    });
  });

  it("what passes on its own is tried with the next run, and counted", () => {
    const passing = { kind: "failed", failure: { ...failure, passing: true, needsOthers: false } } as const;
    const first = stateAfter(altered, passing);
    expect(first).toMatchObject({ attempts: 1, retryAt: iso(now) });
    expect(isDue(altered, first, now)).toBe(true);
    expect(stateAfter(altered, passing, first)).toMatchObject({ attempts: 2, retryAt: iso(now) });
  });

  it("its turn did not come: pending, with the last change", () => {
    expect(stateAfter(altered, { kind: "postponed" }, before)).toEqual({
      type: "V",
      state: "pending",
      reason: "its turn did not come in this run; the next one goes on",
      lastChange: earlier,
    });
  });

  it("waiting, or not come to: as it was", () => {
    expect(stateAfter(altered, { kind: "waiting" }, before)).toEqual(before);
    expect(stateAfter(altered, undefined, before)).toEqual(before);
    expect(stateAfter(altered)).toMatchObject({ state: "pending", reason: "it was not tried yet" });
  });

  it("success ends the counting", () => {
    const [, second] = failedTimes(2);
    const done = stateAfter(altered, { kind: "changed", what: "altered" }, second);
    expect(stateAfter(altered, { kind: "failed", failure }, done)).toMatchObject({ attempts: 1 });
  });

  it("one state a module, by its key", () => {
    const others = [aCreatePlan(aModule("sales.w")), aPlan("keep", { replica: aModule("p", { type: "P" }) })];
    const outcomes = new Map<string, ModuleOutcome>([["sales.w", { kind: "changed", what: "created" }]]);
    const moment = { clock: { now: () => now }, random: () => 0, redact: (text: string) => text };
    const states = moduleStates([altered, ...others], outcomes, new Map(), moment);
    expect([...states].map(([key, { type, state }]) => [key, type, state])).toEqual([
      ["v", "V", "pending"],
      ["sales.w", "V", "in-sync"],
      ["p", "P", "replica-only"],
    ]);
  });
});

describe("isDue", () => {
  const [failed] = failedTimes(1);
  const index = viewIndex("ix");
  const cases: [what: string, plan: PlannedModule, state: ModuleState | undefined, at: number, due: boolean][] = [
    ["never tried", altered, undefined, now, true],
    ["in sync so far", altered, { type: "V", state: "in-sync" }, now, true],
    ["its turn did not come", altered, { type: "V", state: "pending", reason: "turn" }, now, true],
    ["failed just now", altered, failed, now + 4_999, false],
    ["its time has come", altered, failed, now + 5_000, true],
    [
      "the primary's text is another",
      aPlan("alter", { primary: aModule("v", { hash: "C" }), replica }),
      failed,
      now,
      true,
    ],
    [
      "the primary's settings are others",
      aPlan("alter", { primary: aModule("v", { hash: "B", ansiNulls: false }), replica }),
      failed,
      now,
      true,
    ],
    ["another kind of change", aPlan("drop", { replica }), failed, now, true],
    ["an index more", aPlan("alter", { primary: { ...primary, indexes: [index] }, replica }), failed, now, true],
    [
      "the replica's text is another",
      aPlan("alter", { primary, replica: aModule("v", { hash: "X" }) }),
      failed,
      now,
      false,
    ],
  ];
  it.each(cases)("%s", (_what, plan, state, at, due) => {
    expect(isDue(plan, state, at)).toBe(due);
  });
});
