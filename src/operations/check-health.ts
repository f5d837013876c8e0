import type { App } from "../app.ts";
import { describeError } from "../describe-error.ts";
import type { Ledger } from "../model/ledger-row.ts";
import { knownTables } from "../model/known-tables.ts";
import { type TableName, tableKey } from "../model/table-name.ts";
import { inspectPrimary, type PrimaryView } from "../primary/inspect.ts";
import { readLedger } from "../replica/ledger.ts";
import { decideConfigUrls } from "../state/config-urls.ts";
import { listStrangeKeys } from "../state/list-strange-keys.ts";
import { readModuleStates } from "../state/module-states.ts";
import { readVerifications } from "../state/verifications.ts";
import { explainDatabaseError, type ExplainedError } from "../db/explain-error.ts";
import type { Finding } from "./finding.ts";
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
import { reportTables } from "./read-tables.ts";
import { verifyFindings } from "./verify-findings.ts";
import { headroomFindings } from "./retention-headroom.ts";
import type { TableReport, TableState } from "./table-report.ts";

interface Answer<T> {
  readonly part: PartHealth;
  readonly value: T | undefined;
  readonly findings: readonly Finding[];
}

/**
 * Asks all three servers at once; what they refuse becomes findings, never an error.
 * @param off timers that are switched off on purpose
 */
export async function checkHealth(app: App, off: { readonly moduleSync: boolean }): Promise<HealthReport> {
  const { config } = app;
  const [redis, primary, replica] = await Promise.all([
    ask(app, probed(app), explainRedisError),
    ask(app, inspectPrimary(app.primary), (error) => explainDatabaseError(error, "primary", app.primary.name)),
    ask(app, readLedger(app.replica), (error) => explainDatabaseError(error, "replica", app.replica.name)),
  ]);
  const findings = [...redis.findings, ...primary.findings, ...replica.findings];
  if (primary.value !== undefined) findings.push(...primaryFindings(primary.value, app.primary.name));
  let tables: TablesHealth | undefined;
  if (redis.value === true && primary.value !== undefined && replica.value !== undefined) {
    const answer = await ask(app, checkTables(app, primary.value, replica.value), explainRedisError);
    findings.push(...answer.findings, ...(answer.value?.findings ?? []));
    tables = answer.value;
  }
  let modules: ModulesFacts | undefined;
  if (redis.value === true) {
    const answer = await ask(app, readModuleStates(app.state), explainRedisError);
    modules = answer.value && { ...answer.value, disabled: off.moduleSync };
    findings.push(...answer.findings, ...(modules ? modulesFindings(modules, app.clock.now(), config) : []));
  }
  return {
    status: statusOf(findings),
    findings: findings.map((finding) => redacted(app, finding)),
    settings: { ok: true, problems: [] },
    redis: redis.part,
    primary: { ...primary.part, url: config.primary.url, ...(primary.value && primaryFacts(primary.value)) },
    replica: { ...replica.part, url: config.replica.url, ...(replica.value && { ledgerId: replica.value.id }) },
    ...(tables && { tables: tables.tables, strangeKeys: tables.strangeKeys, garbageValues: tables.garbageValues }),
    ...(modules && { modules: modulesHealth(modules) }),
  };
}

async function ask<T>(app: App, work: Promise<T>, explain: (error: unknown) => ExplainedError): Promise<Answer<T>> {
  const startedAt = app.clock.now();
  const part = (reachable: boolean): PartHealth => ({ reachable, milliseconds: app.clock.now() - startedAt });
  try {
    const value = await work;
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
  readonly findings: readonly Finding[];
};

async function checkTables(app: App, primary: PrimaryView, ledger: Ledger): Promise<TablesHealth> {
  const tables: readonly TableName[] = knownTables(primary.tables, ledger);
  const known = new Set(tables.map(tableKey));
  const [redis, strangeKeys, verifications] = await Promise.all([
    app.state.readFlags(tables),
    listStrangeKeys(app.state, known),
    readVerifications(app.state, tables),
  ]);
  const reports = reportTables({ primary, ledger, redis, tables }).tables;
  const findings: Finding[] = [];
  const urls = { primary: app.config.primary.url, replica: app.config.replica.url };
  const pair = decideConfigUrls(redis.configUrls, urls, app.state.keys);
  if (pair.kind === "refused") findings.push({ severity: "fatal", what: pair.what, fix: pair.fix });
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
    findings.push({ severity: "warning", what: `Redis key ${key}: ${why}${meant}`, fix: `DEL ${key}` });
  }
  for (const key of redis.garbage) {
    findings.push({
      severity: "warning",
      what: `Redis key ${key} holds a value that means nothing`,
      fix: `DEL ${key}`,
    });
  }
  return { tables: countStates(reports), strangeKeys, garbageValues: redis.garbage, findings };
}

function countStates(reports: readonly TableReport[]): Record<TableState, number> {
  const counts: Record<TableState, number> = { paused: 0, new: 0, loading: 0, live: 0, blocked: 0 };
  for (const { state } of reports) counts[state] += 1;
  return counts;
}

function redacted(app: App, finding: Finding): Finding {
  return { ...finding, what: app.redact(finding.what) };
}
