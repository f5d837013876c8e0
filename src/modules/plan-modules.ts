import { moduleSource, type ModuleRecord } from "../model/module-record.ts";
import type { Module, ModuleName, ModuleType, ViewIndex } from "../model/module.ts";
import type { ModulesView } from "../model/modules-view.ts";
import { nameKey } from "../model/name-key.ts";
import { tableKey } from "../model/table-name.ts";

export type ModulePlan =
  /** Equal on both sides. */
  | { readonly kind: "in-sync" }
  /** Equal, and the ledger does not know it yet. */
  | { readonly kind: "record" }
  | { readonly kind: "create"; readonly renamedFrom: Module | undefined }
  /** The type stays: ALTER keeps permissions and extended properties. */
  | { readonly kind: "alter" }
  /** Another type under the same name: dropped and created. */
  | { readonly kind: "recreate" }
  /** Only the view's indexes differ. */
  | { readonly kind: "index" }
  | { readonly kind: "drop" }
  /** Only the replica has it, and it stays. */
  | { readonly kind: "keep" }
  /** Something outside the app is needed. */
  | { readonly kind: "unsupported" | "hold"; readonly reason: string; readonly fix?: string };

export interface PlannedModule {
  /** The `tableKey` of the primary's name, or of the replica's where the primary has none. */
  readonly key: string;
  readonly name: ModuleName;
  readonly type: ModuleType | "CLR";
  readonly plan: ModulePlan;
  readonly primary: Module | undefined;
  readonly replica: Module | undefined;
  readonly record: ModuleRecord | undefined;
}

/** Whether the plan changes anything on the replica. */
export function isChange({ plan }: Pick<PlannedModule, "plan">): boolean {
  return ["create", "alter", "recreate", "index", "drop"].includes(plan.kind);
}

export interface PlanOptions {
  /** Views that only the replica has, and never came from the primary, are dropped. */
  readonly dropUnknownViews: boolean;
  /** An operator has said that the primary's list is right as it is. */
  readonly confirmed: boolean;
}

export interface ModulesPlan {
  readonly modules: readonly PlannedModule[];
  /** Why nothing is dropped at present. */
  readonly dropsHeld: { readonly reason: string; readonly fix: string } | undefined;
}

/** What each module needs. Pure. */
export function planModules(
  primary: ModulesView,
  replica: ModulesView,
  records: readonly ModuleRecord[],
  options: PlanOptions,
): ModulesPlan {
  const key = (name: ModuleName): string => nameKey(name, replica.caseSensitive);
  const onReplica = new Map(replica.modules.map((module) => [key(module.name), module]));
  const recordOf = new Map(
    records.filter(({ kind }) => kind === "module").map((record) => [key(record.name), record] as const),
  );
  const wanted = new Map<string, Module>();
  const planned: PlannedModule[] = [];
  for (const module of primary.modules) {
    const at = key(module.name);
    const twin = wanted.get(at);
    if (twin === undefined) wanted.set(at, module);
    else {
      // Of two names that the replica cannot tell apart, the one that it has already goes on.
      const second = onReplica.get(at)?.name.name === module.name.name ? twin : module;
      wanted.set(at, second === twin ? module : twin);
      planned.push({ ...facts(second, undefined, undefined), plan: indistinct(second === twin ? module : twin) });
    }
  }
  const gone = [...onReplica].filter(([at]) => !wanted.has(at)).map(([, module]) => module);
  const droppable = (module: Module): boolean => {
    if (module.type === "CLR") return false;
    const record = recordOf.get(key(module.name));
    // Somebody may have dropped ours and made another one of the same name.
    const isOurs = record?.created === true && record.replicaHash === module.hash;
    return isOurs || (module.type === "V" && options.dropUnknownViews);
  };
  const ids = new Set(primary.modules.map(({ objectId }) => objectId));
  const known = replica.modules.flatMap(({ name }) => recordOf.get(key(name)) ?? []);
  const seen = known.filter(({ name, primaryObjectId }) => wanted.has(key(name)) || ids.has(primaryObjectId));
  const dropsHeld = holdDrops(primary, gone.some(droppable), known.length, seen.length, options.confirmed);

  const renamed = new Set<Module>();
  for (const [at, module] of wanted) {
    const there = onReplica.get(at);
    const renamedFrom =
      there !== undefined || dropsHeld !== undefined
        ? undefined
        : gone.find((old) => droppable(old) && recordOf.get(key(old.name))?.primaryObjectId === module.objectId);
    const record = recordOf.get(key((there ?? renamedFrom ?? module).name));
    const plan = planOne(module, there, record, renamedFrom);
    if (plan.kind === "create" && renamedFrom !== undefined) renamed.add(renamedFrom);
    planned.push({ ...facts(module, there, record), plan });
  }
  for (const module of gone) {
    if (renamed.has(module)) continue;
    const plan: ModulePlan = !droppable(module)
      ? { kind: "keep" }
      : dropsHeld === undefined
        ? { kind: "drop" }
        : { kind: "hold", reason: `the primary no longer shows it: ${dropsHeld.reason}`, fix: dropsHeld.fix };
    planned.push({ ...facts(undefined, module, recordOf.get(key(module.name))), plan });
  }
  return { modules: planned, dropsHeld };
}

