import { describe, expect, it } from "vitest";
import { planTable, type TableView } from "../../../src/tick/plan-table.ts";
import { tableView, ledgerRow, loadingRow, tableFlags } from "../../support/table-view.ts";

const now = Date.parse("2026-01-01T00:00:00Z");
const later = "2026-01-01T00:00:05Z";
const earlier = "2025-12-31T23:59:00Z";
const error = { kind: "blocked" as const, what: "no room", attempts: 2, at: earlier, retryAt: later };

describe("planTable", () => {
  const cases: [what: string, view: Partial<TableView>, plan: object][] = [
    ["a discovered table is paused", { flags: tableFlags({ enabled: false }) }, { kind: "paused" }],
    ["a deleted flag pauses", { flags: tableFlags({ enabled: undefined }), row: ledgerRow() }, { kind: "paused" }],
    ["paused comes before an error", { flags: tableFlags({ enabled: false, error }) }, { kind: "paused" }],
    [
      "an order is kept while paused",
      { flags: tableFlags({ enabled: false, force: { kind: "ordered" } }) },
      { kind: "paused" },
    ],
    ["waiting after an error", { flags: tableFlags({ error }) }, { kind: "blocked", reason: "no room", known: true }],
    [
      "looked at again",
      { flags: tableFlags({ error: { ...error, retryAt: earlier } }), row: ledgerRow() },
      { kind: "delta" },
    ],
    ["gone from the primary", { tracked: undefined, row: ledgerRow() }, { kind: "blocked", known: false }],
    [
      "no minimum version",
      { tracked: { objectId: 7, beginVersion: 3n, minValidVersion: undefined } },
      { kind: "blocked" },
    ],
    ["a new table", {}, { kind: "prepare" }],
    [
      "ordered",
      { row: ledgerRow(), flags: tableFlags({ force: { kind: "ordered" } }) },
      { kind: "full-load-start", truncate: true },
    ],
    [
      "ordered during a load",
      { row: loadingRow(), flags: tableFlags({ force: { kind: "ordered" } }) },
      { kind: "full-load-start", truncate: true },
    ],
    [
      "numbered, not started",
      { row: ledgerRow({ loadId: 1n }), flags: tableFlags({ force: { kind: "obeying", loadId: 2n } }) },
      { kind: "full-load-start" },
    ],
    [
      "being obeyed",
      { row: loadingRow({ loadId: 2n }), flags: tableFlags({ force: { kind: "obeying", loadId: 2n } }) },
      { kind: "full-load-chunk" },
    ],
    [
      "obeyed",
      { row: ledgerRow({ loadId: 2n }), changed: false, flags: tableFlags({ force: { kind: "obeying", loadId: 2n } }) },
      { kind: "idle" },
    ],
    [
      "the replica was replaced",
      { row: ledgerRow(), reload: "another ledger" },
      { kind: "full-load-start", reason: "another ledger", truncate: false },
    ],
    ["the replica table is missing", { row: ledgerRow(), replicaObjectId: null }, { kind: "prepare" }],
    [
      "the replica table is another",
      { row: ledgerRow(), replicaObjectId: 99 },
      { kind: "full-load-start", truncate: false },
    ],
    ["the replica table is the same", { row: ledgerRow(), replicaObjectId: 70 }, { kind: "delta" }],
    ["history is lost", { row: ledgerRow({ watermark: 2n }) }, { kind: "lost-history" }],
    ["history is lost during a load", { row: loadingRow({ watermark: 2n }) }, { kind: "lost-history" }],
    [
      "truncated at the current version",
      { row: ledgerRow({ watermark: 12n, beginVersion: 2n }), changed: false },
      { kind: "lost-history" },
    ],
    ["loading", { row: loadingRow() }, { kind: "full-load-chunk" }],
    ["changed", { row: ledgerRow(), changed: true }, { kind: "delta" }],
    ["not known to be unchanged", { row: ledgerRow() }, { kind: "delta" }],
    ["unchanged", { row: ledgerRow(), changed: false }, { kind: "idle" }],
    [
      "half applied",
      { row: ledgerRow({ halfApplied: { to: 11n, position: ["5"] } }), changed: false },
      { kind: "delta" },
    ],
  ];

  it.each(cases)("%s", (_, view, plan) => {
    expect(planTable(tableView(view), now)).toMatchObject(plan);
  });
});
