import { describe, expect, it } from "vitest";
import type { Module } from "../../../src/model/module.ts";
import type { Dependency } from "../../../src/model/modules-view.ts";
import { boundTo, orderModules, requirements } from "../../../src/modules/order-modules.ts";
import type { PlannedModule } from "../../../src/modules/plan-modules.ts";
import { seededRandom } from "../emulator/storage/seeded-random.ts";
import { aCreatePlan, aModule, aPlan, dependency } from "./module-fixture.ts";

/** Modules `m1`, `m2`, ...: the number is the object_id. */
function numbered(objectId: number, facts: Partial<Module> = {}): Module {
  return aModule(`m${objectId}`, { objectId, ...facts });
}

function create(objectId: number): PlannedModule {
  return aCreatePlan(numbered(objectId));
}

function drop(objectId: number): PlannedModule {
  return aPlan("drop", { replica: numbered(objectId) });
}

const bound = { bound: true };

describe("requirements", () => {
  const cases: [what: string, from: Partial<Module>, facts: Partial<Dependency>, required: boolean][] = [
    ["a view needs what it reads", { type: "V" }, {}, true],
    ["an inline function needs what it reads", { type: "IF" }, {}, true],
    ["a procedure does not: its names are resolved when it runs", { type: "P" }, {}, false],
    ["a scalar function does not", { type: "FN" }, {}, false],
    ["a multi-statement function does not", { type: "TF" }, {}, false],
    ["a schema-bound view does", { type: "V", schemaBound: true }, bound, true],
    ["a schema-bound scalar function does", { type: "FN", schemaBound: true }, bound, true],
    ["a schema-bound multi-statement function does", { type: "TF", schemaBound: true }, bound, true],
    ["a schema-bound procedure does", { type: "P", schemaBound: true }, bound, true],
    ["whatever is bound does", { type: "P" }, bound, true],
    ["types are no modules", { type: "V" }, { ofType: true, bound: true }, false],
  ];
  it.each(cases)("%s", (_what, facts, how, required) => {
    const found = requirements([numbered(1, facts), numbered(2)], [dependency(1, 2, how)]);
    expect([...found]).toEqual(required ? [[1, [2]]] : []);
  });

  it("gathers all of a module's, and leaves out tables and what is not known", () => {
    const dependencies = [dependency(1, 2), dependency(1, 3), dependency(1, 77), dependency(88, 2), dependency(2, 3)];
    const modules = [numbered(1), numbered(2, { type: "IF" }), numbered(3, { type: "P" })];
    expect([...requirements(modules, dependencies)]).toEqual([
      [1, [2, 3]],
      [2, [3]],
    ]);
  });
});

function orderOf(
  changes: readonly PlannedModule[],
  required: readonly [from: number, to: number][],
  onReplica: readonly Dependency[] = [],
): string[] {
  const byFrom = new Map<number, number[]>();
  for (const [from, to] of required) byFrom.set(from, [...(byFrom.get(from) ?? []), to]);
  return orderModules(changes, byFrom, onReplica).map(({ key, plan: { kind } }) =>
    kind === "drop" ? `drop ${key}` : key,
  );
}

