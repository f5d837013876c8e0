import type { Module } from "../model/module.ts";
import type { Dependency } from "../model/modules-view.ts";
import type { PlannedModule } from "./plan-modules.ts";

/**
 * Those that must stand before a module can be created, by the primary's object_id. Views, inline functions and all that
 * is schema-bound are bound to their names when they are created; procedures and other functions are not:
 * https://learn.microsoft.com/previous-versions/sql/sql-server-2008-r2/ms190686(v=sql.105) (deferred name resolution)
 */
export function requirements(modules: readonly Module[], dependencies: readonly Dependency[]): Map<number, number[]> {
  const byId = new Map(modules.map((module) => [module.objectId, module]));
  const required = new Map<number, number[]>();
  for (const { from, to, ofType, bound } of dependencies) {
    const module = byId.get(from);
    if (module === undefined || ofType || !byId.has(to)) continue;
    if (module.type !== "V" && module.type !== "IF" && !module.schemaBound && !bound) continue;
    const known = required.get(from);
    if (known === undefined) required.set(from, [to]);
    else known.push(to);
  }
  return required;
}

/**
 * What is to be made, each after those that it requires; then what is to be dropped, each after those that refer to it.
 * A cycle is broken somewhere: the server refuses one of its members then.
 */
export function orderModules(
  changes: readonly PlannedModule[],
  required: ReadonlyMap<number, readonly number[]>,
  replicaDependencies: readonly Dependency[],
): PlannedModule[] {
  const drops = changes.filter(({ plan }) => plan.kind === "drop");
  const makes = changes.filter(({ plan }) => plan.kind !== "drop");
  const referring = new Map<number, number[]>();
  for (const { from, to, ofType } of replicaDependencies) {
    if (!ofType) referring.set(to, [...(referring.get(to) ?? []), from]);
  }
  return [
    ...afterTheirs(makes, ({ primary }) => primary?.objectId, required),
    ...afterTheirs(drops, ({ replica }) => replica?.objectId, referring),
  ];
}

/** What each object refers to, by object_id. */
export function referencesOf(dependencies: readonly Dependency[]): Map<number, number[]> {
  const references = new Map<number, number[]>();
  for (const { from, to, ofType } of dependencies) {
    const known = references.get(from);
    if (ofType) continue;
    if (known === undefined) references.set(from, [to]);
    else known.push(to);
  }
  return references;
}

/**
 * Each after those that have to come before it; depth first, in the given order where nothing else decides. Iterative:
 * chains may be thousands long. A cycle is broken somewhere.
 */
export function afterTheirs<T>(
  modules: readonly T[],
  idOf: (module: T) => number | undefined,
  before: ReadonlyMap<number, readonly number[]>,
): T[] {
  const byId = new Map<number, T>();
  for (const module of modules) {
    const id = idOf(module);
    if (id !== undefined) byId.set(id, module);
  }
  const ordered: T[] = [];
  const seen = new Set<number>();
  const neighbours = (id: number): number[] => [...(before.get(id) ?? [])].sort((a, b) => b - a);
  for (const root of byId.keys()) {
    const stack: { id: number; left: number[] }[] = [];
    const enter = (id: number): void => {
      if (seen.has(id)) return;
      seen.add(id);
      stack.push({ id, left: neighbours(id) });
    };
    enter(root);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const next = top.left.pop();
      if (next !== undefined) enter(next);
      else {
        stack.pop();
        const module = byId.get(top.id);
        if (module !== undefined) ordered.push(module);
      }
    }
  }
  return ordered;
}

/**
 * A change, and every open one that the modules which it drags along require, until nothing is added: what can only be
 * made in one transaction.
 */
export function changesTogether(
  planned: PlannedModule,
  among: {
    /** The plans of what is schema-bound to a change's module on the replica. */
    readonly dragged: (planned: PlannedModule) => readonly PlannedModule[];
    readonly requiredBy: (planned: PlannedModule) => readonly PlannedModule[];
    readonly isOpen: (planned: PlannedModule) => boolean;
  },
): PlannedModule[] {
  const group = new Set([planned]);
  for (const member of group) {
    const dragged = among.dragged(member);
    // What the change itself requires had its turn before.
    const required = (member === planned ? dragged : [member, ...dragged]).flatMap((each) => among.requiredBy(each));
    for (const each of [...dragged, ...required]) if (among.isOpen(each)) group.add(each);
  }
  return [...group];
}

/**
 * The replica's modules that are schema-bound to an object or type, directly or through others: in the order in which
 * they can be created again.
 * @param target object_id, or user_type_id where `ofType`
 */
export function boundTo(
  target: number,
  ofType: boolean,
  replica: readonly Module[],
  dependencies: readonly Dependency[],
): Module[] {
  const byId = new Map(replica.map((module) => [module.objectId, module]));
  const referring = new Map<string, number[]>();
  for (const dependency of dependencies) {
    if (!dependency.bound) continue;
    const at = `${dependency.ofType} ${dependency.to}`;
    referring.set(at, [...(referring.get(at) ?? []), dependency.from]);
  }
  const depth = new Map<number, number>();
  // A module may be reached by several ways: the longest one decides how late it comes. Bound modules form no cycle.
  const visit = (at: string, level: number): void => {
    for (const from of referring.get(at) ?? []) {
      if (level > replica.length || (depth.get(from) ?? 0) >= level) continue;
      depth.set(from, level);
      visit(`false ${from}`, level + 1);
    }
  };
  visit(`${ofType} ${target}`, 1);
  return [...depth]
    .sort((a, b) => a[1] - b[1])
    .flatMap(([id]) => {
      const module = byId.get(id);
      return module === undefined ? [] : [module];
    });
}
