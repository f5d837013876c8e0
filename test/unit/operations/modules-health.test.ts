import { describe, expect, it } from "vitest";
import type { ModuleRun, ModuleState } from "../../../src/model/module-state.ts";
import { functionDisabled } from "../../../src/operations/function-disabled.ts";
import { modulesFindings, modulesHealth } from "../../../src/operations/modules-health.ts";

const now = Date.parse("2026-03-01T12:00:00Z");
const settings = { moduleSyncSchedule: "*/30 * * * * *", tickBudgetSeconds: 60 };
const inSync: ModuleState = { type: "V", state: "in-sync" };
const pending: ModuleState = { type: "V", state: "pending", reason: "Invalid object name 'T'." };

function run(secondsAgo: number, more: Partial<ModuleRun> = {}): ModuleRun {
  const at = new Date(now - secondsAgo * 1000).toISOString();
  return { at, ms: 10, modules: 1, changed: 0, pending: 0, postponed: 0, ...more };
}

function states(...of: [string, ModuleState][]): ReadonlyMap<string, ModuleState> {
  return new Map(of);
}

describe("modulesFindings", () => {
  it("finds nothing where a run was a moment ago and all modules follow", () => {
    const facts = { run: run(20), states: states(["vA", inSync], ["p", { type: "P", state: "replica-only" }]) };
    expect(modulesFindings({ ...facts, disabled: false }, now, settings)).toEqual([]);
  });

  it.each([
    ["*/30 * * * * *", 240, false],
    ["*/30 * * * * *", 241, true],
    ["0 */10 * * * *", 1_800, false],
    ["0 */10 * * * *", 2_000, true],
    ["00:00:02", 66, false],
    ["00:00:02", 67, true],
    ["0 0 2 * * 1", 10_000_000, false],
  ])("with the schedule %s a run of %d s ago is late: %s", (moduleSyncSchedule, secondsAgo, late) => {
    const facts = { run: run(secondsAgo), states: states(), disabled: false };
    const findings = modulesFindings(facts, now, { ...settings, moduleSyncSchedule });
    expect(findings).toHaveLength(late ? 1 : 0);
    if (late)
      expect(findings[0]).toMatchObject({ severity: "warning", fix: expect.stringMatching(/syncModules/) as string });
    expect(modulesFindings({ ...facts, disabled: true }, now, { ...settings, moduleSyncSchedule })).toEqual([]);
  });

  it("misses a first run, where the timer is not switched off", () => {
    const facts = { run: undefined, states: states() };
    expect(modulesFindings({ ...facts, disabled: false }, now, settings)).toMatchObject([
      { severity: "warning", what: expect.stringContaining("has not run yet") as string },
    ]);
    expect(modulesFindings({ ...facts, disabled: true }, now, settings)).toEqual([]);
  });

  it("names what waits, the first few of many", () => {
    const names = ["g", "f", "e", "d", "c", "b", "a"];
    const waiting = (count: number) =>
      modulesFindings(
        {
          run: run(1),
          states: states(["z", inSync], ...names.slice(-count).map((name) => [name, pending] as [string, ModuleState])),
          disabled: false,
        },
        now,
        settings,
      ).map(({ what }) => what);
    expect(waiting(2)).toEqual(["modules that wait for something: a, b"]);
    expect(waiting(7)).toEqual(["modules that wait for something: a, b, c, d, e and 2 more"]);
  });

  it("shows held drops and missing rights with what helps", () => {
    const dropsHeld = { reason: "the primary shows no module at all", fix: "POST /api/modules/sync?confirm=1" };
    const advice = ["GRANT SELECT ON sys.sql_expression_dependencies TO [x];"];
    const findings = modulesFindings(
      { run: run(1, { dropsHeld, advice }), states: states(), disabled: false },
      now,
      settings,
    );
    expect(findings).toEqual([
      { severity: "warning", what: expect.stringContaining(dropsHeld.reason) as string, fix: dropsHeld.fix },
      { severity: "warning", what: expect.any(String) as string, fix: advice[0] },
    ]);
  });
});

describe("modulesHealth", () => {
  it("counts modules by state", () => {
    const last = run(5);
    const facts = { run: last, states: states(["a", inSync], ["b", inSync], ["c", pending]), disabled: false };
    expect(modulesHealth(facts)).toEqual({
      lastRun: last,
      states: { "in-sync": 2, pending: 1, unsupported: 0, "replica-only": 0 },
      disabled: false,
    });
    expect(modulesHealth({ ...facts, run: undefined }).lastRun).toBeNull();
  });
});

describe("functionDisabled", () => {
  it.each([
    [{}, false],
    [{ "AzureWebJobs.syncModules.Disabled": "true" }, true],
    [{ "AzureWebJobs.syncModules.Disabled": "True" }, true],
    [{ "AzureWebJobs.syncModules.Disabled": "1" }, true],
    [{ "AzureWebJobs.syncModules.Disabled": "false" }, false],
    [{ "AzureWebJobs.syncTables.Disabled": "true" }, false],
    [{ AzureWebJobs_syncModules_Disabled: "true" }, true],
  ])("with %j is %s", (env, expected) => {
    expect(functionDisabled(env, "syncModules")).toBe(expected);
  });
});
