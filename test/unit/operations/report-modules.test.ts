import { describe, expect, it } from "vitest";
import type { ModuleState } from "../../../src/model/module-state.ts";
import { reportModules } from "../../../src/operations/report-modules.ts";

describe("reportModules", () => {
  it("lists the modules by name, with what an operator can use", () => {
    const waiting: ModuleState = {
      type: "FN",
      state: "pending",
      reason: "it needs fB, which is pending",
      attempts: 2,
      retryAt: "2026-03-01T12:00:10.000Z",
      attempted: "create 0123ABCD 11",
    };
    const states = new Map<string, ModuleState>([
      ["vB", { type: "V", state: "in-sync", lastChange: { what: "altered", at: "2026-03-01T12:00:00.000Z" } }],
      ["fA", waiting],
    ]);
    const report = JSON.parse(JSON.stringify(reportModules({ states, run: undefined }))) as unknown;
    expect(report).toEqual({
      lastRun: null,
      modules: [
        {
          name: "fA",
          type: "FN",
          state: "pending",
          reason: "it needs fB, which is pending",
          attempts: 2,
          retryAt: "2026-03-01T12:00:10.000Z",
        },
        { name: "vB", type: "V", state: "in-sync", lastChange: { what: "altered", at: "2026-03-01T12:00:00.000Z" } },
      ],
    });
  });
});
