import { describe, expect, it } from "vitest";
import type { Module } from "../../../src/model/module.ts";
import { changeSteps } from "../../../src/modules/change-steps.ts";
import type { PlannedModule } from "../../../src/modules/plan-modules.ts";
import { changeContext, settledBy, stepsOf, wordsOf } from "./change-fixture.ts";
import { aCreatePlan, aModule, aPlan, moduleRecord, planned, viewIndex } from "./module-fixture.ts";

/** A function `f` that changes, and what is schema-bound to it on the replica: `a`, and `b`, which is bound to `a` too. */
const f = aModule("f", { type: "FN", objectId: 11, schemaBound: true });
const newer = { ...f, objectId: 1, hash: "B" };
const a = aModule("a", { objectId: 12, schemaBound: true });
const b = aModule("b", { objectId: 13, schemaBound: true });
const index = viewIndex("ix");

const altered = aPlan("alter", { primary: newer, replica: f });
const recreated = aPlan("recreate", { primary: { ...newer, type: "IF" }, replica: f });
const renamed = aCreatePlan({ ...newer, name: { schema: "dbo", name: "g" } }, f, moduleRecord("f"));
const dropped = aPlan("drop", { replica: f });

const inSync = (module: Module): PlannedModule =>
  aPlan("in-sync", { primary: { ...module, objectId: module.objectId + 100 }, replica: module });
const changed = (module: Module, facts: Partial<Module> = {}): PlannedModule =>
  aPlan("alter", { primary: { ...module, objectId: module.objectId + 100, hash: "B", ...facts }, replica: module });

function change(what: PlannedModule, plans: readonly PlannedModule[], dependants: readonly Module[] = [a, b]) {
  const result = changeSteps([what], dependants, changeContext([what, ...plans], dependants));
  return { steps: wordsOf(result), settled: settledBy(result) };
}

