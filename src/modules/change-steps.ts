import type { Module } from "../model/module.ts";
import type { NeededObject } from "../model/needed-object.ts";
import { tableKey } from "../model/table-name.ts";
import type { ChangeContext } from "./change-context.ts";
import { indexSteps, isAlreadyMade, makeSteps, NotPossible, recordSteps, sameAgain } from "./make-steps.ts";
import type { ModuleStep } from "./module-step.ts";
import { afterTheirs, referencesOf } from "./order-modules.ts";
import { isChange, type PlannedModule } from "./plan-modules.ts";

export type StepsResult =
  | { readonly kind: "steps"; readonly steps: readonly ModuleStep[]; readonly settled: readonly PlannedModule[] }
  | { readonly kind: "pending"; readonly reason: string; readonly fix?: string };

/**
 * The steps of changes that are made together, mostly of one. Modules of the replica that are schema-bound to them are
 * dropped before and made again after them, in the same transaction: with the primary's text where they are to change
 * as well, and where that can be. Pure.
 * @param changes one; or several that can only be made together
 * @param dependants in the order in which they can be created
 */
export function changeSteps(
  changes: readonly PlannedModule[],
  dependants: readonly Module[],
  context: ChangeContext,
): StepsResult {
  return possibly(() => stepsOf(changes, dependants, context));
}

/**
 * The steps that replace an object which modules need, and which this app made, by the primary's newer one: what refers
 * to a type stands in its way and is made again.
 */
export function replaceNeededSteps(
  before: NeededObject,
  after: NeededObject,
  dependants: readonly Module[],
  context: ChangeContext,
): StepsResult {
  return possibly(() => {
    const nodes = dependants.map((module) => dependantNode(module, new Set(), context));
    const steps: ModuleStep[] = [
      ...dropAll(nodes, context),
      { kind: "drop-needed", object: before },
      { kind: "make-needed", object: after },
      ...makeAll(nodes, context),
    ];
    return { steps, settled: settledOf(nodes) };
  });
}

function possibly(plan: () => Steps): StepsResult {
  try {
    return { kind: "steps", ...plan() };
  } catch (error) {
    if (error instanceof NotPossible) return { kind: "pending", ...error.why };
    throw error;
  }
}

interface Steps {
  readonly steps: readonly ModuleStep[];
  readonly settled: readonly PlannedModule[];
}

/** A module that is taken down, made, or both. */
interface Node {
  /** What stands on the replica and has to be dropped. */
  readonly dropped: Module | undefined;
  /** Empty: it is only dropped. */
  readonly makes: readonly ModuleStep[];
  /** The primary's module that it is made from; undefined: as it stood on the replica. */
  readonly primary: Module | undefined;
  /** The change that is done by it. */
  readonly settles: PlannedModule | undefined;
}

function stepsOf(changes: readonly PlannedModule[], dependants: readonly Module[], context: ChangeContext): Steps {
  const [only, ...others] = changes;
  if (only !== undefined && others.length === 0) {
    const { plan, primary, replica } = only;
    if (plan.kind === "drop") requireNoneStays(dependants, context);
    if (plan.kind === "index" && primary !== undefined) {
      return { steps: indexSteps(primary, replica?.indexes ?? []), settled: [only] };
    }
    if (plan.kind === "alter" && primary !== undefined && isAlreadyMade(only, primary, context)) {
      return { steps: recordSteps(only, primary, context), settled: [only] };
    }
  }
  const bound = new Set(dependants.map(({ name }) => tableKey(name)));
  const own = changes.map((change) => changeNode(change, bound, context));
  const targets = new Set(own.flatMap(({ dropped }) => (dropped === undefined ? [] : [tableKey(dropped.name)])));
  const around = dependants
    .filter(({ name }) => !targets.has(tableKey(name)))
    .map((module) => dependantNode(module, new Set(changes), context));
  const nodes = [...own, ...around];
  return { steps: [...dropAll(nodes, context), ...makeAll(nodes, context)], settled: settledOf(nodes) };
}

function settledOf(nodes: readonly Node[]): PlannedModule[] {
  return nodes.flatMap(({ settles }) => (settles === undefined ? [] : [settles]));
}

