import { tableKey } from "../../src/model/table-name.ts";
import { readTables, reportTables } from "../../src/operations/read-tables.ts";
import { verifyTable } from "../../src/operations/verify-table.ts";
import { readVerification } from "../../src/state/verifications.ts";
import { compareTables } from "./compare-tables.ts";
import { type History, type HistoryStep, needsRepair } from "./history.ts";
import { type HistoryServers, HistoryWorld } from "./history-world.ts";
import { stepText } from "./history-text.ts";
import { WrongWatermark } from "./watermark-check.ts";
import { createStatement, playStep, trackingStatement } from "./play-step.ts";

/** What is wrong at the end of a history, or on its way. */
export interface Problem {
  /** Failures of one kind are taken for the same one while a history is cut down. */
  readonly kind: "step-failed" | "watermark" | "unsupported" | "not-settled" | "not-equal" | "not-quiet" | "repair";
  readonly what: string;
}

class Found extends Error {
  readonly problem: Problem;

  constructor(kind: Problem["kind"], what: string) {
    super(what);
    this.problem = { kind, what };
  }
}

/**
 * Plays a history on fresh databases. After its last step all faults are gone, all tables are tracked and enabled; then every table must be
 * live and idle, and the replica equal to the primary byte by byte, within a bounded number of ticks.
 * @returns undefined where all is well
 */
export async function playHistory(servers: HistoryServers, history: History): Promise<Problem | undefined> {
  const world = await HistoryWorld.open(servers, history);
  try {
    await world.database("primary").run(history.tables.map((table) => createStatement(table, history)).join("\nGO\n"));
    for (const step of history.steps) {
      await playStep(world, history, step).catch((error: unknown) => {
        throw error instanceof WrongWatermark
          ? error
          : new Found("step-failed", `${stepText(step)}: ${errorChain(error)}`);
      });
      if (hasTicks(step)) await world.watermarks.look();
    }
    await converge(world, history);
    for (const emulator of [servers.primary, servers.replica]) {
      if (emulator.unsupported.length > 0) throw new Found("unsupported", emulator.unsupported.join("; "));
    }
    return undefined;
  } catch (error) {
    if (error instanceof Found) return error.problem;
    if (error instanceof WrongWatermark) return { kind: "watermark", what: error.message };
    return { kind: "step-failed", what: errorChain(error) };
  } finally {
    await world.close();
  }
}

function hasTicks({ kind }: HistoryStep): boolean {
  return kind === "tick" || kind === "tick-with-writes" || kind === "crash" || kind === "stall";
}

/**
 * Within how many ticks all tables are live and idle once nothing is in the way. Each tick is longer after the one before than the longest
 * back-off (5 minutes), so every table has its turn in each:
 * - a table is made or its load is started: 1; lost history found in the middle of a load starts it again: 1 more
 * - one chunk a tick for all tables together: for each table its rows by FULL_LOAD_CHUNK_ROWS, and one for the end; twice, for a load that is
 *   started over, or followed by the one that a force flag orders
 * - a delta, and the one that sees nothing more: 2
 * - a unique value that another row still holds is read afresh: 3
 * - the first ticks meet connections that broke before: 3
 */
function mostTicks(rows: readonly number[], chunkRows: number): number {
  const chunks = rows.reduce((sum, count) => sum + Math.ceil(count / chunkRows) + 1, 0);
  return 3 + 3 + 2 + 2 * rows.length + 2 * chunks;
}

/** Ranges of a comparison are looked at twice, and once more after a repair; each look is a tick, as is each FULL_LOAD_CHUNK_ROWS rows. */
function mostRepairTicks(rows: readonly number[], chunkRows: number): number {
  return mostTicks(rows, chunkRows) + 3 * rows.reduce((sum, count) => sum + Math.ceil(count / chunkRows) + 2, 0);
}

async function converge(world: HistoryWorld, history: History): Promise<void> {
  world.thrown.length = 0;
  for (const side of ["primary", "replica"] as const) world.emulator(side).faults.clear();
  const primary = world.database("primary");
  for (const { name } of history.tables) await primary.run(trackingStatement(name, true));
  await world.passTime(3_600_000);
  await world.endLeases();
  const prefix = world.app.config.redisKeyPrefix;
  for (const { name } of history.tables) {
    await world.redis((client) => client.set(`${prefix}:enabled:${tableKey({ schema: "dbo", name })}`, "true"));
  }
  const rows = await countRows(world, history);
  const chunkRows = Number(history.settings["FULL_LOAD_CHUNK_ROWS"] ?? "10");
  await settle(world, mostTicks(rows, chunkRows));
  if (needsRepair(history)) {
    await repair(world, history, mostRepairTicks(rows, chunkRows));
    await settle(world, mostTicks(rows, chunkRows));
  }
  const differences = await compareTables(world, history.tables);
  if (differences.length > 0) throw new Found("not-equal", differences.join("\n"));
  await untilQuiet(world, mostRepairTicks(rows, chunkRows));
}

