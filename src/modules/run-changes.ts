import type { App } from "../app.ts";
import { DatabaseFailed } from "../db/explain-error.ts";
import { isConnectionLoss } from "../db/sql-error.ts";
import type { Log } from "../log.ts";
import type { ModuleChangeKind, ModuleState } from "../model/module-state.ts";
import type { ModulesView } from "../model/modules-view.ts";
import type { NeededObject } from "../model/needed-object.ts";
import { tableKey } from "../model/table-name.ts";
import { LeaseLost } from "../state/lease.ts";
import {
  type ChangeContext,
  changeSteps,
  type ModuleStep,
  replaceNeededSteps,
  type StepsResult,
} from "./change-steps.ts";
import { changeModule, ModuleInTheWay } from "./change-module.ts";
import { DefinitionStore } from "./definition-store.ts";
import { explainModuleError, mayNeedOthers, type ModuleFailure } from "./explain-module-error.ts";
import { ModuleFenceLost } from "../replica/module-ledger.ts";
import { isChange, isDue, type ModuleOutcome } from "./module-outcome.ts";
import { definitionsPage } from "../sql/modules-query.ts";
import { orderModules, requirements } from "./order-modules.ts";
import { outdatedObjects } from "./outdated-objects.ts";
import type { ModulesPlan, PlannedModule } from "./plan-modules.ts";
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
 * for something that another change may bring are tried once more after it: references that the catalog does not know
 * cannot be ordered by.
 * @returns by `PlannedModule.key`
 * @throws DatabaseFailed when the replica is lost; ModuleFenceLost, LeaseLost when another worker took over
 */
