import type { ModuleChangeKind, ModuleState } from "../model/module-state.ts";
import { definitionHash, moduleSource } from "../model/module-record.ts";
import { nextRetry } from "../state/back-off.ts";
import type { ModuleFailure } from "./explain-module-error.ts";
import type { PlannedModule } from "./plan-modules.ts";

/** What became of a module's change in this run. */
export type ModuleOutcome =
  | { readonly kind: "changed"; readonly what: ModuleChangeKind }
  /** The replica held that very text already. */
  | { readonly kind: "recognized" }
  | { readonly kind: "failed"; readonly failure: ModuleFailure }
  /** Failed a short while ago; its time has not come. */
  | { readonly kind: "waiting" }
  /** The run's budget was used up. */
  | { readonly kind: "postponed" };

interface Moment {
  readonly clock: { now(): number };
  readonly random: () => number;
  readonly redact: (text: string) => string;
}

export function isDone(outcome: ModuleOutcome | undefined): boolean {
  return outcome?.kind === "changed" || outcome?.kind === "recognized";
}

/** Names what is to be done, so that a newer definition is tried at once after an older one has failed. */
export function attemptOf({ plan, primary }: PlannedModule): string {
  const source = primary?.hash === undefined ? "" : moduleSource(primary.hash, primary);
  const indexes =
    primary === undefined || primary.indexes.length === 0 ? [] : [definitionHash(JSON.stringify(primary.indexes))];
  return [plan.kind, source, ...indexes].join(" ");
}

/** Whether a change's time has come. */
export function isDue(planned: PlannedModule, state: ModuleState | undefined, now: number): boolean {
  if (state?.retryAt === undefined || state.attempted !== attemptOf(planned)) return true;
  return Date.parse(state.retryAt) <= now;
}

/** The state of every module after a run. Pure but for the moment that is handed in. */
export function moduleStates(
  planned: readonly PlannedModule[],
  outcomes: ReadonlyMap<string, ModuleOutcome>,
  known: ReadonlyMap<string, ModuleState>,
  moment: Moment,
): Map<string, ModuleState> {
  const states = new Map<string, ModuleState>();
  for (const module of planned) {
    const state = stateOf(module, outcomes.get(module.key), known.get(module.key), moment);
    if (state !== undefined) states.set(module.key, state);
  }
  return states;
}

function stateOf(
  planned: PlannedModule,
  outcome: ModuleOutcome | undefined,
  before: ModuleState | undefined,
  moment: Moment,
): ModuleState | undefined {
  const { plan, type } = planned;
  const stands = { type, lastChange: before?.lastChange };
  switch (plan.kind) {
    case "in-sync":
    case "record":
      return { ...stands, state: "in-sync" };
    case "keep":
      return { ...stands, state: "replica-only" };
    case "unsupported":
      return { ...stands, state: "unsupported", reason: plan.reason, fix: plan.fix };
    case "hold":
      return { ...stands, state: "pending", reason: plan.reason, fix: plan.fix };
    default:
      break;
  }
  switch (outcome?.kind) {
    case "changed":
      if (outcome.what === "dropped") return undefined;
      return { type, state: "in-sync", lastChange: { what: outcome.what, at: iso(moment.clock.now()) } };
    case "recognized":
      return { ...stands, state: "in-sync" };
    case "failed":
      return { ...stands, ...failed(planned, outcome.failure, before, moment) };
    case "postponed":
      return { ...stands, state: "pending", reason: "its turn did not come in this run; the next one goes on" };
    case "waiting":
    case undefined:
      return before ?? { ...stands, state: "pending", reason: "it was not tried yet" };
  }
}

function failed(
  planned: PlannedModule,
  { reason, fix, sqlError, passing }: ModuleFailure,
  before: ModuleState | undefined,
  { clock, random, redact }: Moment,
): Omit<ModuleState, "type" | "lastChange"> {
  const attempted = attemptOf(planned);
  const attempts = before?.attempted === attempted ? (before.attempts ?? 0) + 1 : 1;
  const now = clock.now();
  const retryAt = iso(passing ? now : nextRetry(attempts, now, random()));
  return { state: "pending", reason: redact(reason), fix, sqlError, attempts, retryAt, attempted };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
