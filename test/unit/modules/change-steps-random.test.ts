import { describe, expect, it } from "vitest";
import type { Module } from "../../../src/model/module.ts";
import { tableKey } from "../../../src/model/table-name.ts";
import { changeSteps } from "../../../src/modules/change-steps.ts";
import { boundTo, changesTogether, orderModules, requirements } from "../../../src/modules/order-modules.ts";
import { isChange, type PlannedModule } from "../../../src/modules/plan-modules.ts";
import { seededRandom } from "../emulator/storage/seeded-random.ts";

import { aCreatePlan, aModule, aPlan, dependency, viewIndex } from "./module-fixture.ts";
import { boundText, Refused, SmallReplica } from "./small-replica.ts";

type Random = (below: number) => number;

/** One module of the primary. The number is its object_id, and `needs` are numbers. */
interface Wanted {
  readonly id: number;
  readonly key: string;
  readonly text: string;
  readonly needs: readonly number[];
  readonly plan: PlannedModule;
}

describe("changes of random schema-bound graphs", () => {
  const seed = Number(process.env["MODULES_SEED"] ?? Date.now() % 1_000_000);

  it(`no server refuses a step, and in the end the same modules stand (MODULES_SEED=${seed})`, () => {
    const random = seededRandom(seed);
    for (let round = 0; round < 400; round++) {
      const replica = new SmallReplica();
      const { wanted, plans, expected } = makeRound(replica, random);
      try {
        runChanges(replica, wanted, plans);
      } catch (error) {
        throw new Error(`round ${round}`, { cause: error });
      }
      expect(replica.texts, `round ${round}`).toEqual(expected);
      for (const module of replica.modules) {
        const planned = plans.find((each) => each.key === tableKey(module.name));
        if (planned?.primary !== undefined) expect(module.indexes, module.name.name).toEqual(planned.primary.indexes);
      }
    }
  });
});

/**
 * As a run does it: in order, each with what is bound to it by then; what lacks something is tried again as long as
 * others succeed, and at last together with what can only be made with it. What another change has settled has no turn
 * of its own.
 */
function runChanges(replica: SmallReplica, wanted: readonly Wanted[], plans: readonly PlannedModule[]): void {
  const world: World = {
    replica,
    wanted,
    plans,
    required: requirements(
      plans.flatMap(({ primary }) => primary ?? []),
      wanted.flatMap(({ id, needs }) => needs.map((need) => dependency(id, need, { bound: true }))),
    ),
    settled: new Set(),
  };
  const changes = plans.filter(isChange);
  let queue = orderModules(changes, world.required, replica.dependencies);
  while (queue.length > 0) {
    const refused = queue.flatMap((change) => (world.settled.has(change.key) ? [] : (carryOut([change], world) ?? [])));
    const left = queue.filter(({ key }) => !world.settled.has(key));
    if (left.length === queue.length && !left.some((change) => carryOutTogether(change, world))) {
      throw new AggregateError(refused, `stuck: ${left.map(({ key, plan }) => `${plan.kind} ${key}`).join(", ")}`);
    }
    queue = left.filter(({ key }) => !world.settled.has(key));
  }
  expect([...world.settled].sort()).toEqual(changes.map(({ key }) => key).sort());
}

interface World {
  readonly replica: SmallReplica;
  readonly wanted: readonly Wanted[];
  readonly plans: readonly PlannedModule[];
  readonly required: ReadonlyMap<number, readonly number[]>;
  /** Keys of what is done. */
  readonly settled: Set<string>;
}

function carryOutTogether(change: PlannedModule, world: World): boolean {
  const group = changesTogether(change, {
    dragged: (each) => boundToChange(each, world).flatMap((module) => openPlan(module, world) ?? []),
    requiredBy: ({ primary }) =>
      (world.required.get(primary?.objectId ?? 0) ?? []).flatMap(
        (id) => world.plans.find((each) => each.primary?.objectId === id) ?? [],
      ),
    isOpen: (each) => isChange(each) && !world.settled.has(each.key),
  });
  return group.length > 1 && carryOut(group, world) === undefined;
}

function openPlan(module: Module, { plans, settled }: World): PlannedModule | undefined {
  return plans.find((each) => {
    const stands = each.plan.kind === "create" ? each.plan.renamedFrom : each.replica;
    return stands?.name.name === module.name.name && !settled.has(each.key);
  });
}

function boundToChange({ plan, replica: there }: PlannedModule, { replica }: World): Module[] {
  const old = plan.kind === "create" ? plan.renamedFrom : there;
  const target = replica.modules.find(({ name }) => name.name === old?.name.name);
  if (target === undefined || plan.kind === "index") return [];
  return boundTo(target.objectId, false, replica.modules, replica.dependencies);
}

