import { describe, expect, it } from "vitest";
import { planTick } from "../../../src/tick/plan-tick.ts";
import { ledgerRow, loadingRow, tableView } from "../../support/table-view.ts";

const loading = (name: string) => {
  const table = { schema: "dbo", name };
  return tableView({ table, row: loadingRow({ table }) });
};
const live = (name: string) => {
  const table = { schema: "dbo", name };
  return tableView({ table, row: ledgerRow({ table }) });
};

describe("planTick", () => {
  it.each([
    ["the first loading table without a last one", undefined, "A"],
    ["the next one by name", "A", "B"],
    ["around the end", "C", "A"],
    ["after a table that no longer loads", "AA", "B"],
  ])("gives the chunk to %s", (_, last, next) => {
    const planned = planTick([loading("C"), live("Z"), loading("A"), loading("B")], 0, last);
    expect(planned.filter(({ chunk }) => chunk).map(({ key }) => key)).toEqual([next]);
  });

  it("puts the chunk after all deltas", () => {
    expect(planTick([loading("A"), live("B"), live("C")], 0, undefined).map(({ key }) => key)).toEqual(["B", "C", "A"]);
  });

  it("gives no chunk when nothing loads", () => {
    expect(planTick([live("A")], 0, undefined).some(({ chunk }) => chunk)).toBe(false);
  });
});
