import { definitionHash, moduleSource, type ModuleRecord } from "../model/module-record.ts";
import type { Module, ModuleName, ModuleType, ViewIndex } from "../model/module.ts";
import type { NeededObject } from "../model/needed-object.ts";
import { tableKey } from "../model/table-name.ts";
import { rewriteHeader } from "../sql/definition-header.ts";
import { usesSystemTime } from "../sql/uses-system-time.ts";
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
  /** What the plan says of a module of the replica. */
  readonly planOf: (replica: Module) => PlannedModule | undefined;
  /** The objects that a text mentions and the replica lacks, in the order of their creation. */
  readonly missingObjects: (definition: string) => readonly NeededObject[];
}

export type StepsResult =
  | { readonly kind: "steps"; readonly steps: readonly ModuleStep[]; readonly settled: readonly PlannedModule[] }
  | { readonly kind: "pending"; readonly reason: string; readonly fix?: string };

/**
 * The steps of one module's change. Modules of the replica that are schema-bound to it are dropped before and made
 * again after it, in the same transaction: with the primary's text where they are to change as well. Pure.
 * @param dependants in the order in which they can be created
 */
export function changeSteps(change: PlannedModule, dependants: readonly Module[], context: ChangeContext): StepsResult {
  try {
    return { kind: "steps", ...stepsOf(change, dependants, context) };
  } catch (error) {
    if (error instanceof NotPossible) return { kind: "pending", ...error.why };
    throw error;
  }
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
  try {
    const around = makeAgain(dependants, context);
    const middle: ModuleStep[] = [
      { kind: "drop-needed", object: before },
      { kind: "make-needed", object: after },
    ];
    return { kind: "steps", steps: [...around.drops, ...middle, ...around.makes], settled: around.settled };
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

function stepsOf(change: PlannedModule, dependants: readonly Module[], context: ChangeContext): Steps {
  const { plan, primary, replica } = change;
  if (plan.kind === "drop" && replica !== undefined) return dropSteps(change, replica, dependants, context);
  if (primary === undefined) throw new Error(`change ${change.key}: the plan ${plan.kind} needs the primary's module`);
  switch (plan.kind) {
    case "index":
      return { steps: indexSteps(primary, replica?.indexes ?? []), settled: [change] };
    case "create": {
      const { renamedFrom } = plan;
      if (renamedFrom === undefined) return { steps: makeSteps(change, primary, "CREATE", context), settled: [change] };
      const around = makeAgain(dependants, context);
      const steps: ModuleStep[] = [
        ...around.drops,
        { kind: "drop", module: renamedFrom, keepAs: tableKey(renamedFrom.name) },
        { kind: "forget", recordKind: "module", name: renamedFrom.name },
        ...makeSteps(change, primary, "CREATE", context, tableKey(renamedFrom.name)),
        ...around.makes,
      ];
      return { steps, settled: [change, ...around.settled] };
    }
    case "alter": {
      if (isAlreadyMade(change, primary, context)) return recordSteps(change, primary, context);
      const around = makeAgain(dependants, context);
      const steps = [...around.drops, ...makeSteps(change, primary, "ALTER", context), ...around.makes];
      return { steps, settled: [change, ...around.settled] };
    }
    case "recreate": {
      if (replica === undefined) throw new Error(`change ${change.key}: nothing to recreate`);
      const around = makeAgain(dependants, context);
      const steps: ModuleStep[] = [
        ...around.drops,
        { kind: "drop", module: replica, keepAs: tableKey(replica.name) },
        ...makeSteps(change, primary, "CREATE", context, tableKey(replica.name)),
        ...around.makes,
      ];
      return { steps, settled: [change, ...around.settled] };
    }
    default:
      throw new Error(`change ${change.key}: the plan ${plan.kind} changes nothing`);
  }
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
    { kind: "record", record: recordOf(change, primary, definition) },
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

interface MadeAgain {
  readonly drops: readonly ModuleStep[];
  readonly makes: readonly ModuleStep[];
  readonly settled: readonly PlannedModule[];
}

/** Takes dependants out of the way and makes them again; those that are to be dropped are only dropped. */
function makeAgain(dependants: readonly Module[], context: ChangeContext): MadeAgain {
  const drops: ModuleStep[] = [];
  const makes: ModuleStep[] = [];
  const settled: PlannedModule[] = [];
  for (const module of dependants) {
    const planned = context.planOf(module);
    const keepAs = tableKey(module.name);
    if (planned?.plan.kind === "drop") {
      drops.unshift(...drop(module));
      settled.push(planned);
      continue;
    }
    drops.unshift({ kind: "drop", module, keepAs });
    if (planned?.primary !== undefined && ["alter", "recreate", "index"].includes(planned.plan.kind)) {
      makes.push(...makeSteps(planned, planned.primary, "CREATE", context, keepAs));
      settled.push(planned);
      continue;
    }
    makes.push(...sameAgain(module, context, keepAs));
  }
  return { drops, makes, settled };
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
    ...module.indexes.map((index): ModuleStep => ({ kind: "create-index", view: module.name, index })),
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
    { kind: "record", record: recordOf(change, primary, definition) },
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
): Omit<ModuleRecord, "replicaHash"> {
  const isNew = plan.kind === "create" && plan.renamedFrom === undefined;
  return {
    kind: "module",
    name: replica?.name ?? primary.name,
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
