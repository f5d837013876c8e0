import type { Database } from "../db/database.ts";
import type { Module } from "../model/module.ts";
import type { Dependency, ModulesView } from "../model/modules-view.ts";
import { nameKey } from "../model/name-key.ts";
import { type NeededObject, neededKey } from "../model/needed-object.ts";
import { tableKey } from "../model/table-name.ts";
import type { Definition, ModuleStep } from "./module-step.ts";
import { neededObjectChooser } from "./choose-needed-objects.ts";
import { DefinitionStore } from "./definition-store.ts";
import { isDone, type ModuleOutcome } from "./module-outcome.ts";
import { boundTo } from "./order-modules.ts";
import type { PlannedModule } from "./plan-modules.ts";
import { readDependencies, readReplicaModules } from "./read-modules.ts";

/**
 * The replica as the run knows it: what stands there, and what is schema-bound to what. Changes of the run itself make
 * it outdated; it is read again only where somebody asks for what they may have touched.
 */
export class ReplicaPicture {
  readonly #database: Database;
  readonly #texts: DefinitionStore;
  readonly #planned: ReadonlyMap<string, PlannedModule>;
  readonly #primaryIds: ReadonlyMap<string, number>;
  readonly #choose: (definition: string) => readonly NeededObject[];
  readonly #objects: Map<string, NeededObject>;
  readonly #caseSensitive: boolean;
  #view: ModulesView;
  #standing: ReadonlyMap<string, Module>;
  #dependencies: Promise<readonly Dependency[]> | undefined;
  #outdated = false;

  constructor(
    database: Database,
    view: ModulesView,
    primaryObjects: readonly NeededObject[],
    planned: readonly PlannedModule[],
  ) {
    this.#database = database;
    this.#view = view;
    this.#caseSensitive = view.caseSensitive;
    this.#standing = this.#byKey(view);
    this.#texts = new DefinitionStore(database);
    this.#objects = new Map(view.needed.map((object) => [this.#objectKey(object), object]));
    this.#choose = neededObjectChooser(primaryObjects, (name) => (view.caseSensitive ? name : name.toLowerCase()));
    this.#primaryIds = new Map(
      planned.flatMap(({ primary }) =>
        primary === undefined ? [] : [[this.#key(primary), primary.objectId] as const],
      ),
    );
    this.#planned = new Map(
      planned.flatMap((each) => {
        const stands = each.plan.kind === "create" ? each.plan.renamedFrom : each.replica;
        return stands === undefined ? [] : [[this.#key(stands), each] as const];
      }),
    );
  }

  /** The module of that name as it was read last; the given one where there was none. */
  standing(module: Module): Module {
    return this.#standing.get(this.#key(module)) ?? module;
  }

  /** The object_id of the primary's module of that name. */
  primaryIdOf(module: Module): number | undefined {
    return this.#primaryIds.get(this.#key(module));
  }

  dependencies(): Promise<readonly Dependency[]> {
    this.#dependencies ??= readDependencies(this.#database, this.#view);
    return this.#dependencies;
  }

  /** What is schema-bound to the module that the change touches, in the order of creation. */
  async boundTo(planned: PlannedModule): Promise<Module[]> {
    const dependencies = await this.dependencies();
    const bound = this.#boundTo(planned, dependencies);
    return this.#outdated && bound.length > 0 ? (await this.boundNow())(planned) : bound;
  }

  /** The same for many, of this moment. */
  async boundNow(): Promise<(planned: PlannedModule) => Module[]> {
    if (this.#outdated) await this.#readAgain();
    const dependencies = await this.dependencies();
    return (planned) => this.#boundTo(planned, dependencies);
  }

  #boundTo({ plan, replica }: PlannedModule, dependencies: readonly Dependency[]): Module[] {
    const target = plan.kind === "create" ? plan.renamedFrom : replica;
    if (target === undefined || plan.kind === "index") return [];
    return boundTo(this.standing(target).objectId, false, this.#view.modules, dependencies);
  }

  /** What uses a type, in the order of creation. Nothing has been changed yet when it is asked. */
  async boundToObject({ id, kind }: NeededObject): Promise<Module[]> {
    const ofType = kind !== "synonym" && kind !== "sequence";
    return boundTo(id, ofType, this.#view.modules, await this.dependencies());
  }

  /** The plan of a module of the replica; undefined where its change is done. */
  planOf(module: Module, outcomes?: ReadonlyMap<string, ModuleOutcome>): PlannedModule | undefined {
    const planned = this.#planned.get(this.#key(module));
    return planned !== undefined && isDone(outcomes?.get(planned.key)) ? undefined : planned;
  }

  texts(modules: readonly Module[]): Promise<ReadonlyMap<number, Definition>> {
    return this.#texts.read(modules.filter(({ hash }) => hash !== undefined).map(({ objectId }) => objectId));
  }

  /** Objects that a text mentions, that the replica lacks and that can be made there, in the order of creation. */
  missingObjects(definition: string): NeededObject[] {
    return this.#choose(definition).filter(
      (object) => object.create !== undefined && !this.#objects.has(this.#objectKey(object)),
    );
  }

  /** Why objects that a text mentions are missing and stay so. */
  obstacles(definition: string): string[] {
    return this.#choose(definition).flatMap((object) =>
      object.obstacle === undefined || this.#objects.has(this.#objectKey(object))
        ? []
        : [`${object.kind} ${tableKey(object.name)}: ${object.obstacle}`],
    );
  }

  /** Takes note of what the run has done. */
  changed(steps: readonly ModuleStep[]): void {
    for (const step of steps) {
      if (step.kind === "make-needed") this.#objects.set(this.#objectKey(step.object), step.object);
      else if (step.kind === "make" || step.kind === "drop") this.#outdated = true;
    }
  }

  async #readAgain(): Promise<void> {
    this.#view = await readReplicaModules(this.#database, new Map());
    this.#standing = this.#byKey(this.#view);
    this.#dependencies = undefined;
    this.#texts.clear();
    this.#outdated = false;
  }

  #byKey({ modules }: ModulesView): Map<string, Module> {
    return new Map(modules.map((module) => [this.#key(module), module]));
  }

  #key({ name }: Pick<Module, "name">): string {
    return nameKey(name, this.#caseSensitive);
  }

  #objectKey({ kind, name }: Pick<NeededObject, "kind" | "name">): string {
    return neededKey(kind, name, this.#caseSensitive);
  }
}
