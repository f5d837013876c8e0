import type { Dependency } from "../model/modules-view.ts";
import type { Module } from "../model/module.ts";
import type { NeededObject } from "../model/needed-object.ts";
import type { Definition } from "./module-step.ts";
import type { PlannedModule } from "./plan-modules.ts";

/** What a change needs to know beyond its own module. */
export interface ChangeContext {
  readonly defaultSchema: string;
  /** By the primary's object_id. */
  readonly primaryText: ReadonlyMap<number, Definition>;
  /** By the replica's object_id. */
  readonly replicaText: ReadonlyMap<number, Definition>;
  /** What each of the primary's modules requires, by object_id. */
  readonly required: ReadonlyMap<number, readonly number[]>;
  readonly replicaDependencies: readonly Dependency[];
  /** The open plan of a module of the replica. */
  readonly planOf: (replica: Module) => PlannedModule | undefined;
  /** The module as it stands now: an earlier change of the run may have made it anew, with another object_id. */
  readonly standing: (replica: Module) => Module;
  /** The object_id of the primary's module of that name. */
  readonly primaryIdOf: (replica: Module) => number | undefined;
  /** The objects that a text mentions and the replica lacks, in the order of their creation. */
  readonly missingObjects: (definition: string) => readonly NeededObject[];
}