/** What refers to others goes before them. */
function dropAll(nodes: readonly Node[], { replicaDependencies }: ChangeContext): ModuleStep[] {
  const dropped = nodes.filter((node) => node.dropped !== undefined);
  const refersTo = referencesOf(replicaDependencies);
  const inOrder = afterTheirs(dropped, ({ dropped: module }) => module?.objectId, refersTo);
  return inOrder.reverse().flatMap(({ dropped: module, makes, primary }): ModuleStep[] => {
    if (module === undefined) return [];
    const step: ModuleStep = { kind: "drop", module, keepAs: makes.length === 0 ? undefined : tableKey(module.name) };
    // What is made from the primary's text is recorded anew, under the name that it has then.
    const isForgotten =
      makes.length === 0 || (primary !== undefined && tableKey(primary.name) !== tableKey(module.name));
    return isForgotten ? [step, { kind: "forget", recordKind: "module", name: module.name }] : [step];
  });
}

/** Each after those that its text refers to: by the primary's references where the text is the primary's. */
function makeAll(nodes: readonly Node[], context: ChangeContext): ModuleStep[] {
  const { required, replicaDependencies, primaryIdOf } = context;
  const made = nodes.filter(({ makes }) => makes.length > 0);
  const byPrimary = new Map(
    made.flatMap(({ primary, dropped }, at) => {
      const id = primary?.objectId ?? (dropped && primaryIdOf(dropped));
      return id === undefined ? [] : [[id, at] as const];
    }),
  );
  const byReplica = new Map(
    made.flatMap((node, at) => (node.dropped === undefined ? [] : [[node.dropped.objectId, at]])),
  );
  const refersTo = referencesOf(replicaDependencies);
  const before = new Map(
    made.map(({ primary, dropped }, at) => {
      const theirs =
        primary === undefined
          ? (refersTo.get(dropped?.objectId ?? 0) ?? []).map((id) => byReplica.get(id))
          : (required.get(primary.objectId) ?? []).map((id) => byPrimary.get(id));
      return [at, theirs.filter((each) => each !== undefined)] as const;
    }),
  );
  return afterTheirs([...made.entries()], ([at]) => at, before).flatMap(([, { makes }]) => makes);
}

/** @param bound by `tableKey`, what has to be dropped for being bound to one of the changes */
function changeNode(change: PlannedModule, bound: ReadonlySet<string>, context: ChangeContext): Node {
  const { plan, primary, replica } = change;
  const planned = plan.kind === "create" ? plan.renamedFrom : replica;
  const old = planned && context.standing(planned);
  if (plan.kind === "drop" && old !== undefined) {
    return { dropped: old, makes: [], primary: undefined, settles: change };
  }
  if (primary === undefined || !isChange(change)) {
    throw new Error(`change ${change.key}: the plan ${plan.kind} changes nothing`);
  }
  const stays = plan.kind === "alter" && old !== undefined && !bound.has(tableKey(old.name));
  const makes = stays
    ? makeSteps(change, primary, "ALTER", context)
    : makeSteps(change, primary, "CREATE", context, old && tableKey(old.name));
  return { dropped: stays ? undefined : old, makes, primary, settles: change };
}

/** With the primary's text where it is to change as well and that can be; else as it stands. */
function dependantNode(module: Module, changes: ReadonlySet<PlannedModule>, context: ChangeContext): Node {
  const planned = context.planOf(module);
  if (planned !== undefined && !changes.has(planned) && isChange(planned)) {
    try {
      return { ...changeNode(planned, new Set([tableKey(module.name)]), context), dropped: module };
    } catch (error) {
      if (!(error instanceof NotPossible)) throw error;
    }
  }
  const makes = sameAgain(module, context, tableKey(module.name));
  return { dropped: module, makes, primary: undefined, settles: undefined };
}

/** Dependants that stay would have nothing to stand on: the module waits for them. */
function requireNoneStays(dependants: readonly Module[], { planOf }: ChangeContext): void {
  const staying = dependants.find((module) => planOf(module)?.plan.kind !== "drop");
  if (staying === undefined) return;
  throw new NotPossible(
    `${tableKey(staying.name)} is schema-bound to it on the replica`,
    `drop ${tableKey(staying.name)} on the replica if nobody needs it`,
  );
}