describe("orderModules", () => {
  it("keeps the given order where nothing else decides", () => {
    expect(orderOf([create(3), create(1), create(2)], [])).toEqual(["m3", "m1", "m2"]);
  });

  it("views on views on functions", () => {
    const required: [number, number][] = [
      [1, 2],
      [2, 3],
    ];
    expect(orderOf([create(1), create(2), create(3)], required)).toEqual(["m3", "m2", "m1"]);
  });

  it("a diamond: each once", () => {
    const required: [number, number][] = [
      [1, 2],
      [1, 3],
      [2, 4],
      [3, 4],
    ];
    expect(orderOf([create(1), create(2), create(3), create(4)], required)).toEqual(["m4", "m2", "m3", "m1"]);
  });

  it("through a module that does not change itself", () => {
    expect(
      orderOf(
        [create(1), create(3)],
        [
          [1, 2],
          [2, 3],
        ],
      ),
    ).toEqual(["m3", "m1"]);
  });

  it("what is altered, recreated or renamed is ordered with what is created", () => {
    const primary = numbered(1);
    const replica = numbered(10);
    const renamed = aCreatePlan(numbered(4), numbered(11));
    const altered = aPlan("alter", { primary, replica });
    const recreated = aPlan("recreate", { primary: numbered(2), replica });
    const required: [number, number][] = [
      [1, 2],
      [2, 3],
      [3, 4],
    ];
    expect(orderOf([altered, recreated, create(3), renamed], required)).toEqual(["m4", "m3", "m2", "m1"]);
  });

  it("a cycle comes out whole, in some order, and blocks nobody", () => {
    const required: [number, number][] = [
      [1, 2],
      [2, 3],
      [3, 1],
      [4, 1],
      [5, 5],
    ];
    const order = orderOf([create(1), create(2), create(3), create(4), create(5)], required);
    expect([...order].sort()).toEqual(["m1", "m2", "m3", "m4", "m5"]);
    expect(order.indexOf("m1")).toBeLessThan(order.indexOf("m4"));
  });

  it("drops come last, each after those that refer to it", () => {
    const onReplica = [dependency(1, 2), dependency(2, 3, bound)];
    const changes = [drop(3), drop(2), create(9), drop(1)];
    expect(orderOf(changes, [], onReplica)).toEqual(["m9", "drop m1", "drop m2", "drop m3"]);
  });

  it("the ids of both sides are not mixed up", () => {
    // 1 and 2 on the primary are other modules than 1 and 2 on the replica.
    expect(orderOf([create(1), create(2)], [], [dependency(1, 2)])).toEqual(["m1", "m2"]);
    expect(orderOf([drop(1), drop(2)], [[1, 2]], [dependency(2, 1, { ofType: true })])).toEqual(["drop m1", "drop m2"]);
  });

  it("a chain of 5,000, given from its end", () => {
    const length = 5_000;
    const ids = Array.from({ length }, (_, at) => at + 1);
    const expected = ids.map((id) => `m${id}`).reverse();
    const chain = ids.slice(1).map((id): [number, number] => [id - 1, id]);
    expect(orderOf(ids.map(create), chain)).toEqual(expected);
    const referring = chain.map(([from, to]) => dependency(to, from));
    expect(orderOf(ids.map(drop), [], referring)).toEqual(expected.map((key) => `drop ${key}`));
  });

  it("a cycle of 5,000", () => {
    const length = 5_000;
    const ids = Array.from({ length }, (_, at) => at + 1);
    const cycle = ids.map((id): [number, number] => [id, (id % length) + 1]);
    expect(new Set(orderOf(ids.map(create), cycle)).size).toBe(length);
  });
});

describe("boundTo", () => {
  const names = (modules: readonly Module[]): string[] => modules.map(({ name }) => name.name);
  const find = (count: number, dependencies: readonly Dependency[], target = 1, ofType = false): string[] => {
    const replica = Array.from({ length: count }, (_, at) => numbered(at + 1));
    return names(boundTo(target, ofType, replica, dependencies));
  };

  it("nothing refers to it", () => {
    expect(find(3, [dependency(1, 2, bound)])).toEqual([]);
  });

  it("what refers to it without being bound does not count", () => {
    expect(find(3, [dependency(2, 1), dependency(3, 2, bound)])).toEqual([]);
  });

  it("directly and through others, in the order of creation", () => {
    expect(find(4, [dependency(4, 3, bound), dependency(3, 2, bound), dependency(2, 1, bound)])).toEqual([
      "m2",
      "m3",
      "m4",
    ]);
  });

  it("a diamond, and a short way beside a long one: each once, after all that it is bound to", () => {
    const diamond = [
      dependency(2, 1, bound),
      dependency(3, 1, bound),
      dependency(4, 2, bound),
      dependency(4, 3, bound),
    ];
    expect(find(4, diamond)).toEqual(["m2", "m3", "m4"]);
    const shortcut = [
      dependency(4, 1, bound),
      dependency(4, 3, bound),
      dependency(3, 2, bound),
      dependency(2, 1, bound),
    ];
    expect(find(4, shortcut)).toEqual(["m2", "m3", "m4"]);
  });

  it("what is bound to a type: the ids of types are not those of objects", () => {
    const ofType = { ofType: true, bound: true };
    const dependencies = [dependency(2, 1, ofType), dependency(3, 1, bound), dependency(4, 2, bound)];
    expect(find(4, dependencies, 1, true)).toEqual(["m2", "m4"]);
    expect(find(4, dependencies, 1, false)).toEqual(["m3"]);
    expect(find(4, dependencies, 2, false)).toEqual(["m4"]);
  });

  it("through what is no module: it is left out itself", () => {
    // 50: a table with a computed column, which refers to the function.
    expect(find(2, [dependency(50, 1, bound), dependency(2, 50, bound)])).toEqual(["m2"]);
  });

  it("many short ways and long ones end in time", () => {
    const count = 60;
    const all: Dependency[] = [];
    for (let from = 2; from <= count; from++) for (let to = 1; to < from; to++) all.push(dependency(from, to, bound));
    const expected = Array.from({ length: count - 1 }, (_, at) => `m${at + 2}`);
    expect(find(count, all)).toEqual(expected);
    expect(find(count, all.reverse())).toEqual(expected);
  });

  it("a chain of 3,000", () => {
    const chain = Array.from({ length: 2_999 }, (_, at) => dependency(at + 2, at + 1, bound));
    expect(find(3_000, chain)).toEqual(Array.from({ length: 2_999 }, (_, at) => `m${at + 2}`));
  });

  it("a catalog that shows a cycle does not hang it", () => {
    expect(find(3, [dependency(2, 1, bound), dependency(3, 2, bound), dependency(2, 3, bound)]).sort()).toEqual([
      "m2",
      "m3",
    ]);
  });
});

