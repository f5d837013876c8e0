import { type History, type HistoryStep, tablesOf, type Write } from "./history.ts";

export interface ShrinkLimits {
  /** Whether the shorter history still goes wrong. */
  readonly fails: (history: History) => Promise<boolean>;
  /** No new attempt is made once it says true. */
  readonly isOver: () => boolean;
}

/**
 * Cuts a history that goes wrong down to one that still does: without the tables, steps and statements that it takes no part of
 * (delta debugging: halves first, then smaller parts, down to one), and with single ticks. Ends early when the limits say so; what is
 * returned goes wrong in any case.
 * https://www.st.cs.uni-saarland.de/papers/tse2002/
 */
export async function shrinkHistory(history: History, limits: ShrinkLimits): Promise<History> {
  let smallest = history;
  for (;;) {
    const before = weight(smallest);
    smallest = await withoutTables(smallest, limits);
    const { steps } = smallest;
    const kept = smallest;
    smallest = {
      ...kept,
      steps: await withoutParts(steps, (fewer) => limits.fails({ ...kept, steps: fewer }), limits),
    };
    smallest = await withoutWrites(smallest, limits);
    smallest = await withFewerTicks(smallest, limits);
    if (weight(smallest) === before || limits.isOver()) return smallest;
  }
}

/** Tables, steps and statements. */
function weight({ tables, steps }: History): number {
  const ticks = steps.reduce((sum, step) => sum + (step.kind === "tick" ? step.times : 0), 0);
  return tables.length + steps.length + ticks + steps.reduce((sum, step) => sum + writesOf(step).length, 0);
}

async function withoutTables(history: History, limits: ShrinkLimits): Promise<History> {
  let smallest = history;
  for (const { name } of history.tables) {
    if (smallest.tables.length === 1 || limits.isOver()) return smallest;
    const fewer = withoutTable(smallest, name);
    if (await limits.fails(fewer)) smallest = fewer;
  }
  return smallest;
}

/** What speaks of other tables too goes on without this one. */
export function withoutTable(history: History, name: string): History {
  const steps = history.steps.flatMap((step): HistoryStep[] => {
    const writes = writesOf(step);
    if (writes.length === 0) return tablesOf(step).includes(name) ? [] : [step];
    const left = writes.filter(({ table, sql }) => table !== name && !mentions(sql, name));
    return left.length === 0 && step.kind === "write" ? [] : [withWrites(step, left)];
  });
  return { ...history, tables: history.tables.filter((table) => table.name !== name), steps };
}

function mentions(sql: string, name: string): boolean {
  return new RegExp(`\\bdbo\\.${name}\\b`).test(sql);
}

async function withoutWrites(history: History, limits: ShrinkLimits): Promise<History> {
  let smallest = history;
  for (let at = 0; at < smallest.steps.length; at++) {
    const step = smallest.steps[at];
    if (step === undefined || writesOf(step).length < 2) continue;
    const base = smallest;
    const replaced = (writes: readonly Write[]): History => ({
      ...base,
      steps: base.steps.map((each, place) => (place === at ? withWrites(step, writes) : each)),
    });
    const fewer = await withoutParts(writesOf(step), (writes) => limits.fails(replaced(writes)), limits);
    smallest = replaced(fewer);
  }
  return smallest;
}

async function withFewerTicks(history: History, limits: ShrinkLimits): Promise<History> {
  let smallest = history;
  for (let at = 0; at < smallest.steps.length; at++) {
    const step = smallest.steps[at];
    if (step?.kind !== "tick" || (step.times === 1 && step.apps === 1) || limits.isOver()) continue;
    const steps = smallest.steps.map((each, place): HistoryStep =>
      place === at ? { ...step, times: 1, apps: 1 } : each,
    );
    const fewer = { ...smallest, steps };
    if (await limits.fails(fewer)) smallest = fewer;
  }
  return smallest;
}

/**
 * The parts of a list that are needed for it to fail, as far as there is time to find out: none of those that are returned can be left out alone
 * (ddmin without its first half: only what is left is tried, never a part alone).
 */
export async function withoutParts<T>(
  list: readonly T[],
  fails: (fewer: readonly T[]) => Promise<boolean>,
  { isOver }: Pick<ShrinkLimits, "isOver">,
): Promise<readonly T[]> {
  let kept = list;
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    // From the end: what comes last is most often what nothing else needs.
    for (let end = kept.length; end > 0; end -= size) {
      if (isOver()) return kept;
      const fewer = [...kept.slice(0, Math.max(0, end - size)), ...kept.slice(end)];
      if (fewer.length < kept.length && (await fails(fewer))) kept = fewer;
    }
  }
  return kept;
}

function writesOf(step: HistoryStep): readonly Write[] {
  return "writes" in step ? step.writes : [];
}

function withWrites(step: HistoryStep, writes: readonly Write[]): HistoryStep {
  return "writes" in step ? { ...step, writes } : step;
}
