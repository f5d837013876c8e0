import { type Random, seededRandom } from "../demo/seeded-random.ts";
import type { FaultStep } from "../emulator/tds/fault-gate.ts";
import type { History, HistoryStep, OperatorAction, Place, RedisGarbage, Side } from "./history.ts";
import { type RandomTable, randomTable } from "./random-table.ts";
import { RandomWrites } from "./random-writes.ts";

export interface HistoryOptions {
  /** Steps beside the first ones, which fill and enable the tables. Default: 10 to 20, by the seed. */
  readonly steps?: number;
}

/** The history of a seed. Pure: the same for the same seed and options, on every machine. Even seeds are without snapshot isolation. */
export function makeHistory(seed: number, options: HistoryOptions = {}): History {
  const random = seededRandom(seed);
  const tables: RandomTable[] = [];
  for (let count = 1 + random(3); tables.length < count;) {
    tables.push(randomTable(random, `T${tables.length + 1}`, tables));
  }
  const writes = new RandomWrites(random, tables);
  const maker = new StepMaker(random, tables, writes);
  const steps = maker.beginning();
  const end = steps.length + (options.steps ?? 10 + random(11));
  while (steps.length < end) steps.push(...maker.next());
  return {
    seed,
    snapshot: seed % 2 !== 0,
    settings: {
      FULL_LOAD_CHUNK_ROWS: `${2 + random(9)}`,
      DELTA_SLICE_ROWS: random(2) === 0 ? "1000" : `${1 + random(6)}`,
      SYNC_THREADS: `${1 + random(3)}`,
      ROW_TRANSPORT: pick(random, ["auto", "relay", "relay", "driver"]),
    },
    tables: tables.map(({ spec }) => spec),
    steps: steps.slice(0, end),
  };
}

/** Numbers of errors that a server in trouble gives, on either side. */
const passingErrors = [1205, 1222, 40501, 3960, 596, 40197, 49918];

class StepMaker {
  readonly #random: Random;
  readonly #tables: readonly RandomTable[];
  readonly #writes: RandomWrites;
  /** Whether anybody may change or vouch for the replica's rows by hand: then differences are forgiven until they are repaired. */
  readonly #byHand: boolean;

  constructor(random: Random, tables: readonly RandomTable[], writes: RandomWrites) {
    this.#random = random;
    this.#tables = tables;
    this.#writes = writes;
    this.#byHand = random(8) === 0;
  }

  beginning(): HistoryStep[] {
    const enabled = this.#tables.filter(() => this.#random(10) > 0);
    return [
      { kind: "write", writes: this.#writes.fill(20) },
      ...enabled.map(({ name }): HistoryStep => ({ kind: "operator", table: name, does: "enable" })),
      this.#ticks(4),
    ];
  }

  /** A step, most often with ticks behind it; with a write before it where it needs a tick that has something to do. */
  next(): HistoryStep[] {
    const step = this.#step();
    if (step.kind === "tick") return [step];
    const before = "place" in step && this.#random(3) > 0 ? [this.#transaction()] : [];
    return [...before, step, ...(this.#random(10) > 5 ? [] : [this.#ticks(3)])];
  }

  #ticks(most: number): HistoryStep {
    const apps = this.#random(10) === 0 ? 2 : 1;
    return { kind: "tick", times: 1 + this.#random(most), apps, after: pick(this.#random, [0, 5, 5, 61]) };
  }

  #step(): HistoryStep {
    const choice = this.#random(100);
    if (choice < 42) return this.#transaction();
    if (choice < 50) return this.#ticks(3);
    if (choice < 58) return { kind: "tick-with-writes", place: this.#place(), writes: this.#writes.transaction() };
    if (choice < 68) return this.#fault();
    if (choice < 72) return { kind: "crash", place: this.#place() };
    if (choice < 76) return { kind: "stall", place: this.#place(), writes: this.#writes.transaction() };
    if (choice < 84) return { kind: "operator", table: this.#table(), does: this.#operatorAction() };
    if (choice < 86) return { kind: "tracking", table: this.#table(), on: this.#random(3) > 0 };
    if (choice < 87) return { kind: "recreate", table: this.#table() };
    if (choice < 89) return { kind: "backup", side: this.#side() };
    if (choice < 91) return { kind: "restore", side: this.#side() };
    if (choice < 93) return this.#time();
    if (choice < 95) return this.#redis();
    if (choice < 96)
      return { kind: "drop-on-replica", table: this.#table(), what: pick(this.#random, ["table", "ledger-row"]) };
    if (choice < 97) return { kind: "end-connections", side: this.#side() };
    if (choice < 98) return { kind: "outage", side: this.#side() };
    if (choice < 99) return this.#forget();
    return this.#byHand ? this.#tampering() : this.#transaction();
  }

  #transaction(): HistoryStep {
    const writes = this.#writes.transaction();
    return this.#random(12) === 0 ? { kind: "write", writes, rollback: true } : { kind: "write", writes };
  }

  #fault(): HistoryStep {
    const what = this.#random(2) === 0 ? ("drop" as const) : pick(this.#random, passingErrors);
    return { kind: "fault", place: this.#place(), what, times: 1 + this.#random(3) };
  }

  #operatorAction(): OperatorAction {
    const honest: OperatorAction[] = ["enable", "enable", "disable", "delete-enabled", "force", "resync", "verify"];
    return pick(this.#random, this.#byHand ? [...honest, "adopt", "verify-and-repair"] : honest);
  }

  #tampering(): HistoryStep {
    const table = pick(this.#random, this.#tables);
    return { kind: "tamper", table: table.name, sql: this.#writes.tampering(table) };
  }

  #redis(): HistoryStep {
    if (this.#random(2) === 0) return { kind: "flush-redis" };
    const keys: RedisGarbage[] = [
      "enabled",
      "force_full_load",
      "version",
      "published",
      "cursor",
      "progress",
      "error",
      "verify",
    ];
    const value = pick(this.#random, ["", "garbage", "{}", "-1", "TRUE "]);
    return { kind: "redis-garbage", table: this.#table(), key: pick(this.#random, keys), value };
  }

  #time(): HistoryStep {
    const minutes = pick(this.#random, [6, 45, 13 * 60, 30 * 60, 55 * 60]);
    return { kind: "time", minutes, of: this.#random(4) === 0 ? "app" : "all" };
  }

  #forget(): HistoryStep {
    const table = this.#table();
    return this.#random(2) === 0
      ? { kind: "forget-history", table }
      : { kind: "forget-history", table, place: this.#place() };
  }

  #place(): Place {
    const side = this.#side();
    const steps: readonly FaultStep[] =
      side === "primary"
        ? ["batch", "rpc", "rpc", "row", "row", "commit"]
        : ["batch", "rpc", "rpc", "row", "bulk", "bulk", "commit", "commit", "committed", "committed", "login"];
    const at = pick(this.#random, steps);
    return { side, at, after: at === "login" ? 0 : this.#random(at === "rpc" || at === "row" ? 14 : 5) };
  }

  #side(): Side {
    return this.#random(2) === 0 ? "primary" : "replica";
  }

  #table(): string {
    return pick(this.#random, this.#tables).name;
  }
}

function pick<T>(random: Random, from: readonly T[]): T {
  const at = random(from.length);
  if (at >= from.length) throw new Error("pick from nothing");
  return from[at] as T;
}
