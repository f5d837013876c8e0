import { definitionHash, moduleSource, type ModuleRecord } from "../model/module-record.ts";
import type { Module, ModuleName, ModuleType, ViewIndex } from "../model/module.ts";
import type { Dependency } from "../model/modules-view.ts";
import type { NeededObject } from "../model/needed-object.ts";
import { tableKey } from "../model/table-name.ts";
import { rewriteHeader } from "../sql/definition-header.ts";
import { usesSystemTime } from "../sql/uses-system-time.ts";
import { afterTheirs, referencesOf } from "./order-modules.ts";
import { type PlannedModule, sameIndex } from "./plan-modules.ts";

/** A module's text, with the settings that belong to it. */
export interface Definition {
  readonly text: string;
  readonly ansiNulls: boolean;
  readonly quotedIdentifier: boolean;
}

/** One statement's worth of a change. All steps of a change are one transaction. */
export type ModuleStep =
  /** Permissions, extended properties and owner are kept aside where `keepFor` says under which name to find them. */
  | { readonly kind: "drop"; readonly module: Module; readonly keepAs: string | undefined }
  | { readonly kind: "forget"; readonly recordKind: ModuleRecord["kind"]; readonly name: ModuleName }
  | { readonly kind: "drop-needed"; readonly object: NeededObject }
  | { readonly kind: "make-needed"; readonly object: NeededObject }
  | {
      readonly kind: "make";
      readonly name: ModuleName;
      readonly type: ModuleType;
      /** With the words CREATE or ALTER that this replica needs. */
      readonly definition: Definition;
      /** Where a dropped predecessor left its permissions and properties. */
      readonly restoreFrom: string | undefined;
    }
  | { readonly kind: "drop-index"; readonly view: ModuleName; readonly index: string }
  | { readonly kind: "create-index"; readonly view: ModuleName; readonly index: ViewIndex }
  | { readonly kind: "record"; readonly record: Omit<ModuleRecord, "replicaHash"> };

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

class NotPossible extends Error {
  readonly why: { readonly reason: string; readonly fix?: string };

