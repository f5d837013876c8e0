import type { Database } from "../db/database.ts";
import type { Module } from "../model/module.ts";
import type { Dependency, ModulesView } from "../model/modules-view.ts";
import { nameKey } from "../model/name-key.ts";
import { type NeededObject, neededKey } from "../model/needed-object.ts";
import { tableKey } from "../model/table-name.ts";
import type { Definition, ModuleStep } from "./change-steps.ts";
import { neededObjectChooser } from "./choose-needed-objects.ts";
import { DefinitionStore } from "./definition-store.ts";
import type { ModuleOutcome } from "./module-outcome.ts";
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
  readonly #choose: (definition: string) => readonly NeededObject[];
  readonly #objects: Map<string, NeededObject>;
  readonly #caseSensitive: boolean;
  #view: ModulesView;
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
    this.#texts = new DefinitionStore(database);
    this.#objects = new Map(view.needed.map((object) => [this.#objectKey(object), object]));
    this.#choose = neededObjectChooser(primaryObjects, (name) => (view.caseSensitive ? name : name.toLowerCase()));
    this.#planned = new Map(
      planned.flatMap((each) => (each.replica === undefined ? [] : [[this.#key(each.replica), each] as const])),
    );
  }

  dependencies(): Promise<readonly Dependency[]> {
    this.#dependencies ??= readDependencies(this.#database, this.#view);
    return this.#dependencies;
  }

  /** What is schema-bound to the module that the change touches, in the order of creation. */
  async boundTo({ plan, replica }: PlannedModule): Promise<Module[]> {
    const target = plan.kind === "create" ? plan.renamedFrom : replica;
    if (target === undefined || plan.kind === "index") return [];
    return this.#bound(
      () => this.#view.modules.find((module) => this.#key(module) === this.#key(target))?.objectId,
      false,
    );
  }

  /** What uses a type, in the order of creation. */
  boundToObject(object: NeededObject): Promise<Module[]> {
    const ofType = object.kind !== "synonym" && object.kind !== "sequence";
    return this.#bound(() => object.id, ofType);
  }

  async #bound(target: () => number | undefined, ofType: boolean): Promise<Module[]> {
    const found = async (): Promise<Module[]> =>
      boundTo(target() ?? 0, ofType, this.#view.modules, await this.dependencies());
    const bound = await found();
    if (!this.#outdated || bound.length === 0) return bound;
    await this.#readAgain();
    return found();
  }

  /** The plan of a module of the replica; undefined where its change is done. */
  planOf(module: Module, outcomes?: ReadonlyMap<string, ModuleOutcome>): PlannedModule | undefined {
    const planned = this.#planned.get(this.#key(module));
    return planned !== undefined && outcomes?.get(planned.key)?.kind === "changed" ? undefined : planned;
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
    this.#dependencies = undefined;
    this.#texts.clear();
    this.#outdated = false;
  }

  #key({ name }: Pick<Module, "name">): string {
    return nameKey(name, this.#caseSensitive);
  }

  #objectKey({ kind, name }: Pick<NeededObject, "kind" | "name">): string {
    return neededKey(kind, name, this.#caseSensitive);
  }
}
