import { describe, expect, it } from "vitest";
import type { Module } from "../../../src/model/module.ts";
import { changeSteps } from "../../../src/modules/change-steps.ts";
import { attemptOf, isDue } from "../../../src/modules/module-outcome.ts";
import { outdatedObjects } from "../../../src/modules/outdated-objects.ts";
import { restorePropertiesText } from "../../../src/sql/module-change-statements.ts";
import { changeContext, stepsOf, wordsOf } from "./change-fixture.ts";
import { aCreatePlan, aModule, aPlan, moduleRecord, modulesView, neededObject, viewIndex } from "./module-fixture.ts";
import { kindsBesideOther, kindsOf } from "./plan-sides.ts";

describe("plan", () => {
  it("ALTER SCHEMA ... TRANSFER of 12 of 13 views keeps every object_id: they are renamed, not gone", () => {
    const ids = Array.from({ length: 13 }, (_, at) => at + 1);
    const replica = ids.map((id) => aModule(`v${id}`, { objectId: id + 100 }));
    const primary = ids.map((id) => aModule(id === 13 ? "v13" : `sales.v${id}`, { objectId: id }));
    const records = ids.map((id) => moduleRecord(`v${id}`, { primaryObjectId: id }));
    const kinds = kindsOf({ primary, replica, records });
    expect(kinds["sales.v1"]).toBe("renamed from v1");
    expect(Object.values(kinds)).not.toContain("hold");
  });
  it("the only module is renamed beside ten that stay unknown to the ledger", () => {
    const unknown = Array.from({ length: 20 }, (_, at) => aModule(`u${at}`, { objectId: at + 100 }));
    const primary = Array.from({ length: 9 }, (_, at) => aModule(`v${at}`, { objectId: at + 1 }));
    // The first run on a replica with views of its own: they were never seen on the primary, so their absence says nothing.
    const kinds = kindsOf({ primary, replica: [...primary, ...unknown] });
    expect(kinds["u0"]).toBe("drop");
  });
  it("a CLR routine under a name that the ledger has as its own is the replica's", () => {
    const replica = [aModule("p", { type: "CLR", hash: undefined })];
    expect(kindsBesideOther({ replica, records: [moduleRecord("p")] })).toEqual({ p: "keep" });
  });
  it("V is added beside v on a case-sensitive primary: the replica's v stays v", () => {
    const v = aModule("v");
    const upper = aModule("V", { objectId: 2, hash: "B" });
    expect(kindsBesideOther({ primary: [upper, v], replica: [v], records: [moduleRecord("v")] })).toEqual({
      v: "in-sync",
      V: "unsupported",
    });
  });
});

describe("steps", () => {
  const f = aModule("f", { type: "FN", objectId: 11, schemaBound: true });
  const altered = aPlan("alter", { primary: { ...f, objectId: 1, hash: "B" }, replica: f });
  const a = aModule("a", { objectId: 12, schemaBound: true });

  it("recreated under a name in another case: the record is of the new name", () => {
    const replica = aModule("v", { objectId: 11 });
    const change = aPlan("recreate", { primary: aModule("V", { type: "IF" }), replica, record: moduleRecord("v") });
    const steps = stepsOf(changeSteps([change], [], changeContext([change], [])));
    const names = steps.flatMap((step) => (step.kind === "record" ? [step.record.name.name] : []));
    expect(names).toEqual(["V"]);
    expect(wordsOf(changeSteps([change], [], changeContext([change], [])))).toContain("forget v");
  });
  it("the same for a dependant that is made from the primary's text", () => {
    const upper = { ...a, name: { schema: "dbo", name: "A" }, objectId: 112, hash: "B" };
    const change = aPlan("alter", { primary: upper, replica: a });
    const steps = stepsOf(changeSteps([altered], [a], changeContext([altered, change], [a])));
    expect(steps.flatMap((step) => (step.kind === "record" ? [step.record.name.name] : []))).toEqual(["f", "A"]);
  });
  it("a dependant whose new text cannot be made does not block what it is bound to", () => {
    const change = aPlan("alter", { primary: { ...a, objectId: 112, hash: "B" }, replica: a });
    const context = changeContext([altered, change], [a]);
    const primaryText = new Map(context.primaryText);
    const settings = { ansiNulls: true, quotedIdentifier: true };
    primaryText.set(112, { text: "CREATE VIEW a AS SELECT * FROM T FOR SYSTEM_TIME ALL", ...settings });
    expect(wordsOf(changeSteps([altered], [a], { ...context, primaryText }))).toContain(
      "create a (replica), restore a",
    );
  });
  it("a dependant that is renamed itself is made under its new name (planOf has to find it by renamedFrom)", () => {
    const b: Module = { ...a, name: { schema: "dbo", name: "b" }, objectId: 112, hash: "B" };
    const renamed = aCreatePlan(b, a, moduleRecord("a"));
    const context = { ...changeContext([altered, renamed], [a]), planOf: () => renamed };
    expect(wordsOf(changeSteps([altered], [a], context)).slice(-2)).toEqual([
      "create b (primary), restore a",
      "record b",
    ]);
  });
});

describe("beside them", () => {
  it("another index under the same name is another attempt", () => {
    const replica = aModule("v", { objectId: 11 });
    const plan = (column: string) =>
      aPlan("index", {
        primary: aModule("v", { indexes: [viewIndex("ix", { keys: [{ column, descending: false }] })] }),
        replica,
      });
    const state = {
      type: "V",
      state: "pending",
      attempts: 1,
      retryAt: "2027-01-01",
      attempted: attemptOf(plan("a")),
    } as const;
    expect(isDue(plan("b"), state, Date.parse("2026-01-01"))).toBe(true);
  });
  it("an alias type that became a table type is outdated", () => {
    const before = neededObject("t", "alias type", { definition: "old" });
    const after = neededObject("t", "table type", { definition: "new" });
    const records = [moduleRecord("t", { kind: "alias type" })];
    expect(outdatedObjects([after], modulesView([], { needed: [before] }), records)).toEqual([{ before, after }]);
  });
  it("a parameter of EXEC takes a constant or a variable, no N'..' + N'..'", () => {
    const text = restorePropertiesText({ schema: "dbo", name: "a\\\nb" }, "V", 0);
    expect(text.slice(text.indexOf("EXEC sys.sp_addextendedproperty"))).not.toContain("' + N'");
  });
});