  constructor(reason: string, fix?: string) {
    super(reason);
    this.why = fix === undefined ? { reason } : { reason, fix };
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
    if (plan.kind === "drop" && replica !== undefined) return dropSteps(only, replica, dependants, context);
    if (plan.kind === "index" && primary !== undefined) {
      return { steps: indexSteps(primary, replica?.indexes ?? []), settled: [only] };
    }
    if (plan.kind === "alter" && primary !== undefined && isAlreadyMade(only, primary, context)) {
      return recordSteps(only, primary, context);
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
  if (primary === undefined || !["create", "alter", "recreate", "index"].includes(plan.kind)) {
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
  if (planned !== undefined && !changes.has(planned) && isOpen(planned)) {
    try {
      return { ...changeNode(planned, new Set([tableKey(module.name)]), context), dropped: module };
    } catch (error) {
      if (!(error instanceof NotPossible)) throw error;
    }
  }
  const makes = sameAgain(module, context, tableKey(module.name));
  return { dropped: module, makes, primary: undefined, settles: undefined };
}

function isOpen({ plan }: PlannedModule): boolean {
  return ["create", "alter", "recreate", "index", "drop"].includes(plan.kind);
}

/** Whether the replica holds the very text that would be made now: the ledger does not know it, or knows an older one. */
function isAlreadyMade({ replica }: PlannedModule, primary: Module, context: ChangeContext): boolean {
  const definition = context.primaryText.get(primary.objectId);
  const text = definition && header(definition.text, primary, "CREATE", context);
  return (
    definition !== undefined &&
    text !== undefined &&
    replica?.hash === definitionHash(text) &&
    replica.ansiNulls === definition.ansiNulls &&
    replica.quotedIdentifier === definition.quotedIdentifier
  );
}

function recordSteps(change: PlannedModule, primary: Module, context: ChangeContext): Steps {
  const definition = context.primaryText.get(primary.objectId);
  if (definition === undefined) throw new Error(`record ${change.key}: its definition is not known`);
  const steps: ModuleStep[] = [
    ...indexSteps(primary, change.replica?.indexes ?? []),
    { kind: "record", record: recordOf(change, primary, definition, true) },
  ];
  return { steps, settled: [change] };
}

/** Dependants that stay would have nothing to stand on: the module waits for them. */
function dropSteps(
  change: PlannedModule,
  replica: Module,
  dependants: readonly Module[],
  context: ChangeContext,
): Steps {
  const planned = dependants.map((module) => ({ module, plan: context.planOf(module) }));
  const staying = planned.find(({ plan }) => plan?.plan.kind !== "drop");
  if (staying !== undefined) {
    throw new NotPossible(
      `${tableKey(staying.module.name)} is schema-bound to it on the replica`,
      `drop ${tableKey(staying.module.name)} on the replica if nobody needs it`,
    );
  }
  const gone = [...planned.reverse().flatMap(({ plan }) => (plan === undefined ? [] : [plan])), change];
  const steps = [...gone.map(({ replica: module }) => module), replica].flatMap((module, at, all) =>
    module === undefined || all.indexOf(module) !== at ? [] : drop(module),
  );
  return { steps, settled: gone };
}

function drop(module: Module): ModuleStep[] {
  return [
    { kind: "drop", module, keepAs: undefined },
    { kind: "forget", recordKind: "module", name: module.name },
  ];
}

/** As it stands on the replica. Its record goes on to hold: the text is the same. */
function sameAgain(module: Module, context: ChangeContext, keepAs: string): ModuleStep[] {
  const definition = context.replicaText.get(module.objectId);
  const text = definition && header(definition.text, module, "CREATE", context);
  if (definition === undefined || text === undefined || module.type === "CLR") {
    throw new NotPossible(
      `${tableKey(module.name)} is schema-bound to it on the replica, and its definition cannot be read there`,
      `drop ${tableKey(module.name)} on the replica if nobody needs it`,
    );
  }
  return [
    {
      kind: "make",
      name: module.name,
      type: module.type,
      definition: { ...definition, text },
      restoreFrom: keepAs,
    },
    ...module.indexes
      .filter(({ disabled }) => !disabled)
      .map((index): ModuleStep => ({ kind: "create-index", view: module.name, index })),
  ];
}

/** Makes the primary's module, with what it needs before and its indexes after it, and records it. */
function makeSteps(
  change: PlannedModule,
  primary: Module,
  action: "CREATE" | "ALTER",
  context: ChangeContext,
  restoreFrom?: string,
): ModuleStep[] {
  const { type } = primary;
  const definition = context.primaryText.get(primary.objectId);
  if (definition === undefined || type === "CLR") {
    throw new NotPossible("its definition could not be read on the primary; it is looked at again");
  }
  if (usesSystemTime(definition.text)) {
    throw new NotPossible("it uses FOR SYSTEM_TIME, and tables of the replica are not system-versioned");
  }
  const text = header(definition.text, primary, action, context);
  if (text === undefined) {
    throw new NotPossible("the head of its definition could not be read", "create it again on the primary");
  }
  return [
    ...context.missingObjects(definition.text).map((object): ModuleStep => ({ kind: "make-needed", object })),
    { kind: "make", name: primary.name, type, definition: { ...definition, text }, restoreFrom },
    ...primary.indexes.map((index): ModuleStep => ({ kind: "create-index", view: primary.name, index })),
    { kind: "record", record: recordOf(change, primary, definition, action === "ALTER") },
  ];
}

function header(
  text: string,
  module: Module,
  action: "CREATE" | "ALTER",
  { defaultSchema }: ChangeContext,
): string | undefined {
  return rewriteHeader(text, { action, name: module.name, defaultSchema });
}

function recordOf(
  { plan, replica, record }: PlannedModule,
  primary: Module,
  definition: Definition,
  isAltered: boolean,
): Omit<ModuleRecord, "replicaHash"> {
  const isNew = plan.kind === "create" && plan.renamedFrom === undefined;
  return {
    kind: "module",
    // ALTER leaves the name as the replica spells it.
    name: isAltered ? (replica?.name ?? primary.name) : primary.name,
    created: isNew || record?.created === true,
    primaryObjectId: primary.objectId,
    source: moduleSource(definitionHash(definition.text), definition),
  };
}

/** The clustered index goes last, since dropping it takes the others along, and comes first. */
function indexSteps(primary: Module, there: readonly ViewIndex[]): ModuleStep[] {
  const clustered = primary.indexes.find((index) => index.clustered);
  const keepsClustered = there.some((index) => clustered !== undefined && sameIndex(index, clustered));
  const stays = (index: ViewIndex): boolean => keepsClustered && primary.indexes.some((each) => sameIndex(each, index));
  const drops = there.filter((index) => !stays(index)).sort((a, b) => Number(a.clustered) - Number(b.clustered));
  const creates = primary.indexes.filter((index) => !there.some((each) => stays(each) && sameIndex(each, index)));
  return [
    ...drops.map(({ name }): ModuleStep => ({ kind: "drop-index", view: primary.name, index: name })),
    ...creates.map((index): ModuleStep => ({ kind: "create-index", view: primary.name, index })),
  ];
}
