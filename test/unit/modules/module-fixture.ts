import { moduleSource, type ModuleRecord } from "../../../src/model/module-record.ts";
import type { Module, ModuleName, ViewIndex } from "../../../src/model/module.ts";
import type { Dependency, ModulesView } from "../../../src/model/modules-view.ts";
import type { NeededObject } from "../../../src/model/needed-object.ts";
import { parseTableKey } from "../../../src/model/table-name.ts";
import type { ModulePlan, PlannedModule } from "../../../src/modules/plan-modules.ts";

/** Modules, records and plans of unit tests; each test changes what it is about. */

/** `v` of dbo, or `sales.v`. */
export function moduleName(key: string): ModuleName {
  const name = parseTableKey(key);
  if (name === undefined) throw new Error(`${key} names no module`);
  return name;
}

/** A view whose definition has the hash `A`. */
export function aModule(key: string, facts: Partial<Module> = {}): Module {
  return {
    name: moduleName(key),
    objectId: 1,
    type: "V",
    hash: "A",
    encrypted: false,
    numbered: false,
    ansiNulls: true,
    quotedIdentifier: true,
    schemaBound: false,
    indexes: [],
    ...facts,
  };
}

/** A side whose login sees everything. */
export function modulesView(modules: readonly Module[], facts: Partial<ModulesView> = {}): ModulesView {
  return {
    seesAll: true,
    seesDependencies: true,
    defaultSchema: "dbo",
    caseSensitive: false,
    modules,
    needed: [],
    ...facts,
  };
}

/** Of a module that this app created from the primary's 1 with the hash `A`, and that is unchanged since. */
export function moduleRecord(key: string, facts: Partial<ModuleRecord> = {}): ModuleRecord {
  return {
    kind: "module",
    name: moduleName(key),
    created: true,
    primaryObjectId: 1,
    source: moduleSource("A", { ansiNulls: true, quotedIdentifier: true }),
    replicaHash: "A",
    ...facts,
  };
}

export function aPlan(
  kind: Exclude<ModulePlan["kind"], "create" | "hold" | "unsupported">,
  sides: { readonly primary?: Module; readonly replica?: Module; readonly record?: ModuleRecord },
): PlannedModule {
  return planned({ kind }, sides);
}

/** The plan of a module that the replica lacks, or has under the name of `renamedFrom`. */
export function aCreatePlan(primary: Module, renamedFrom?: Module, record?: ModuleRecord): PlannedModule {
  return planned({ kind: "create", renamedFrom }, record === undefined ? { primary } : { primary, record });
}

export function planned(
  plan: ModulePlan,
  sides: { readonly primary?: Module; readonly replica?: Module; readonly record?: ModuleRecord },
): PlannedModule {
  const { primary, replica, record } = sides;
  const shown = primary ?? replica;
  if (shown === undefined) throw new Error("a plan needs a module");
  const key = shown.name.schema === "dbo" ? shown.name.name : `${shown.name.schema}.${shown.name.name}`;
  return { key, name: shown.name, type: shown.type, plan, primary, replica, record };
}

/** A unique clustered index on `id`. */
export function viewIndex(name: string, facts: Partial<ViewIndex> = {}): ViewIndex {
  return {
    name,
    clustered: true,
    unique: true,
    keys: [{ column: "id", descending: false }],
    included: [],
    fillFactor: 0,
    disabled: false,
    ...facts,
  };
}

/** `from` refers to `to`. */
export function dependency(from: number, to: number, facts: Partial<Dependency> = {}): Dependency {
  return { from, to, ofType: false, bound: false, ...facts };
}

export function neededObject(
  key: string,
  kind: NeededObject["kind"] = "alias type",
  facts: Partial<NeededObject> = {},
): NeededObject {
  const create = `CREATE TYPE ${key} FROM int;`;
  return { kind, name: moduleName(key), id: 1, create, definition: create, needs: [], ...facts };
}