describe("what is schema-bound to a module that changes", () => {
  const around = (...middle: string[]): string[] => [
    "drop b, keep as b",
    "drop a, keep as a",
    ...middle,
    "create a (replica), restore a",
    "create b (replica), restore b",
  ];
  const cases: [what: string, change: PlannedModule, steps: string[]][] = [
    ["altered", altered, around("alter f (primary)", "record f")],
    ["of another type", recreated, around("drop f, keep as f", "create f (primary), restore f", "record f")],
    ["renamed", renamed, around("drop f, keep as f", "forget f", "create g (primary), restore f", "record g")],
  ];
  it.each(cases)("%s: it is dropped in reverse, and made again from the replica's text", (_what, plan, steps) => {
    expect(change(plan, [inSync(a), inSync(b)])).toEqual({ steps, settled: [plan.key] });
  });

  it("those that change too are made from the primary's text, and need no turn of their own", () => {
    expect(change(altered, [inSync(a), changed(b)])).toEqual({
      steps: [
        "drop b, keep as b",
        "drop a, keep as a",
        "alter f (primary)",
        "record f",
        "create a (replica), restore a",
        "create b (primary), restore b",
        "record b",
      ],
      settled: ["f", "b"],
    });
  });

  it("also those that become another type, or get other indexes", () => {
    const table = aPlan("recreate", { primary: { ...a, objectId: 112, type: "IF" }, replica: a });
    const indexed = aPlan("index", { primary: { ...b, objectId: 113, indexes: [index] }, replica: b });
    expect(change(altered, [table, indexed])).toEqual({
      steps: [
        "drop b, keep as b",
        "drop a, keep as a",
        "alter f (primary)",
        "record f",
        "create a (primary), restore a",
        "record a",
        "create b (primary), restore b",
        "index b ix",
        "record b",
      ],
      settled: ["f", "a", "b"],
    });
  });

  it("those that are to be dropped are only dropped", () => {
    expect(change(altered, [inSync(a), aPlan("drop", { replica: b })])).toEqual({
      steps: [
        "drop b",
        "forget b",
        "drop a, keep as a",
        "alter f (primary)",
        "record f",
        "create a (replica), restore a",
      ],
      settled: ["f", "b"],
    });
  });

  it("the replica's own stands again as it was, and so does what is held or not supported", () => {
    const { steps, settled } = change(altered, [
      aPlan("keep", { replica: a }),
      planned({ kind: "hold", reason: "hidden" }, { primary: { ...b, objectId: 113 }, replica: b }),
    ]);
    expect(steps.slice(-2)).toEqual(["create a (replica), restore a", "create b (replica), restore b"]);
    expect(settled).toEqual(["f"]);
  });

  it("so does one whose change is done, and that the plan does not know", () => {
    expect(change(altered, []).steps.slice(-2)).toEqual([
      "create a (replica), restore a",
      "create b (replica), restore b",
    ]);
  });

  it("their indexes come back: the replica's, or the primary's where they change", () => {
    const there = { ...a, indexes: [index, viewIndex("ix2", { clustered: false })] };
    const again = change(altered, [inSync(there)], [there]).steps;
    expect(again.slice(-3)).toEqual(["create a (replica), restore a", "index a ix", "index a ix2"]);
    const newIndexes = change(altered, [changed(there, { indexes: [index] })], [there]).steps;
    expect(newIndexes.slice(-3)).toEqual(["create a (primary), restore a", "index a ix", "record a"]);
  });

  it("the settings that a dependant was created with come back", () => {
    const odd = { ...a, ansiNulls: false, quotedIdentifier: false };
    const steps = stepsOf(changeSteps([altered], [odd], changeContext([altered, inSync(odd)], [odd])));
    expect(steps.at(-1)).toMatchObject({ definition: { ansiNulls: false, quotedIdentifier: false } });
  });

  it("an encrypted one stands in the way, by name", () => {
    const encrypted = aModule("sales.secret", { objectId: 14, hash: undefined, encrypted: true });
    const dependants = [a, encrypted];
    const result = changeSteps([altered], dependants, changeContext([altered, inSync(a)], dependants));
    expect(result).toEqual({
      kind: "pending",
      reason: "sales.secret is schema-bound to it on the replica, and its definition cannot be read there",
      fix: "drop sales.secret on the replica if nobody needs it",
    });
  });

  it("an encrypted one that the primary has in plain text, or that is to be dropped, does not", () => {
    const encrypted = { ...a, hash: undefined, encrypted: true };
    expect(change(altered, [changed(encrypted)], [encrypted]).steps).toContain("create a (primary), restore a");
    expect(change(altered, [aPlan("drop", { replica: encrypted })], [encrypted]).steps).toContain("drop a");
  });

  it("a change of indexes touches nobody", () => {
    const view = { ...a, objectId: 1 };
    const plan = aPlan("index", { primary: { ...view, indexes: [index] }, replica: view });
    expect(change(plan, [inSync(b)], [b])).toEqual({ steps: ["index a ix"], settled: ["a"] });
  });
});

describe("what is schema-bound to a module that is dropped", () => {
  it("goes before it where it is to be dropped as well", () => {
    expect(change(dropped, [aPlan("drop", { replica: a }), aPlan("drop", { replica: b })])).toEqual({
      steps: ["drop b", "forget b", "drop a", "forget a", "drop f", "forget f"],
      settled: ["f", "a", "b"],
    });
  });

  const staying: [what: string, plans: PlannedModule[]][] = [
    ["the replica's own", [aPlan("keep", { replica: a }), aPlan("drop", { replica: b })]],
    ["one that the primary has", [inSync(a), aPlan("drop", { replica: b })]],
    ["one whose change has not worked", [changed(a), aPlan("drop", { replica: b })]],
    ["one that is held", [planned({ kind: "hold", reason: "hidden" }, { replica: a }), aPlan("drop", { replica: b })]],
    ["one that the plan does not know", [aPlan("drop", { replica: b })]],
  ];
  it.each(staying)("%s stays: the drop waits for it", (_what, plans) => {
    expect(changeSteps([dropped], [a, b], changeContext([dropped, ...plans], [a, b]))).toEqual({
      kind: "pending",
      reason: "a is schema-bound to it on the replica",
      fix: "drop a on the replica if nobody needs it",
    });
  });
});