/** @returns why the server refused; undefined: it is done */
function carryOut(changes: readonly PlannedModule[], world: World): Error | undefined {
  const { replica, wanted, required, settled } = world;
  const dependants = [
    ...new Map(changes.flatMap((each) => boundToChange(each, world)).map((each) => [each.objectId, each])).values(),
  ];
  const settings = { ansiNulls: true, quotedIdentifier: true };
  const refusals: Error[] = [];
  for (const planOf of [(module: Module) => openPlan(module, world), () => undefined]) {
    const result = changeSteps(changes, dependants, {
      defaultSchema: "dbo",
      primaryText: new Map(wanted.map(({ id, text }) => [id, { text, ...settings }])),
      replicaText: replica.definitions,
      required,
      replicaDependencies: replica.dependencies,
      planOf,
      standing: (module) => replica.modules.find(({ name }) => name.name === module.name.name) ?? module,
      primaryIdOf: ({ name }) => wanted.find(({ key }) => key === name.name)?.id,
      missingObjects: () => [],
    });
    // What is to be dropped waits for those that are bound to it.
    if (result.kind === "pending") return new Refused(3729, result.reason);
    try {
      replica.transaction(result.steps);
    } catch (error) {
      if (!(error instanceof Refused && [208, 3729].includes(error.number))) throw error;
      refusals.push(error);
      continue;
    }
    for (const { key } of result.settled) settled.add(key);
    return undefined;
  }
  return refusals[0];
}

/**
 * A graph on the replica, and what the primary has of it by now: what is altered is bound to any of those that were
 * there before it. Whatever refers to something that is gone there has changed as well.
 */
function makeRound(replica: SmallReplica, random: Random) {
  const count = 1 + random(14);
  const ids = Array.from({ length: count }, (_, at) => at + 1);
  const needs = ids.map((id) => ids.filter((each) => each < id && random(4) === 0));
  const old = ids.map((id, at) => {
    const key = `m${id}`;
    const indexes = random(4) === 0 ? [viewIndex("ix")] : [];
    return replica.create(key, "FN", boundText(key, "old", nameAll(needs[at] ?? [])), indexes);
  });
  const fates = ids.map(() => fateFrom(random));
  for (let renames = random(4); renames > 0; renames--) fates[random(count)] = "rename";
  const isGone = (id: number): boolean => ["drop", "rename"].includes(fates[id - 1] ?? "");
  const isOwn = (id: number): boolean => fates[id - 1] === "keep";
  const names = new Map(ids.map((id) => [id, fates[id - 1] === "rename" ? `r${id}` : `m${id}`]));
  const expected: Record<string, string> = {};
  const plans: PlannedModule[] = [];
  const wanted: Wanted[] = [];
  for (const [at, there] of old.entries()) {
    const id = at + 1;
    const before = needs[at] ?? [];
    let fate = fates[at] ?? "stay";
    const mayStay = !before.some(isGone) && (fate === "keep" || !before.some(isOwn));
    if (["stay", "index", "keep"].includes(fate) && !mayStay) fate = fates[at] = "alter";
    const older = ids.filter((need) => need < id && fates[need - 1] !== "drop" && !isOwn(need));
    const after = fate === "stay" || fate === "index" ? before : older.filter(() => random(3) === 0);
    const key = names.get(id) ?? "";
    const text = boundText(
      key,
      "new",
      after.map((need) => names.get(need) ?? ""),
    );
    const plan = planFor(fate, id, key, there);
    plans.push(plan);
    if (fate === "drop") continue;
    expected[key] = fate === "stay" || fate === "index" || fate === "keep" ? (replica.texts[`m${id}`] ?? "") : text;
    if (plan.primary !== undefined) wanted.push({ id, key, text: expected[key], needs: after, plan });
  }
  return { wanted, plans: shuffled(plans, random), expected: sorted(expected) };
}

type Fate = "stay" | "keep" | "alter" | "recreate" | "index" | "drop" | "rename";

function fateFrom(random: Random): Fate {
  const fates = ["stay", "stay", "keep", "alter", "alter", "recreate", "index", "drop"] as const;
  return fates[random(fates.length)] ?? "stay";
}

function planFor(fate: Fate, id: number, key: string, replica: Module): PlannedModule {
  const primary = { ...replica, objectId: id };
  switch (fate) {
    case "stay":
      return aPlan("in-sync", { primary, replica });
    case "keep":
    case "drop":
      return aPlan(fate, { replica });
    case "alter":
      return aPlan("alter", { primary: { ...primary, hash: "B" }, replica });
    case "recreate":
      return aPlan("recreate", { primary: { ...primary, hash: "B", type: "TF" }, replica });
    case "index":
      return aPlan("index", { primary: { ...primary, indexes: [viewIndex("other")] }, replica });
    case "rename":
      return aCreatePlan(aModule(key, { type: "FN", objectId: id, schemaBound: true }), replica);
  }
}

function nameAll(ids: readonly number[]): string[] {
  return ids.map((id) => `m${id}`);
}

function sorted(texts: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).sort());
}

function shuffled<T>(list: readonly T[], random: Random): T[] {
  return list
    .map((each) => ({ each, at: random(1_000_000) }))
    .sort((a, b) => a.at - b.at)
    .map(({ each }) => each);
}
