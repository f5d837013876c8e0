import type { App } from "../app.ts";
import { DatabaseFailed } from "../db/explain-error.ts";
import { describeError } from "../describe-error.ts";
import type { Log } from "../log.ts";
import { moduleSource, type ModuleRecord } from "../model/module-record.ts";
import type { ModuleRun, ModuleState } from "../model/module-state.ts";
import type { ModulesView } from "../model/modules-view.ts";
import { tableKey } from "../model/table-name.ts";
import { errorSide } from "../telemetry/error-origin.ts";
import type { ModulesRecord, TraceParent } from "../telemetry/telemetry.ts";
import { decideConfigUrls } from "../state/config-urls.ts";
import { LeaseLost, withLease } from "../state/lease.ts";
import { type ModulesInRedis, readModuleStates, writeModuleStates } from "../state/module-states.ts";
import { ModuleFenceLost, raiseFence, writeModuleRecords } from "../replica/module-ledger.ts";
import { isDue, type ModuleOutcome, moduleStates } from "./module-outcome.ts";
import { outdatedObjects } from "./outdated-objects.ts";
import { isChange, type ModulesPlan, planModules } from "./plan-modules.ts";
import { readPrimaryModules, readReplicaModules, type ReplicaModules } from "./read-modules.ts";
import { runChanges } from "./run-changes.ts";

export interface SyncModulesOptions {
  readonly signal: AbortSignal;
  readonly log: Log;
  /** An operator has said that what the primary no longer shows is really gone. */
  readonly confirmed?: boolean;
  /** No change starts after this; the setting's budget where it is missing or longer. */
  readonly budgetSeconds?: number;
  /** Also what failed a short while ago is tried again now. */
  readonly retryAll?: boolean;
  /** The host's span of this invocation. */
  readonly parent?: TraceParent | undefined;
}

export type SyncModulesResult =
  | { readonly kind: "done"; readonly run: ModuleRun; readonly states: ReadonlyMap<string, ModuleState> }
  | { readonly kind: "held-elsewhere" };

/**
 * One run: lease -> read both sides -> plan -> fence -> read and plan again -> change each -> report. Where nothing is to
 * be done no fence is raised and nothing is written but the run itself. One module that cannot follow never stops the
 * others: its reason is kept, and it is tried again with growing delay.
 * @throws DatabaseFailed, RedisUnavailable; when the signal is aborted whatever that broke off; Error when Redis was filled for another pair of databases
 */
export async function syncModules(app: App, options: SyncModulesOptions): Promise<SyncModulesResult> {
  const { clock, random } = app;
  const startedAt = clock.now();
  const ended = (run: Pick<ModulesRecord, "outcome" | "error" | "counts">): void =>
    app.telemetry.modulesEnded({ parent: options.parent, startedAt, endedAt: clock.now(), ...run });
  try {
    const held = await withLease(app.state, { app: "modules" }, { clock, random, signal: options.signal }, (signal) =>
      runOnce(app, { ...options, signal }),
    );
    if (held.kind === "held-elsewhere") return held;
    const { modules, changed, pending, postponed } = held.value.run;
    ended({ outcome: "ok", counts: { modules, changed, pending, postponed } });
    return { kind: "done", ...held.value };
  } catch (error) {
    if (error instanceof ModuleFenceLost || error instanceof LeaseLost) return { kind: "held-elsewhere" };
    // Each change is a transaction of its own: those that are done stay, the rest comes with the next run.
    if (options.signal.aborted) {
      ended({ outcome: "stopped" });
      throw error;
    }
    app.telemetry.errorMet(error);
    ended({ outcome: "failed", error });
    options.log.error("modules-failed", {
      ...(error instanceof DatabaseFailed ? error.explain() : { what: describeError(error) }),
      side: errorSide(error),
    });
    throw error;
  }
}

interface Facts {
  readonly primary: ModulesView;
  readonly replica: ReplicaModules;
  readonly plan: ModulesPlan;
}

interface RunResult {
  readonly run: ModuleRun;
  readonly states: ReadonlyMap<string, ModuleState>;
}

