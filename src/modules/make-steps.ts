import { definitionHash, moduleSource, type ModuleRecord } from "../model/module-record.ts";
import type { Module, ViewIndex } from "../model/module.ts";
import { tableKey } from "../model/table-name.ts";
import { rewriteHeader } from "../sql/definition-header.ts";
import { usesSystemTime } from "../sql/uses-system-time.ts";
import type { ChangeContext } from "./change-context.ts";
import type { Definition, ModuleStep } from "./module-step.ts";
import { type PlannedModule, sameIndex } from "./plan-modules.ts";

/** A change cannot be made at present, for a reason that no server has to be asked for. */
export class NotPossible extends Error {
  readonly why: { readonly reason: string; readonly fix?: string };

  constructor(reason: string, fix?: string) {
    super(reason);
    this.why = fix === undefined ? { reason } : { reason, fix };
  }
}

/** As it stands on the replica. Its record goes on to hold: the text is the same. */
export function sameAgain(module: Module, context: ChangeContext, keepAs: string): ModuleStep[] {
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
export function makeSteps(
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
export function indexSteps(primary: Module, there: readonly ViewIndex[]): ModuleStep[] {
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

/** Whether the replica holds the very text that would be made now: the ledger does not know it, or knows an older one. */
export function isAlreadyMade({ replica }: PlannedModule, primary: Module, context: ChangeContext): boolean {
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

/** Makes the indexes equal, and tells the ledger what stands already. */
export function recordSteps(change: PlannedModule, primary: Module, context: ChangeContext): ModuleStep[] {
  const definition = context.primaryText.get(primary.objectId);
  if (definition === undefined) throw new Error(`record ${change.key}: its definition is not known`);
  return [
    ...indexSteps(primary, change.replica?.indexes ?? []),
    { kind: "record", record: recordOf(change, primary, definition, true) },
  ];
}