/** Ticks until one does nothing at all: comparisons that an operator asked for go on for a while. */
async function untilQuiet(world: HistoryWorld, most: number): Promise<void> {
  let busy: readonly string[] = [];
  for (let ticks = 0; ticks < most; ticks++) {
    const report = await tickLater(world);
    if (report === undefined)
      throw new Found("not-quiet", `a tick on settled tables fails: ${world.thrown.at(-1) ?? ""}`);
    busy = report.steps.map(({ table, result }) => `${table} ${result.kind}`);
    if (busy.length === 0) return;
  }
  throw new Found("not-quiet", `${most} ticks on settled tables, and still they do something: ${busy.join(", ")}`);
}

async function countRows(world: HistoryWorld, { tables }: History): Promise<number[]> {
  const counts = tables.map(({ name }) => `SELECT COUNT(*) AS n FROM dbo.${name}`);
  const rows = await world.database("primary").rows(`${counts.join(" UNION ALL ")};`);
  return rows.map(({ n }) => Number(n));
}

/** Six minutes after the last one, by the app's clock: no back-off stands. */
async function tickLater(world: HistoryWorld): Promise<Awaited<ReturnType<HistoryWorld["tick"]>>> {
  await world.passTime(360_000);
  return world.tick();
}

async function settle(world: HistoryWorld, most: number): Promise<void> {
  for (let ticks = 0; ticks < most; ticks++) {
    const report = await tickLater(world);
    // What a tick still had to do is work in progress, whatever the tables look like after it.
    const quiet = report !== undefined && Object.keys(report.plans).every((plan) => plan === "idle");
    if (!quiet) continue;
    await world.watermarks.look();
    if ((await whatIsUnsettled(world)) === undefined) return;
  }
  const why = (await whatIsUnsettled(world)) ?? `ticks go on doing something, or fail: ${world.thrown.at(-1) ?? ""}`;
  throw new Found("not-settled", `after ${most} ticks without any fault: ${why}`);
}

async function whatIsUnsettled(world: HistoryWorld): Promise<string | undefined> {
  const view = await readTables(world.app);
  const { tables } = reportTables(view);
  for (const { table, state, error, forceFullLoad, lagVersions, version } of tables) {
    const row = view.ledger.rows.get(table);
    const flags = view.redis.flags.get(table);
    const wrong = [
      ...(state === "live" ? [] : [`is ${state}`]),
      ...(error === null ? [] : [`has the error ${error.what}`]),
      ...(forceFullLoad === null ? [] : ["has a force flag"]),
      ...(row?.halfApplied === undefined ? [] : ["has a half-applied delta"]),
      ...(flags?.published?.version === row?.watermark
        ? []
        : [`is published at ${flags?.published?.version}, not ${version}`]),
      ...(flags?.version === row?.watermark ? [] : [`has version ${flags?.version} in Redis, not ${version}`]),
      ...(lagVersions === 0 ? [] : [`lags ${lagVersions} versions`]),
    ];
    if (wrong.length > 0) return `${table} ${wrong.join(", ")}`;
  }
  return undefined;
}

async function repair(world: HistoryWorld, { tables }: History, most: number): Promise<void> {
  const waiting = new Set(tables.map(({ name }) => name));
  const asked = new Set<string>();
  for (let ticks = 0; ticks < most; ticks++) {
    for (const name of waiting) {
      const table = { schema: "dbo", name };
      const { value } = await readVerification(world.app.state, table);
      if (value.run !== undefined) continue;
      if (!asked.has(name)) {
        const order = await verifyTable(world.app, await readTables(world.app), table, {
          repair: true,
          askedBy: "http",
        });
        if (order.kind === "ordered") asked.add(name);
      } else if (value.last?.result === "equal" || value.last?.result === "repaired") waiting.delete(name);
      else throw new Found("repair", `${name}: ${JSON.stringify(value.last)}`);
    }
    if (waiting.size === 0) return;
    await tickLater(world);
  }
  throw new Found("repair", `not repaired within ${most} ticks: ${[...waiting].join(", ")}`);
}

/** An error with all its causes, one line. */
function errorChain(error: unknown): string {
  const texts: string[] = [];
  for (let each: unknown = error; each !== undefined && texts.length < 5; each = (each as { cause?: unknown }).cause) {
    texts.push(
      (each instanceof Error ? `${each.name}: ${each.message}` : "something else was thrown")
        .replaceAll(/\s+/g, " ")
        .slice(0, 600),
    );
    if (typeof each !== "object" || each === null) break;
  }
  return texts.join(" <- ");
}