export async function runChanges(
  app: App,
  facts: ChangesToRun,
  options: RunOptions,
): Promise<Map<string, ModuleOutcome>> {
  const { primary, plan, fence } = facts;
  const changes = plan.modules.filter(isChange);
  const required = requirements(
    primary.modules,
    changes.length > 1 ? await readDependencies(app.primary, primary) : [],
  );
  const picture = new ReplicaPicture(app.replica, facts.replica, primary.needed, plan.modules);
  const texts = new DefinitionStore(app.primary);
  const outcomes = new Map<string, ModuleOutcome>();
  const planById = new Map(plan.modules.flatMap((each) => (each.primary ? [[each.primary.objectId, each]] : [])));

  for (const { before, after } of outdatedObjects(primary.needed, facts.replica, facts.replica.records)) {
    await replaceObject(before, after);
  }
  let queue = orderModules(changes, required, await picture.dependencies());
  for (;;) {
    let progress = false;
    for (const [at, planned] of queue.entries()) {
      if (outcomes.get(planned.key)?.kind === "changed") continue;
      const outcome = await turn(planned, queue.slice(at, at + definitionsPage));
      outcomes.set(planned.key, outcome);
      progress ||= outcome.kind === "changed";
    }
    queue = queue.filter((planned) => mayWorkNow(outcomes.get(planned.key)));
    if (!progress || queue.length === 0) return outcomes;
  }

  async function turn(planned: PlannedModule, rest: readonly PlannedModule[]): Promise<ModuleOutcome> {
    options.signal.throwIfAborted();
    const now = app.clock.now();
    if (now >= facts.endsAt) return { kind: "postponed" };
    const theirs = (required.get(planned.primary?.objectId ?? 0) ?? []).map((id) => planById.get(id));
    const broken = theirs.find((each) => each?.replica === undefined && failureOf(outcomes.get(each?.key ?? "")));
    if (broken !== undefined) {
      // It is tried again in the very run in which the other one succeeds.
      return { kind: "failed", failure: { reason: `it needs ${broken.key}, which is pending`, passing: false } };
    }
    const unlocked = theirs.some((each) => outcomes.get(each?.key ?? "")?.kind === "changed");
    if (options.retryAll !== true && !unlocked && !isDue(planned, facts.known.get(planned.key), now)) {
      return { kind: "waiting" };
    }
    return change(planned, rest);
  }

  async function change(planned: PlannedModule, rest: readonly PlannedModule[]): Promise<ModuleOutcome> {
    const startedAt = app.clock.now();
    const attempt = await attempted(planned.name, async () => {
      const dependants = await picture.boundTo(planned);
      const context = await contextOf(planned, dependants, rest);
      return changeSteps(planned, dependants, context);
    });
    if (attempt.kind === "failed") return attempt;
    for (const settled of attempt.settled) {
      const what = changeKind(settled);
      outcomes.set(settled.key, { kind: "changed", what });
      const fields = { module: settled.key, type: settled.type, change: what };
      const permissionsLost = attempt.lost.length === 0 ? undefined : attempt.lost;
      options.log.info("module", { ...fields, permissionsLost, ms: app.clock.now() - startedAt });
      texts.forget(settled.primary ? [settled.primary.objectId] : []);
    }
    return outcomes.get(planned.key) ?? { kind: "changed", what: changeKind(planned) };
  }

  /** Plans the steps, carries them out, and turns what goes wrong with this module alone into a failure. */
  async function attempted(
    name: NeededObject["name"],
    steps: () => Promise<StepsResult>,
  ): Promise<
    { kind: "done"; settled: readonly PlannedModule[]; lost: string[] } | (ModuleOutcome & { kind: "failed" })
  > {
    let planned: readonly ModuleStep[] = [];
    try {
      const result = await steps();
      if (result.kind === "pending") return { kind: "failed", failure: { ...result, passing: false } };
      planned = result.steps;
      const lost = await changeModule(app.replica, fence, planned);
      picture.changed(planned);
      return { kind: "done", settled: result.settled, lost };
    } catch (error) {
      if (error instanceof ModuleFenceLost || error instanceof LeaseLost) throw error;
      if (error instanceof ModuleInTheWay) {
        return { kind: "failed", failure: { reason: error.message, fix: error.fix, passing: false } };
      }
      if (isConnectionLoss(error)) await requireServers();
      return { kind: "failed", failure: withObstacles(explainModuleError(error, name), planned) };
    }
  }

  async function contextOf(
    planned: PlannedModule,
    dependants: Parameters<typeof changeSteps>[1],
    rest: readonly PlannedModule[],
  ): Promise<ChangeContext> {
    const needed = [planned, ...dependants.map((module) => picture.planOf(module))];
    const ids = (list: readonly (PlannedModule | undefined)[]): number[] =>
      list.flatMap((each) =>
        each?.primary?.hash === undefined || each.plan.kind === "drop" ? [] : [each.primary.objectId],
      );
    return {
      defaultSchema: facts.replica.defaultSchema,
      primaryText: await texts.read(ids(needed), ids(rest)),
      replicaText: await picture.texts(dependants),
      planOf: (module) => picture.planOf(module, outcomes),
      missingObjects: (definition) => picture.missingObjects(definition),
    };
  }

  async function replaceObject(before: NeededObject, after: NeededObject): Promise<void> {
    const attempt = await attempted(after.name, async () => {
      const dependants = await picture.boundToObject(before);
      const replicaText = await picture.texts(dependants);
      // Their own changes come with their own turns: here they only stand again.
      const context = { planOf: () => undefined, primaryText: new Map(), replicaText, missingObjects: () => [] };
      return replaceNeededSteps(before, after, dependants, { ...context, defaultSchema: facts.replica.defaultSchema });
    });
    const fields = { object: tableKey(after.name), kind: after.kind };
    if (attempt.kind === "done") options.log.info("needed-object", { ...fields, change: "recreated" });
    else options.log.warn("needed-object-pending", { ...fields, ...attempt.failure });
  }

  /** A time-out ends a module's turn, a lost server the run. */
  async function requireServers(): Promise<void> {
    for (const database of [app.primary, app.replica]) {
      try {
        await database.query({ text: "SELECT 1 AS here;", params: [] });
      } catch (error) {
        throw new DatabaseFailed(database, error);
      }
    }
  }

  function withObstacles(failure: ModuleFailure, steps: readonly ModuleStep[]): ModuleFailure {
    const obstacles = steps.flatMap((step) => (step.kind === "make" ? picture.obstacles(step.definition.text) : []));
    if (!mayNeedOthers(failure) || obstacles.length === 0) return failure;
    return { ...failure, reason: `${failure.reason} (${[...new Set(obstacles)].join("; ")})` };
  }
}

function failureOf(outcome: ModuleOutcome | undefined): ModuleFailure | undefined {
  return outcome?.kind === "failed" ? outcome.failure : undefined;
}

function mayWorkNow(outcome: ModuleOutcome | undefined): boolean {
  if (outcome?.kind === "failed") return outcome.failure.passing || mayNeedOthers(outcome.failure);
  return outcome?.kind === "waiting";
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