describe("random graphs", () => {
  const seed = Number(process.env["MODULES_SEED"] ?? Date.now() % 1_000_000);

  it(`nothing is made before what it requires, nothing is dropped before what refers to it (MODULES_SEED=${seed})`, () => {
    const random = seededRandom(seed);
    for (let round = 0; round < 300; round++) {
      const count = 1 + random(30);
      // Names in a random order: what may refer to what is no matter of ids.
      const ids = shuffled(
        Array.from({ length: count }, (_, at) => at + 1),
        random,
      );
      const edges = ids.flatMap((from, at) =>
        ids.slice(0, at).flatMap((to): [number, number][] => (random(count) < 3 ? [[from, to]] : [])),
      );
      const chosen = shuffled(ids, random).filter(() => random(4) > 0);
      const dependencies = edges.map(([from, to]) => dependency(from, to, { bound: random(2) === 0 }));
      const made = orderOf(chosen.map(create), edges);
      const dropped = orderOf(chosen.map(drop), [], dependencies);
      expect([...made].sort()).toEqual(chosen.map((id) => `m${id}`).sort());
      expect(new Set(dropped).size).toBe(chosen.length);
      for (const [from, to] of edges.filter((edge) => edge.every((id) => chosen.includes(id)))) {
        const shown = `round ${round}: ${from} refers to ${to}`;
        expect(made.indexOf(`m${to}`), shown).toBeLessThan(made.indexOf(`m${from}`));
        expect(dropped.indexOf(`drop m${from}`), shown).toBeLessThan(dropped.indexOf(`drop m${to}`));
      }
      const target = ids[random(count)] ?? 1;
      expectBound(target, ids, edges, dependencies);
    }
  });
});

/** Each that is bound to the target by any way is there, after those that it is bound to itself. */
function expectBound(
  target: number,
  ids: readonly number[],
  edges: readonly [number, number][],
  dependencies: readonly Dependency[],
): void {
  const found = boundTo(
    target,
    false,
    ids.map((id) => numbered(id)),
    dependencies,
  ).map(({ objectId }) => objectId);
  const isBound = (from: number, to: number): boolean =>
    dependencies.some((each) => each.bound && each.from === from && each.to === to);
  const reached = new Set([target]);
  // `ids` comes in an order in which each refers only to earlier ones.
  for (const id of ids) if ([...reached].some((to) => isBound(id, to))) reached.add(id);
  reached.delete(target);
  expect([...found].sort()).toEqual([...reached].sort());
  for (const [from, to] of edges) {
    if (!isBound(from, to) || !reached.has(from) || !reached.has(to)) continue;
    expect(found.indexOf(to)).toBeLessThan(found.indexOf(from));
  }
}

function shuffled<T>(list: readonly T[], random: (below: number) => number): T[] {
  return list
    .map((each) => ({ each, at: random(1_000_000) }))
    .sort((a, b) => a.at - b.at)
    .map(({ each }) => each);
}
