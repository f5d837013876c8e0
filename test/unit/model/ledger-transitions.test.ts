import { describe, expect, it } from "vitest";
import {
  type LoadStart,
  rowAfterChunk,
  rowAfterSlice,
  rowAfterWindow,
  rowAtAdoption,
  rowAtLoadStart,
  rowWithMark,
} from "../../../src/model/ledger-transitions.ts";
import { ledgerRow, loadingRow } from "../../support/table-view.ts";

const start: LoadStart = {
  table: { schema: "dbo", name: "User" },
  fence: 4n,
  objectId: 8,
  beginVersion: 5n,
  replicaObjectId: 80,
  shape: "s",
  transport: "relay",
  watermark: 20n,
  watermarkTime: "2026-01-02T00:00:00Z",
  historyMark: { commit: undefined, recoveryFork: "fork" },
  loadId: 3n,
  reason: "history is lost",
  total: 100n,
  startedAt: "2026-01-02T00:00:01Z",
};

describe("ledger transitions", () => {
  it("a mark without a commit keeps the commit that is known", () => {
    const commit = { version: 19n, transactionId: "1", logBlock: "2", committedAt: "2026-01-02T00:00" };
    const row = rowWithMark(ledgerRow(), { commit, recoveryFork: "one" });
    expect(row.historyMark).toEqual({ commit, recoveryFork: "one" });
    const none = { commit: undefined, recoveryFork: "two" };
    expect(rowWithMark(row, none).historyMark).toEqual({ commit, recoveryFork: "two" });
    expect(rowWithMark(row, { ...none, commit: { ...commit, version: 18n } }).historyMark?.commit?.version).toBe(19n);
    expect(rowWithMark(row, { ...none, commit: { ...commit, version: 20n } }).historyMark?.commit?.version).toBe(20n);
  });

  it("a load starts from nothing", () => {
    expect(rowAtLoadStart(start)).toMatchObject({
      state: "loading",
      watermark: 20n,
      beginVersion: 5n,
      loadId: 3n,
      halfApplied: undefined,
      load: { cursor: undefined, synced: 0n, total: 100n, reason: "history is lost" },
    });
  });

  it("an adopted table is live and loads nothing", () => {
    expect(rowAtAdoption(start)).toMatchObject({ state: "live", load: undefined, watermark: 20n });
  });

  it("a slice moves the position, not the watermark", () => {
    const row = rowAfterSlice(ledgerRow({ watermark: 10n }), 15n, ["7"]);
    expect(row).toMatchObject({ watermark: 10n, halfApplied: { to: 15n, position: ["7"] } });
  });

  it("a window moves the watermark and drops the position", () => {
    const row = rowAfterWindow(ledgerRow({ halfApplied: { to: 15n, position: ["7"] } }), 15n, "2026-01-03T00:00:00Z");
    expect(row).toMatchObject({ watermark: 15n, halfApplied: undefined, watermarkTime: "2026-01-03T00:00:00Z" });
  });

  it("a window of a loading table leaves its cursor alone", () => {
    expect(rowAfterWindow(loadingRow(), 15n, "").load).toEqual(loadingRow().load);
  });

  it("a chunk moves the cursor and counts its rows", () => {
    expect(rowAfterChunk(loadingRow(), ["9"], 4)).toMatchObject({
      state: "loading",
      load: { cursor: ["9"], synced: 9n },
    });
  });

  it("the last chunk makes the table live", () => {
    expect(rowAfterChunk(loadingRow(), undefined, 4)).toMatchObject({ state: "live", load: undefined });
  });

  it("a chunk of a table that is not loading is a mistake", () => {
    expect(() => rowAfterChunk(ledgerRow(), ["9"], 4)).toThrow(/not loading/);
  });
});