function facts(
  primary: Module | undefined,
  replica: Module | undefined,
  record: ModuleRecord | undefined,
): Omit<PlannedModule, "plan"> {
  const shown = primary ?? replica;
  if (shown === undefined) throw new Error("plan a module that neither side has");
  return { key: tableKey(shown.name), name: shown.name, type: shown.type, primary, replica, record };
}

function planOne(
  module: Module,
  there: Module | undefined,
  record: ModuleRecord | undefined,
  renamedFrom: Module | undefined,
): ModulePlan {
  const unsupported = whyUnsupported(module);
  if (unsupported !== undefined) return unsupported;
  if (there === undefined) return { kind: "create", renamedFrom };
  if (there.type === "CLR") {
    return { kind: "hold", reason: "the replica has a CLR routine of this name", fix: "rename or drop it there" };
  }
  // ALTER would leave the other procedures of a group.
  if (there.type !== module.type || there.numbered) return { kind: "recreate" };
  if (!isSame(module, there, record)) return { kind: "alter" };
  if (!sameIndexes(module.indexes, there.indexes)) return { kind: "index" };
  return record?.primaryObjectId === module.objectId && record.replicaHash === there.hash
    ? { kind: "in-sync" }
    : { kind: "record" };
}

function whyUnsupported(module: Module): ModulePlan | undefined {
  const byHand = "create it on the replica by hand";
  if (module.type === "CLR") {
    return { kind: "unsupported", reason: "it is a CLR routine: its assembly is not followed", fix: byHand };
  }
  if (module.encrypted) {
    return { kind: "unsupported", reason: "it was created WITH ENCRYPTION: its text cannot be read", fix: byHand };
  }
  if (module.numbered) {
    return { kind: "unsupported", reason: "it is a group of numbered procedures", fix: byHand };
  }
  if (module.hash === undefined) {
    return {
      kind: "hold",
      reason: "the login may not read its definition on the primary",
      fix: "GRANT VIEW DEFINITION TO [the login's user on the primary];",
    };
  }
  return undefined;
}

/** The text that the ledger says it was made from, unchanged since on both sides; or the very same text. */
function isSame(module: Module, there: Module, record: ModuleRecord | undefined): boolean {
  if (module.hash === undefined || there.hash === undefined) return false;
  if (module.ansiNulls !== there.ansiNulls || module.quotedIdentifier !== there.quotedIdentifier) return false;
  if (module.hash === there.hash) return true;
  return record?.source === moduleSource(module.hash, module) && record.replicaHash === there.hash;
}

export function sameIndexes(a: readonly ViewIndex[], b: readonly ViewIndex[]): boolean {
  return a.length === b.length && a.every((index) => b.some((other) => sameIndex(index, other)));
}

export function sameIndex(a: ViewIndex, b: ViewIndex): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function indistinct(twin: Module): ModulePlan {
  return {
    kind: "unsupported",
    reason: `the replica's collation cannot tell its name from ${tableKey(twin.name)}`,
    fix: "rename one of them, or give the replica a case-sensitive collation",
  };
}

/**
 * Catalog views leave out what the login may not see, so what is missing may only be hidden: nothing is dropped without
 * the right to see everything, nor when all or most of what came from the primary is missing at once.
 * @param known modules of the replica that the ledger knows
 * @param seen those of them that the primary shows, be it under another name
 */
function holdDrops(
  primary: ModulesView,
  wouldDrop: boolean,
  known: number,
  seen: number,
  confirmed: boolean,
): ModulesPlan["dropsHeld"] {
  if (!primary.seesAll) {
    return {
      reason: "the login lacks VIEW DEFINITION on the primary database, so modules may only be hidden from it",
      fix: "GRANT VIEW DEFINITION TO [the login's user on the primary];",
    };
  }
  const none = primary.modules.length === 0 || (known > 0 && seen === 0);
  if (confirmed || !wouldDrop || !(none || (known > 10 && seen * 2 < known))) return undefined;
  return {
    reason: none
      ? "the primary shows none of the modules that the replica has"
      : `the primary shows only ${seen} of the ${known} modules that came from it`,
    fix: "POST /api/modules/sync?confirm=1 if they are really gone",
  };
}
