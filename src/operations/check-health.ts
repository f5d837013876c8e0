import type { App } from "../app.ts";
import { describeError } from "../describe-error.ts";
import type { Ledger } from "../model/ledger-row.ts";
import { knownTables } from "../model/known-tables.ts";
import { type TableName, tableKey } from "../model/table-name.ts";
import type { TableState } from "../model/table-state.ts";
import { inspectPrimary, type PrimaryView } from "../primary/inspect.ts";
import { readLedger } from "../replica/ledger.ts";
import { decideConfigUrls } from "../state/config-urls.ts";
import { listStrangeKeys } from "../state/list-strange-keys.ts";
import { readModuleStates } from "../state/module-states.ts";
import type { Rebuilt } from "../state/redis-view.ts";
import { readVerifications } from "../state/verifications.ts";
import { explainDatabaseError, type ExplainedError } from "../db/explain-error.ts";
import { answered } from "./answered.ts";
import { type Finding, type PlacedFinding, placed } from "./finding.ts";
import { headroomFindings } from "./headroom-findings.ts";
import {
  type HealthReport,
  type PartHealth,
  primaryFacts,
  primaryFindings,
  statusOf,
  transportFindings,
} from "./health-report.ts";
import { modulesFindings, modulesHealth, type ModulesFacts } from "./modules-health.ts";
import { quoteName } from "../sql/quote.ts";
import { reportTables, type TablesView } from "./read-tables.ts";
import { verifyFindings } from "./verify-findings.ts";
import type { TableReport } from "./table-report.ts";

interface Answer<T> {
  readonly part: PartHealth;
  readonly value: T | undefined;
  readonly findings: readonly Finding[];
}

/** Timers that are switched off on purpose. */
export interface SwitchedOff {
  readonly moduleSync: boolean;
}

/** Asks all three servers at once; what they refuse becomes findings, never an error. */
export async function checkHealth(app: App, off: SwitchedOff): Promise<HealthReport> {
  const { findings, ...rest } = await examineHealth(app, off);
  return healthReport(findings, rest);
}

/** What a look at all three servers brought. */
export interface Examination {
  readonly facts: Omit<HealthReport, "status" | "findings">;
  readonly findings: readonly PlacedFinding[];
  /** Where all three answered. */
  readonly tables: { readonly view: TablesView; readonly reports: readonly TableReport[] } | undefined;
}

/** The report of an examination, in which findings do not tell what they are about. */
function healthReport(findings: readonly PlacedFinding[], { facts }: Pick<Examination, "facts">): HealthReport {
  return { status: statusOf(findings), findings: findings.map(({ part: _, ...finding }) => finding), ...facts };
}

/** @param limitMs how long each server may take; undefined: as long as its own time-outs */
export async function examineHealth(app: App, off: SwitchedOff, limitMs?: number): Promise<Examination> {
  const { config } = app;
  const [redis, primary, replica] = await Promise.all([
    ask(app, probed(app), explainRedisError, limitMs),
    ask(app, inspectPrimary(app.primary), (error) => explainDatabaseError(error, "primary", app.primary.name), limitMs),
    ask(app, readLedger(app.replica), (error) => explainDatabaseError(error, "replica", app.replica.name), limitMs),
  ]);
  const findings = [
    ...placed("redis", redis.findings),
    ...placed("primary", primary.findings),
    ...placed("replica", replica.findings),
  ];
  if (primary.value !== undefined)
    findings.push(...placed("primary", primaryFindings(primary.value, app.primary.name)));
  let tables: TablesHealth | undefined;
  if (redis.value === true && primary.value !== undefined && replica.value !== undefined) {
    const answer = await ask(app, checkTables(app, primary.value, replica.value), explainRedisError, limitMs);
    findings.push(...placed("redis", answer.findings), ...(answer.value?.findings ?? []));
    tables = answer.value;
  }
  let modules: ModulesFacts | undefined;
  if (redis.value === true) {
    const answer = await ask(app, readModuleStates(app.state), explainRedisError, limitMs);
    modules = answer.value && { ...answer.value, disabled: off.moduleSync };
    findings.push(...placed("redis", answer.findings));
    findings.push(...placed("modules", modules ? modulesFindings(modules, app.clock.now(), config) : []));
  }
  return {
    findings: findings.map((finding) => redacted(app, finding)),
    tables: tables && { view: tables.view, reports: tables.reports },
    facts: {
      settings: { ok: true, problems: [] },
      redis: { ...redis.part, auth: config.redisAuth, ...(tables?.rebuilt && { rebuilt: tables.rebuilt }) },
      primary: { ...primary.part, url: config.primary.url, ...(primary.value && primaryFacts(primary.value)) },
      replica: { ...replica.part, url: config.replica.url, ...(replica.value && { ledgerId: replica.value.id }) },
      ...(tables && { tables: tables.tables, strangeKeys: tables.strangeKeys, garbageValues: tables.garbageValues }),
      ...(modules && { modules: modulesHealth(modules) }),
    },
  };
}

