import type { App } from "../app.ts";
import { DatabaseFailed } from "../db/explain-error.ts";
import { isConnectionLoss } from "../db/sql-error.ts";
import type { Log } from "../log.ts";
import type { ModuleChangeKind, ModuleState } from "../model/module-state.ts";
import type { Module, ModuleName } from "../model/module.ts";
import type { ModulesView } from "../model/modules-view.ts";
import type { NeededObject } from "../model/needed-object.ts";
import { tableKey } from "../model/table-name.ts";
import { LeaseLost } from "../state/lease.ts";
import { changeSteps, replaceNeededSteps, type StepsResult } from "./change-steps.ts";
import type { ModuleStep } from "./module-step.ts";
import type { ChangeContext } from "./change-context.ts";
import { changeModule, ModuleInTheWay } from "./change-module.ts";
import { DefinitionStore } from "./definition-store.ts";
import { explainModuleError, type ModuleFailure } from "./explain-module-error.ts";
import { ModuleFenceLost } from "../replica/module-ledger.ts";
import { isDone, isDue, type ModuleOutcome } from "./module-outcome.ts";
import { definitionsPage } from "../sql/modules-query.ts";
import { changesTogether, orderModules, requirements } from "./order-modules.ts";
import { outdatedObjects } from "./outdated-objects.ts";
import { isChange, type ModulesPlan, type PlannedModule } from "./plan-modules.ts";
import { readDependencies, type ReplicaModules } from "./read-modules.ts";
import { ReplicaPicture } from "./replica-picture.ts";

export interface ChangesToRun {
  readonly primary: ModulesView;
  readonly replica: ReplicaModules;
  readonly plan: ModulesPlan;
  readonly fence: bigint;
  readonly known: ReadonlyMap<string, ModuleState>;
  /** ms since the epoch: no change starts after it. */
  readonly endsAt: number;
}

interface RunOptions {
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly retryAll?: boolean;
}

/**
 * Carries out the plan's changes in the order of their references, each in a transaction of its own. Those that fail
 * for something that another change may bring are tried once more after it, and at last together with what they are
 * bound to: references that the catalog does not know cannot be ordered by, and some changes only go together.
 * @returns by `PlannedModule.key`
 * @throws DatabaseFailed when a server is lost; ModuleFenceLost, LeaseLost when another worker took over
 */
export async function runChanges(
  app: App,
  facts: ChangesToRun,
  options: RunOptions,
): Promise<Map<string, ModuleOutcome>> {
  const { primary, plan } = facts;
  const changes = plan.modules.filter(isChange);
  const dependencies = changes.length > 1 ? await readDependencies(app.primary, primary) : [];
  const run = new ChangeRun(app, facts, options, requirements(primary.modules, dependencies));
  for (const { before, after } of outdatedObjects(primary.needed, facts.replica, facts.replica.records)) {
    await run.replaceObject(before, after);
  }
  let queue = orderModules(changes, run.required, await run.picture.dependencies());
  for (;;) {
    let progress = false;
    for (const [at, planned] of queue.entries()) {
      if (isDone(run.outcomes.get(planned.key))) continue;
      progress = (await run.turn(planned, queue.slice(at, at + definitionsPage))) || progress;
    }
    queue = queue.filter((planned) => mayWorkNow(run.outcomes.get(planned.key)));
    if (!progress) progress = await run.tryTogether(queue);
    if (!progress || queue.length === 0) return run.outcomes;
  }
}

type Failed = ModuleOutcome & { readonly kind: "failed" };

interface Done {
  readonly kind: "done";
  readonly settled: readonly PlannedModule[];
  /** Whether anything was made or dropped. */
  readonly changed: boolean;
  /** Permissions that could not be given back. */
  readonly lost: readonly string[];
}

class ChangeRun {
  readonly required: ReadonlyMap<number, readonly number[]>;
  readonly outcomes = new Map<string, ModuleOutcome>();
  readonly picture: ReplicaPicture;
  readonly #app: App;
  readonly #facts: ChangesToRun;
  readonly #options: RunOptions;
  readonly #texts: DefinitionStore;
  /** By the primary's object_id. */
  readonly #planned: ReadonlyMap<number, PlannedModule>;

  constructor(app: App, facts: ChangesToRun, options: RunOptions, required: ReadonlyMap<number, readonly number[]>) {
    const { plan, primary, replica } = facts;
    this.required = required;
    this.picture = new ReplicaPicture(app.replica, replica, primary.needed, plan.modules);
    this.#app = app;
    this.#facts = facts;
    this.#options = options;
    this.#texts = new DefinitionStore(app.primary);
    this.#planned = new Map(plan.modules.flatMap((each) => (each.primary ? [[each.primary.objectId, each]] : [])));
  }

