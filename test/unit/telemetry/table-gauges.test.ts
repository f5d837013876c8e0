import { describe, expect, it } from "vitest";
import { TableGauges } from "../../../src/telemetry/table-gauges.ts";
import { TableSlots } from "../../../src/telemetry/table-slots.ts";
import type { TableStanding } from "../../../src/telemetry/telemetry.ts";

function standing(table: string, more: Partial<TableStanding> = {}): TableStanding {
  return {
    table,
    state: "live",
    enabled: true,
    lagSeconds: 0,
    lagVersions: 0,
    retentionHeadroomHours: 48,
    retentionUsed: 0,
    progress: null,
    ...more,
  };
}

function valuesOf(gauges: TableGauges, gauge: string, now: number): Record<string, number> {
  const readings = gauges.read(now).filter((reading) => reading.gauge === gauge);
  const values: Record<string, number> = {};
  for (const { attributes, value } of readings) values[attributes["table"] ?? attributes["state"] ?? ""] = value;
  return values;
}

describe("gauges of tables", () => {
  it("are none before the first tick, and none when the last one is long over", () => {
    const gauges = new TableGauges(new TableSlots(10));
    expect(gauges.read(0)).toEqual([]);
    gauges.tickEnded(1_000, [standing("A")]);
    expect(gauges.read(121_000)).not.toEqual([]);
    expect(gauges.read(121_001)).toEqual([]);
  });

  it("are none of a table that is paused or gone", () => {
    const gauges = new TableGauges(new TableSlots(10));
    gauges.tickEnded(0, [standing("A"), standing("B")]);
    expect(valuesOf(gauges, "lagSeconds", 0)).toEqual({ A: 0, B: 0 });
    gauges.tickEnded(5_000, [standing("A", { enabled: false, state: "paused" })]);
    expect(valuesOf(gauges, "lagSeconds", 5_000)).toEqual({});
    expect(valuesOf(gauges, "tables", 5_000)).toEqual({ paused: 1, new: 0, loading: 0, live: 0, blocked: 0 });
  });

  it("grow older while ticks fail, and are young again after one that did not", () => {
    const gauges = new TableGauges(new TableSlots(10));
    gauges.tickEnded(0, [standing("A", { lagSeconds: 3, retentionHeadroomHours: 36, retentionUsed: 0.25 })]);
    for (let at = 60_000; at <= 3_600_000; at += 60_000) gauges.tickEnded(at, undefined);
    expect(valuesOf(gauges, "lagSeconds", 3_600_000)).toEqual({ A: 3_603 });
    expect(valuesOf(gauges, "retentionHeadroomHours", 3_600_000)).toEqual({ A: 35 });
    expect(valuesOf(gauges, "retentionUsed", 3_600_000)["A"]).toBeCloseTo(13 / 48, 5);
    gauges.tickEnded(3_605_000, [standing("A")]);
    expect(valuesOf(gauges, "lagSeconds", 3_605_000)).toEqual({ A: 0 });
  });

  it("show a load's progress up to 1, and for ten minutes on", () => {
    const gauges = new TableGauges(new TableSlots(10));
    gauges.tickEnded(0, [standing("A", { state: "loading", progress: 0.5 }), standing("B")]);
    expect(valuesOf(gauges, "fullLoadProgress", 0)).toEqual({ A: 0.5 });
    for (let at = 5_000; at <= 605_000; at += 60_000) {
      gauges.tickEnded(at, [standing("A"), standing("B")]);
      expect(valuesOf(gauges, "fullLoadProgress", at)).toEqual(at < 605_000 ? { A: 1 } : {});
    }
  });

  it("do not call a load ended that was given up", () => {
    const gauges = new TableGauges(new TableSlots(10));
    gauges.tickEnded(0, [standing("A", { state: "loading", progress: 0.5 })]);
    gauges.tickEnded(5_000, [standing("A", { state: "paused", progress: null })]);
    expect(valuesOf(gauges, "fullLoadProgress", 5_000)).toEqual({});
  });

  it("leave out what nobody knows", () => {
    const gauges = new TableGauges(new TableSlots(10));
    gauges.tickEnded(0, [
      standing("A", { lagSeconds: null, lagVersions: null, retentionHeadroomHours: null, retentionUsed: null }),
    ]);
    expect(gauges.read(0).filter(({ gauge }) => gauge !== "tables")).toEqual([]);
  });

  it("of too many tables tell of the one that is worst off", () => {
    const gauges = new TableGauges(new TableSlots(2));
    gauges.tickEnded(0, [
      standing("A", { lagSeconds: 90 }),
      standing("B"),
      standing("C", { lagSeconds: 7, retentionHeadroomHours: 40 }),
      standing("D", { lagSeconds: 5, retentionHeadroomHours: 12, retentionUsed: 0.75 }),
    ]);
    expect(valuesOf(gauges, "lagSeconds", 0)).toEqual({ A: 90, B: 0, other: 7 });
    expect(valuesOf(gauges, "retentionHeadroomHours", 0)).toEqual({ A: 48, B: 48, other: 12 });
    expect(valuesOf(gauges, "retentionUsed", 0)).toEqual({ A: 0, B: 0, other: 0.75 });
    expect(valuesOf(gauges, "tables", 0)).toMatchObject({ live: 4 });
  });
});