async function ask<T>(
  app: App,
  work: Promise<T>,
  explain: (error: unknown) => ExplainedError,
  limitMs: number | undefined,
): Promise<Answer<T>> {
  const startedAt = app.clock.now();
  const part = (reachable: boolean): PartHealth => ({ reachable, milliseconds: app.clock.now() - startedAt });
  try {
    const value = await (limitMs === undefined ? work : answered(limitMs, work));
    return { value, part: part(true), findings: [] };
  } catch (error) {
    return { value: undefined, part: part(false), findings: [{ severity: "fatal", ...explain(error) }] };
  }
}

async function probed(app: App): Promise<true> {
  await app.state.probe();
  return true;
}

function explainRedisError(error: unknown): ExplainedError {
  return { what: describeError(error), fix: "check REDIS_URL and that Redis runs, takes writes and has memory left" };
}

type TablesHealth = Required<Pick<HealthReport, "tables" | "strangeKeys" | "garbageValues">> & {
  readonly findings: readonly PlacedFinding[];
  readonly view: TablesView;
  readonly reports: readonly TableReport[];
  readonly rebuilt: Rebuilt | undefined;
};

async function checkTables(app: App, primary: PrimaryView, ledger: Ledger): Promise<TablesHealth> {
  const tables: readonly TableName[] = knownTables(primary.tables, ledger);
  const known = new Set(tables.map(tableKey));
  const [redis, strangeKeys, verifications] = await Promise.all([
    app.state.readFlags(tables),
    listStrangeKeys(app.state, known),
    readVerifications(app.state, tables),
  ]);
  const view: TablesView = { primary, ledger, redis, tables };
  const reports = reportTables(view).tables;
  const findings: Finding[] = [];
  const keys: Finding[] = [];
  const urls = { primary: app.config.primary.url, replica: app.config.replica.url };
  const pair = decideConfigUrls(redis.configUrls, urls, app.state.keys);
  if (pair.kind === "refused") keys.push({ severity: "fatal", what: pair.what, fix: pair.fix });
  for (const { table, state, error } of reports) {
    if (state !== "blocked" && (error === null || state === "paused")) continue;
    const what = error?.what ?? "the primary does not show it with Change Tracking";
    findings.push({ severity: "error", what: `${table}: ${what}`, fix: error?.fix, sqlError: error?.sqlError });
  }
  findings.push(...headroomFindings(reports, quoteName(app.primary.name)));
  findings.push(...transportFindings(reports, app.config.rowTransport));
  findings.push(...verifyFindings({ ledger, tables }, verifications, (table) => app.state.keys.of("verify", table)));
  for (const { key, why, nearest } of strangeKeys) {
    const meant = nearest === undefined ? "" : `; did you mean ${nearest}?`;
    keys.push({ severity: "warning", what: `Redis key ${key}: ${why}${meant}`, fix: `DEL ${key}` });
  }
  for (const key of redis.garbage) {
    keys.push({
      severity: "warning",
      what: `Redis key ${key} holds a value that means nothing`,
      fix: `DEL ${key}`,
    });
  }
  return {
    tables: countStates(reports),
    strangeKeys,
    garbageValues: redis.garbage,
    rebuilt: redis.rebuilt,
    findings: [...placed("redis", keys), ...placed("tables", findings)],
    view,
    reports,
  };
}

function countStates(reports: readonly TableReport[]): Record<TableState, number> {
  const counts: Record<TableState, number> = { paused: 0, new: 0, loading: 0, live: 0, blocked: 0 };
  for (const { state } of reports) counts[state] += 1;
  return counts;
}

function redacted(app: App, finding: PlacedFinding): PlacedFinding {
  return { ...finding, what: app.redact(finding.what) };
}
