import { describe, expect, it } from "vitest";
import type { TableError } from "../../../src/model/table-flags.ts";
import { reportTable } from "../../../src/operations/table-report.ts";
import { liveRow, loadingRow, noFlags } from "../state/ledger-rows.ts";

const table = { schema: "dbo", name: "User" };
const primary = { currentVersion: 15n, now: "2025-01-01T00:01:00.000Z", retentionMinutes: 2880 };
const enabled = { ...noFlags, enabled: true };
const error = (kind: TableError["kind"]): TableError => ({
  kind,
  what: "x",
  attempts: 1,
  at: "2025-01-01T00:00:00Z",
  retryAt: "2025-01-01T00:00:05Z",
});

describe("reportTable", () => {
  it.each([
    ["not enabled", true, undefined, noFlags, "paused"],
    ["disabled", true, liveRow(), { ...noFlags, enabled: false }, "paused"],
    ["disabled in the middle of a load", true, loadingRow(), { ...noFlags, enabled: false }, "paused"],
    ["disabled and blocked", true, liveRow(), { ...noFlags, error: error("blocked") }, "paused"],
    ["Redis knows nothing", true, undefined, undefined, "paused"],
    ["enabled, without a row", true, undefined, enabled, "new"],
    ["loading", true, loadingRow(), enabled, "loading"],
    ["live", true, liveRow(), enabled, "live"],
    ["failed, tried again", true, liveRow(), { ...enabled, error: error("failed") }, "live"],
    ["blocked", true, liveRow(), { ...enabled, error: error("blocked") }, "blocked"],
    ["no longer shown by the primary", false, liveRow(), enabled, "blocked"],
    ["no longer shown, disabled", false, liveRow(), { ...noFlags, enabled: false }, "paused"],
  ] as const)("%s", (_, tracked, row, flags, state) => {
    expect(reportTable(table, tracked, row, flags, primary).state).toBe(state);
  });

  it("reckons the lag by versions and by the primary's clock", () => {
    expect(reportTable(table, true, liveRow(), enabled, primary)).toEqual({
      table: "User",
      state: "live",
      enabled: true,
      version: "10",
      currentVersion: "15",
      lagVersions: 5,
      lagSeconds: 60,
      retentionHeadroomHours: 48,
      retentionUsed: 0,
      progress: null,
      error: null,
      transport: "relay",
      transportReason: null,
      forceFullLoad: null,
    });
  });

  it.each([
    ["2025-01-01T00:00:30", 30],
    ["2025-01-01 00:00:30.0000000", 30],
    ["2025-01-01T00:00:30.000Z", 30],
    ["2025-01-01T00:02:00Z", 0],
    ["nonsense", null],
  ])("reads the watermark's time %s", (watermarkTime, lagSeconds) => {
    expect(reportTable(table, true, liveRow({ watermarkTime }), enabled, primary).lagSeconds).toBe(lagSeconds);
  });

  it("has no lag at the current version, however long ago it was reached", () => {
    expect(reportTable(table, true, liveRow({ watermark: 15n }), enabled, primary)).toMatchObject({
      lagVersions: 0,
      lagSeconds: 0,
    });
  });

  it("has nulls for what is not known", () => {
    const off = { ...primary, currentVersion: undefined };
    expect(reportTable(table, true, undefined, enabled, off)).toMatchObject({
      version: null,
      currentVersion: null,
      lagVersions: null,
      lagSeconds: null,
    });
  });

  it.each([
    [5000n, 20_000n, 25],
    [0n, 20_000n, 0],
    [30_000n, 20_000n, 99],
    [0n, 0n, 0],
  ])("shows the progress of a load: %d of %d", (synced, total, percent) => {
    const load = { cursor: ["1"], reason: "new table", synced, total, startedAt: "2025-01-01T00:00:00.000Z" };
    expect(reportTable(table, true, loadingRow({ load }), enabled, primary).progress).toEqual({
      synced: Number(synced),
      total: Number(total),
      percent,
      startedAt: "2025-01-01T00:00:00.000Z",
      reason: "new table",
    });
  });

  it("shows an order for a full load", () => {
    const ordered = { ...enabled, force: { kind: "ordered" } as const };
    const running = { ...enabled, force: { kind: "obeying", loadId: 2n } as const };
    expect(reportTable(table, true, liveRow(), ordered, primary).forceFullLoad).toBe("ordered");
    expect(reportTable(table, true, liveRow(), running, primary).forceFullLoad).toBe("running");
  });
});