  /**
   * @param ahead whose turns come next, with it: their texts are read in the same query
   * @returns whether something was changed
   */
  async turn(planned: PlannedModule, ahead: readonly PlannedModule[]): Promise<boolean> {
    this.#options.signal.throwIfAborted();
    const outcome = this.#withoutTrying(planned);
    if (outcome !== undefined) {
      this.outcomes.set(planned.key, outcome);
      return false;
    }
    const failed = await this.#change([planned], ahead);
    if (failed !== undefined) this.outcomes.set(planned.key, failed);
    return failed === undefined;
  }

  /**
   * Tries each of these changes together with all open ones that those bound to it require: as where two modules that
   * a third one is bound to are renamed at once.
   * @returns whether one of the attempts succeeded
   */
  async tryTogether(failed: readonly PlannedModule[]): Promise<boolean> {
    const stuck = failed.filter(({ key }) => failureOf(this.outcomes.get(key)) !== undefined);
    const boundTo = stuck.length === 0 ? undefined : await this.picture.boundNow();
    for (const planned of stuck) {
      if (boundTo === undefined || this.#app.clock.now() >= this.#facts.endsAt) return false;
      this.#options.signal.throwIfAborted();
      const group = changesTogether(planned, {
        dragged: (each) => boundTo(each).flatMap((module) => this.#openPlan(module) ?? []),
        requiredBy: (each) => this.#requiredBy(each),
        isOpen: (each) => isChange(each) && !isDone(this.outcomes.get(each.key)),
      });
      if (group.length > 1 && (await this.#change(group, [])) === undefined) return true;
    }
    return false;
  }

  /** Replaces an object that modules need; what uses it only stands again, its own changes come with its own turn. */
  async replaceObject(before: NeededObject, after: NeededObject): Promise<void> {
    const attempt = await this.#attempt(after.name, async () => {
      const dependants = await this.picture.boundToObject(before);
      const context = await this.#contextOf([], dependants, []);
      return replaceNeededSteps(before, after, dependants, { ...context, planOf: () => undefined });
    });
    const { log } = this.#options;
    const fields = { object: tableKey(after.name), kind: after.kind };
    if (attempt.kind === "done") log.info("needed-object", { ...fields, change: "recreated" });
    else log.warn("needed-object-pending", { ...fields, ...attempt.failure });
  }

  /** What becomes of a module whose turn cannot or need not be taken. */
  #withoutTrying(planned: PlannedModule): ModuleOutcome | undefined {
    const now = this.#app.clock.now();
    if (now >= this.#facts.endsAt) return { kind: "postponed" };
    const theirs = this.#requiredBy(planned);
    const broken = theirs.find((each) => each.replica === undefined && failureOf(this.outcomes.get(each.key)));
    if (broken !== undefined) return failure(`it needs ${broken.key}, which is pending`);
    const unlocked = theirs.some(({ key }) => this.outcomes.get(key)?.kind === "changed");
    if (this.#options.retryAll === true || unlocked || isDue(planned, this.#facts.known.get(planned.key), now)) {
      return undefined;
    }
    return { kind: "waiting" };
  }

  #requiredBy({ primary }: PlannedModule): PlannedModule[] {
    return (this.required.get(primary?.objectId ?? 0) ?? []).flatMap((id) => this.#planned.get(id) ?? []);
  }

  #openPlan(module: Module): PlannedModule | undefined {
    return this.picture.planOf(module, this.outcomes);
  }

  /** @returns undefined where it was done, and with it all that it settles */
  async #change(changes: readonly PlannedModule[], ahead: readonly PlannedModule[]): Promise<Failed | undefined> {
    const [first] = changes;
    if (first === undefined) return undefined;
    const startedAt = this.#app.clock.now();
    let dragged = false;
    let attempt = await this.#attempt(first.name, async () => {
      const dependants = await this.#boundTo(changes);
      dragged = dependants.some((module) => this.#openPlan(module) !== undefined);
      return changeSteps(changes, dependants, await this.#contextOf(changes, dependants, ahead));
    });
    if (attempt.kind === "failed" && dragged) {
      // A dependant that cannot change yet is no reason for this one to wait: it stands again as it was.
      const again = await this.#attempt(first.name, async () => {
        const dependants = await this.#boundTo(changes);
        const context = await this.#contextOf(changes, dependants, ahead);
        return changeSteps(changes, dependants, { ...context, planOf: () => undefined });
      });
      if (again.kind === "done") attempt = again;
    }
    if (attempt.kind === "failed") return attempt;
    this.#settle(attempt, this.#app.clock.now() - startedAt);
    return undefined;
  }

  #settle({ settled, changed, lost }: Done, ms: number): void {
    for (const planned of settled) {
      this.#texts.forget(planned.primary ? [planned.primary.objectId] : []);
      if (!changed) {
        this.outcomes.set(planned.key, { kind: "recognized" });
        continue;
      }
      const what = changeKind(planned);
      this.outcomes.set(planned.key, { kind: "changed", what });
      const fields = { module: planned.key, type: planned.type, change: what };
      this.#options.log.info("module", { ...fields, permissionsLost: lost.length === 0 ? undefined : lost, ms });
    }
  }

  async #boundTo(changes: readonly PlannedModule[]): Promise<Module[]> {
    const found = new Map<number, Module>();
    for (const change of changes) {
      for (const module of await this.picture.boundTo(change)) found.set(module.objectId, module);
    }
    return [...found.values()];
  }

  /** Plans the steps, carries them out, and turns what goes wrong with this change alone into a failure. */
  async #attempt(name: ModuleName, steps: () => Promise<StepsResult>): Promise<Done | Failed> {
    let planned: readonly ModuleStep[] = [];
    try {
      const result = await steps();
      if (result.kind === "pending") return failure(result.reason, result.fix);
      planned = result.steps;
      const lost = await changeModule(this.#app.replica, this.#facts.fence, planned);
      this.picture.changed(planned);
      const changed = planned.some(({ kind }) => kind !== "record");
      return { kind: "done", settled: result.settled, changed, lost };
    } catch (error) {
      if (error instanceof ModuleFenceLost || error instanceof LeaseLost) throw error;
      if (error instanceof ModuleInTheWay) return failure(error.message, error.fix);
      if (isConnectionLoss(error)) await this.#requireServers();
      return { kind: "failed", failure: this.#withObstacles(explainModuleError(error, name), planned) };
    }
  }

  async #contextOf(
    changes: readonly PlannedModule[],
    dependants: readonly Module[],
    ahead: readonly PlannedModule[],
  ): Promise<ChangeContext> {
    const needed = [...changes, ...dependants.flatMap((module) => this.#openPlan(module) ?? [])];
    return {
      defaultSchema: this.#facts.replica.defaultSchema,
      primaryText: await this.#texts.read(readableIds(needed), readableIds(ahead)),
      replicaText: await this.picture.texts(dependants),
      required: this.required,
      replicaDependencies: dependants.length === 0 ? [] : await this.picture.dependencies(),
      planOf: (module) => this.#openPlan(module),
      standing: (module) => this.picture.standing(module),
      primaryIdOf: (module) => this.picture.primaryIdOf(module),
      missingObjects: (definition) => this.picture.missingObjects(definition),
    };
  }

  /** A time-out ends a module's turn, a lost server the run. */
  async #requireServers(): Promise<void> {
    for (const database of [this.#app.primary, this.#app.replica]) {
      try {
        await database.query({ text: "SELECT 1 AS here;", params: [] });
      } catch (error) {
        throw new DatabaseFailed(database, error);
      }
    }
  }

  #withObstacles(why: ModuleFailure, steps: readonly ModuleStep[]): ModuleFailure {
    const obstacles = steps.flatMap((step) =>
      step.kind === "make" ? this.picture.obstacles(step.definition.text) : [],
    );
    if (!why.needsOthers || obstacles.length === 0) return why;
    return { ...why, reason: `${why.reason} (${[...new Set(obstacles)].join("; ")})` };
  }
}

function failure(reason: string, fix?: string): Failed {
  return { kind: "failed", failure: { reason, fix, passing: false, needsOthers: true } };
}

function failureOf(outcome: ModuleOutcome | undefined): ModuleFailure | undefined {
  return outcome?.kind === "failed" ? outcome.failure : undefined;
}

function mayWorkNow(outcome: ModuleOutcome | undefined): boolean {
  if (outcome?.kind === "failed") return outcome.failure.passing || outcome.failure.needsOthers;
  return outcome?.kind === "waiting";
}

/** Ids of the primary's modules whose text can be read and is needed. */
function readableIds(planned: readonly PlannedModule[]): number[] {
  return planned.flatMap(({ plan, primary }) =>
    primary?.hash === undefined || plan.kind === "drop" ? [] : [primary.objectId],
  );
}

function changeKind({ plan }: PlannedModule): ModuleChangeKind {
  switch (plan.kind) {
    case "create":
      return plan.renamedFrom === undefined ? "created" : "renamed";
    case "alter":
      return "altered";
    case "recreate":
      return "recreated";
    case "index":
      return "indexed";
    default:
      return "dropped";
  }
}