async function runOnce(app: App, options: SyncModulesOptions): Promise<RunResult> {
  const startedAt = app.clock.now();
  const redis = await readModuleStates(app.state);
  await checkUrls(app, redis);
  let facts = await readFacts(app, options);
  let outcomes: ReadonlyMap<string, ModuleOutcome> = new Map();
  if (hasWork(facts, redis, startedAt, options)) {
    const fence = await asked(app.replica, raiseFence(app.replica));
    // What another worker did before this fence is seen from here on.
    facts = await readFacts(app, options);
    await asked(app.replica, recordEqual(app, fence, facts));
    const budgetSeconds = Math.min(app.config.tickBudgetSeconds, options.budgetSeconds ?? Infinity);
    const endsAt = startedAt + budgetSeconds * 1_000;
    outcomes = await runChanges(app, { ...facts, fence, known: redis.states, endsAt }, options);
  }
  const states = moduleStates(facts.plan.modules, outcomes, redis.states, app);
  const run = reportRun(app, startedAt, facts, outcomes, states);
  await writeModuleStates(app.state, redis, states, run);
  return { run, states };
}

/** @throws Error when Redis was filled for another pair of databases */
async function checkUrls(app: App, redis: ModulesInRedis): Promise<void> {
  const urls = { primary: app.config.primary.url, replica: app.config.replica.url };
  const decision = decideConfigUrls(redis.configUrls, urls, app.state.keys);
  if (decision.kind === "refused") throw new Error(`${decision.what}; ${decision.fix}`);
  if (decision.kind === "write") await app.state.writeUrls(urls);
}

async function readFacts(app: App, { confirmed = false }: SyncModulesOptions): Promise<Facts> {
  const [primary, replica] = await Promise.all([
    asked(app.primary, readPrimaryModules(app.primary, app.moduleHashes.primary)),
    asked(app.replica, readReplicaModules(app.replica, app.moduleHashes.replica)),
  ]);
  const { dropUnknownViews } = app.config;
  return { primary, replica, plan: planModules(primary, replica, replica.records, { dropUnknownViews, confirmed }) };
}

async function asked<T>(database: App["primary"], answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw error instanceof ModuleFenceLost ? error : new DatabaseFailed(database, error);
  }
}

function hasWork(
  { primary, replica, plan }: Facts,
  redis: ModulesInRedis,
  now: number,
  options: SyncModulesOptions,
): boolean {
  return (
    plan.modules.some(
      (each) =>
        each.plan.kind === "record" ||
        (isChange(each) && (options.retryAll === true || isDue(each, redis.states.get(each.key), now))),
    ) ||
    goneRecords(replica).length > 0 ||
    outdatedObjects(primary.needed, replica, replica.records).length > 0
  );
}

/** What turned out to be equal is known from now on; what the replica no longer has is forgotten. */
async function recordEqual(app: App, fence: bigint, { replica, plan }: Facts): Promise<void> {
  const equal = plan.modules.flatMap(({ plan: { kind }, primary, replica: there, record }) =>
    kind === "record" && primary?.hash !== undefined && there?.hash !== undefined
      ? [
          {
            kind: "module" as const,
            name: there.name,
            created: record?.created === true,
            primaryObjectId: primary.objectId,
            source: moduleSource(primary.hash, primary),
            replicaHash: there.hash,
          },
        ]
      : [],
  );
  const gone = goneRecords(replica);
  if (equal.length > 0 || gone.length > 0) await writeModuleRecords(app.replica, fence, equal, gone);
}

/** Records of what the replica no longer has: somebody dropped it there. */
function goneRecords(replica: ReplicaModules): ModuleRecord[] {
  if (!replica.seesAll) return [];
  const modules = new Set(replica.modules.map(({ name }) => tableKey(name)));
  const objects = new Set(replica.needed.map(({ kind, name }) => `${kind} ${tableKey(name)}`));
  return replica.records.filter(({ kind, name }) =>
    kind === "module" ? !modules.has(tableKey(name)) : !objects.has(`${kind} ${tableKey(name)}`),
  );
}

function reportRun(
  app: App,
  startedAt: number,
  { primary, replica, plan }: Facts,
  outcomes: ReadonlyMap<string, ModuleOutcome>,
  states: ReadonlyMap<string, ModuleState>,
): ModuleRun {
  const count = (kind: ModuleOutcome["kind"]): number =>
    [...outcomes.values()].filter((each) => each.kind === kind).length;
  const advice = [primary.seesDependencies ? [] : "primary", replica.seesDependencies ? [] : "replica"]
    .flat()
    .map((role) => `GRANT SELECT ON sys.sql_expression_dependencies TO [the login's user on the ${role}];`);
  return {
    at: new Date(startedAt).toISOString(),
    ms: app.clock.now() - startedAt,
    modules: primary.modules.length,
    changed: count("changed"),
    pending: [...states.values()].filter(({ state }) => state === "pending").length,
    postponed: count("postponed"),
    dropsHeld: plan.dropsHeld,
    advice: advice.length === 0 ? undefined : advice,
  };
}
