import type { TableSlots } from "./table-slots.ts";
import type { TableStanding } from "./telemetry.ts";
import { attributeValues, type metrics } from "./telemetry-names.ts";

export type GaugeKey =
  "lagSeconds" | "lagVersions" | "fullLoadProgress" | "retentionHeadroomHours" | "retentionUsed" | "tables";

export interface GaugeReading {
  readonly gauge: GaugeKey & keyof typeof metrics;
  readonly value: number;
  readonly attributes: Readonly<Record<string, string>>;
}

/** What is as old as this says nothing of now: another instance has the timer, or there are no ticks. ms. */
const tellsForMs = 120_000;

/** For how long a load that has ended is told of with a progress of 1: longer than any export interval in use, ms. */
const endedLoadMs = 600_000;

/** Of the tables that share a series the one that is worst off is told. */
const worst: Readonly<Record<Exclude<GaugeKey, "tables">, (a: number, b: number) => number>> = {
  lagSeconds: Math.max,
  lagVersions: Math.max,
  fullLoadProgress: Math.min,
  retentionHeadroomHours: Math.min,
  retentionUsed: Math.max,
};

/** Where the tables stood at the end of the last tick, as gauges that are read at any later moment. */
export class TableGauges {
  readonly #slots: TableSlots;
  #standings: readonly TableStanding[] = [];
  /** ms since the epoch: when they were read, and when the last tick ended, failed ones included. */
  #readAt = -Infinity;
  #tickedAt = -Infinity;
  /** When the loads that this process saw under way came to their end, by table; Infinity: not yet. */
  readonly #loads = new Map<string, number>();

  constructor(slots: TableSlots) {
    this.#slots = slots;
  }

  /** @param standings undefined: the tick failed, and nobody knows better than the tick before */
  tickEnded(at: number, standings: readonly TableStanding[] | undefined): void {
    this.#tickedAt = at;
    if (standings === undefined) return;
    this.#readAt = at;
    this.#standings = standings;
    this.#noteLoads(at);
  }

  /**
   * The readings for now. While ticks fail the tables grow older with every one of them: a replica that cannot be moved is
   * behind. Tables that are gone or paused have none; nor has any where no tick ended for two minutes.
   */
  read(now: number): GaugeReading[] {
    if (now - this.#tickedAt > tellsForMs) return [];
    const aged = Math.max(0, Math.round((this.#tickedAt - this.#readAt) / 1000));
    const readings = new Map<string, GaugeReading>();
    const put = (gauge: Exclude<GaugeKey, "tables">, table: string, value: number | null): void => {
      if (value === null) return;
      const name = this.#slots.of(table);
      const before = readings.get(`${gauge} ${name}`)?.value;
      const told = before === undefined ? value : worst[gauge](before, value);
      readings.set(`${gauge} ${name}`, { gauge, value: told, attributes: { table: name } });
    };
    for (const { table, enabled, lagSeconds, retentionHeadroomHours: hours, ...standing } of this.#standings) {
      if (!enabled) continue;
      put("lagSeconds", table, lagSeconds === null ? null : lagSeconds + aged);
      put("lagVersions", table, standing.lagVersions);
      put("retentionHeadroomHours", table, hours === null ? null : hours - aged / 3600);
      put("retentionUsed", table, usedAfter(standing.retentionUsed, hours, aged));
      put("fullLoadProgress", table, standing.progress ?? (this.#endedLately(table, now) ? 1 : null));
    }
    return [...readings.values(), ...this.#counts()];
  }

  /** All five states, so that an alert sees a zero where there is none. */
  #counts(): GaugeReading[] {
    if (this.#readAt === -Infinity) return [];
    return attributeValues.state.map((state) => ({
      gauge: "tables",
      value: this.#standings.filter((standing) => standing.state === state).length,
      attributes: { state },
    }));
  }

  #noteLoads(now: number): void {
    for (const { table, state, progress } of this.#standings) {
      if (progress !== null) this.#loads.set(table, Infinity);
      else if (this.#loads.get(table) === Infinity && state === "live") this.#loads.set(table, now);
      else if (!this.#endedLately(table, now)) this.#loads.delete(table);
    }
  }

  #endedLately(table: string, now: number): boolean {
    const endedAt = this.#loads.get(table);
    return endedAt !== undefined && endedAt <= now && now - endedAt < endedLoadMs;
  }
}

/** Hours left and share used are of one retention period: with `aged` seconds more of it gone. */
function usedAfter(used: number | null, hours: number | null, aged: number): number | null {
  if (used === null || hours === null || aged === 0 || used >= 1) return used;
  const period = hours / (1 - used);
  return used + aged / 3600 / period;
}
