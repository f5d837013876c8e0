import type { App } from "../app.ts";
import type { Database } from "../db/database.ts";
import { explainDatabaseError } from "../db/explain-error.ts";
import { describeError } from "../describe-error.ts";
import { tableKey } from "../model/table-name.ts";
import { quoteName } from "../sql/quote.ts";
import { answered } from "./answered.ts";
import { type Examination, examineHealth, type SwitchedOff } from "./check-health.ts";
import { type ClockReading, clockFindings } from "./clock-findings.ts";
import { type Finding, type FindingPart, type PlacedFinding, placed } from "./finding.ts";
import { type HealthReport, type PartHealth, statusOf } from "./health-report.ts";
import { lookAtTables, type TableLooks } from "./look-at-tables.ts";
import { readRedisClock, readRedisFacts } from "./read-redis-facts.ts";
import { readRights } from "./read-rights.ts";
import { readServerClock, readServerFacts } from "./read-server-facts.ts";
import { readSpace } from "./read-space.ts";
import { readForeignKeys, readPrimaryTables } from "./read-table-surroundings.ts";
import type { RedisFacts } from "./redis-facts.ts";
import { redisFindings } from "./redis-findings.ts";
import { primaryRightsFindings, replicaRights, replicaRightsFindings } from "./rights-findings.ts";
import { schedulePeriod } from "./schedule-period.ts";
import type { ServerFacts } from "./server-facts.ts";
import { pairFindings, serverFindings } from "./server-findings.ts";
import { type SpaceFacts, spaceFindings } from "./space-findings.ts";
import { foreignKeyFindings, loadTimeFindings, obstacleFindings, untrackedFindings } from "./table-findings.ts";
import { lookAtTable } from "./table-look.ts";
import { trackingFindings } from "./tracking-findings.ts";

/** The health report with all that can be looked at without changing anything. */
export interface DeepHealthReport extends HealthReport {
  readonly findings: readonly PlacedFinding[];
  readonly deep: DeepFacts;
}

/** What could not be looked at is missing, and a finding says why. */
export interface DeepFacts {
  readonly milliseconds: number;
  readonly primary?: ServerFacts;
  readonly replica?: ServerFacts;
  readonly space?: SpaceFacts;
  readonly redis?: RedisFacts;
  readonly clocks: readonly ClockReading[];
  readonly tables?: { readonly tracked: number; readonly lookedAt: number; readonly untracked: number | null };
}

/**
 * For each stage of the look, of which there are seven one after the other: all of them stay below the 230 s after which the host's front end gives an
 * HTTP call up, whatever hangs.
 */
const defaultLimitMs = 25_000;

/**
 * Checks everything that must be true on both servers and in Redis. A check that fails, or takes longer than `limitMs`, becomes a finding, and the
 * others go on. Nothing is changed but what the plain report changes (a probe in Redis; the ledger's own tables).
 */
export async function checkDeepHealth(app: App, off: SwitchedOff, limitMs = defaultLimitMs): Promise<DeepHealthReport> {
  const startedAt = app.clock.now();
  const examination = await examineHealth(app, off, limitMs);
  const looked = await new DeepLook(app, limitMs).all(examination);
  const findings = distinct([...examination.findings, ...looked.findings].map((finding) => named(finding, looked)));
  return {
    status: statusOf(findings),
    findings: findings.map((finding) => redacted(app, finding)),
    ...examination.facts,
    deep: { milliseconds: app.clock.now() - startedAt, ...looked.facts },
  };
}

interface Looked {
  readonly facts: Omit<DeepFacts, "milliseconds">;
  readonly findings: readonly PlacedFinding[];
}

/** One look at everything: gathers what its checks find, and what keeps them from it. */
class DeepLook {
  readonly #app: App;
  readonly #limitMs: number;
  readonly #findings: PlacedFinding[] = [];

  constructor(app: App, limitMs: number) {
    this.#app = app;
    this.#limitMs = limitMs;
  }

  async all(examination: Examination): Promise<Looked> {
    const { facts, tables } = examination;
    const { primary: primaryDatabase, replica: replicaDatabase } = this.#app;
    const [primary, replica, redis] = await Promise.all([
      this.#answers(facts.primary, primaryDatabase).then((yes) => (yes ? this.#lookAtPrimary(examination) : undefined)),
      this.#answers(facts.replica, replicaDatabase).then((yes) => (yes ? this.#lookAtReplica(examination) : undefined)),
      facts.redis?.reachable === true ? this.#lookAtRedis() : undefined,
    ]);
    if (primary?.server !== undefined && replica?.server !== undefined) {
      this.#add("replica", pairFindings(primary.server, replica.server, this.#app.replica.name));
    }
    const clocks = [primary?.clock, replica?.clock, redis?.clock].filter((clock) => clock !== undefined);
    const all: ClockReading[] = [{ who: "app", offsetMs: 0, uncertaintyMs: 0 }, ...clocks];
    for (const { part, finding } of clockFindings(all)) this.#add(part, [finding]);
    const looks = tables === undefined ? undefined : await this.#lookAtTables(tables);
    return {
      findings: this.#findings,
      facts: {
        ...(primary?.server && { primary: primary.server }),
        ...(replica?.server && { replica: replica.server }),
        ...(replica?.space && { space: replica.space }),
        ...(redis?.facts && { redis: redis.facts }),
        clocks: all,
        ...(tables &&
          looks && {
            tables: {
              tracked: tables.view.primary.tables.length,
              lookedAt: looks.looks.length,
              untracked: primary?.tables?.untracked.length ?? null,
            },
          }),
      },
    };
  }

  /** What the plain report asks for may fail for want of a right: then all else is looked at all the same. */
  async #answers(part: PartHealth | undefined, database: Database): Promise<boolean> {
    if (part?.reachable === true) return true;
    try {
      await answered(this.#limitMs, readServerFacts(database));
      return true;
    } catch {
      return false;
    }
  }

  async #lookAtPrimary({ tables: seen, findings: plain }: Examination) {
    const { primary, clock, config } = this.#app;
    const [server, rights, tables] = await Promise.all([
      this.#ask(primary, "version and settings of the primary", readServerFacts(primary)),
      this.#ask(primary, "rights on the primary", readRights(primary, [])),
      this.#ask(primary, "tables that are not tracked", readPrimaryTables(primary)),
    ]);
    if (server !== undefined) this.#add("primary", serverFindings("primary", primary.name, server));
    if (seen !== undefined) this.#add("primary", trackingFindings(seen.view.primary, primary.name));
    if (server !== undefined && rights !== undefined && !saidOfModules(plain, "primary")) {
      this.#add("primary", primaryRightsFindings({ ...rights, user: server.user }));
    }
    if (tables !== undefined) {
      this.#add("tables", untrackedFindings(tables.untracked));
      const period = tickSeconds(config.syncSchedule);
      if (seen !== undefined) {
        this.#add("tables", loadTimeFindings(seen.reports, tables.rows, config.fullLoadChunkRows, period));
      }
    }
    return { server, tables, clock: await this.#ask(primary, "the primary's clock", readServerClock(primary, clock)) };
  }

  async #lookAtReplica({ tables: seen, findings: plain }: Examination) {
    const { replica, clock } = this.#app;
    const [server, rights, space, foreignKeys] = await Promise.all([
      this.#ask(replica, "version and settings of the replica", readServerFacts(replica)),
      this.#ask(replica, "rights on the replica", readRights(replica, replicaRights)),
      this.#ask(replica, "free space of the replica", readSpace(replica)),
      this.#ask(replica, "foreign keys of the replica", readForeignKeys(replica)),
    ]);
    if (server !== undefined) this.#add("replica", serverFindings("replica", replica.name, server));
    if (space !== undefined) {
      this.#add("replica", spaceFindings(space, replica.name, server?.logReuseWait ?? "NOTHING"));
    }
    if (server !== undefined && rights !== undefined) {
      const schemas = new Set(["mssql_sync", ...(seen?.view.tables ?? []).map(({ schema }) => schema)]);
      const known = saidOfModules(plain, "replica");
      const facts = { ...rights, user: server.user, readsDependencies: rights.readsDependencies || known };
      this.#add("replica", replicaRightsFindings(facts, schemas));
    }
    if (foreignKeys !== undefined && seen !== undefined) {
      this.#add("tables", foreignKeyFindings(foreignKeys, enabledTables(seen)));
    }
    return { server, space, clock: await this.#ask(replica, "the replica's clock", readServerClock(replica, clock)) };
  }

  async #lookAtRedis() {
    const { redis } = this.#app.state;
    const [facts, clock] = await Promise.all([
      this.#askRedis("settings of Redis", readRedisFacts(redis)),
      this.#askRedis("the clock of Redis", readRedisClock(redis, this.#app.clock)),
    ]);
    if (facts !== undefined) this.#add("redis", redisFindings(facts));
    return { facts, clock };
  }

  async #lookAtTables(seen: NonNullable<Examination["tables"]>): Promise<TableLooks | undefined> {
    const { primary, replica, config, clock } = this.#app;
    const tables = seen.view.primary.tables.map(({ table }) => table);
    const limits = { atOnce: config.syncThreads, limitMs: this.#limitMs, clock };
    const looking = lookAtTables(
      tables,
      (table) => answered(this.#limitMs, lookAtTable(primary, replica, table)),
      limits,
    );
    const looks = await looking;
    this.#add("tables", obstacleFindings(looks.looks, enabledTables(seen)));
    for (const { table, error } of looks.failed) {
      this.#add("tables", [
        { severity: "warning", what: `${tableKey(table)} could not be checked: ${describeError(error)}` },
      ]);
    }
    if (looks.left > 0) {
      const what = `${looks.left} of ${tables.length} tables were not looked at: the others took ${this.#limitMs / 1000} s`;
      this.#add("tables", [{ severity: "warning", what, fix: "raise SYNC_THREADS" }]);
    }
    return looks;
  }

  #add(part: FindingPart, findings: readonly Finding[]): void {
    this.#findings.push(...placed(part, findings));
  }

  async #ask<T>(database: Database, subject: string, work: Promise<T>): Promise<T | undefined> {
    try {
      return await answered(this.#limitMs, work);
    } catch (error) {
      const { what, ...more } = explainDatabaseError(error, database.role, database.name);
      this.#add(database.role, [{ severity: "warning", what: `${subject} could not be checked: ${what}`, ...more }]);
      return undefined;
    }
  }

  async #askRedis<T>(subject: string, work: Promise<T>): Promise<T | undefined> {
    try {
      return await answered(this.#limitMs, work);
    } catch (error) {
      this.#add("redis", [{ severity: "warning", what: `${subject} could not be checked: ${describeError(error)}` }]);
      return undefined;
    }
  }
}

function enabledTables({ reports }: NonNullable<Examination["tables"]>): ReadonlySet<string> {
  return new Set(reports.filter(({ enabled }) => enabled).map(({ table }) => table));
}

/** The last run of module sync has asked for the right to read what refers to what. */
function saidOfModules(plain: readonly PlacedFinding[], role: "primary" | "replica"): boolean {
  return plain.some(({ part, fix }) => part === "modules" && fix?.includes(`user on the ${role}`) === true);
}

/** Statements name the login's user, where it is known. */
function named(finding: PlacedFinding, { facts }: Looked): PlacedFinding {
  if (finding.fix === undefined) return finding;
  let { fix } = finding;
  for (const role of ["primary", "replica"] as const) {
    const user = facts[role]?.user;
    if (user === undefined) continue;
    fix = fix.replaceAll(`[the login's user on the ${role}]`, quoteName(user));
    if (finding.part === role) fix = fix.replaceAll("[login]", quoteName(user));
  }
  return { ...finding, fix };
}

/** What a table's last step found, and a look at it finds again, is said once. */
function distinct(findings: readonly PlacedFinding[]): PlacedFinding[] {
  const seen = new Map<string, PlacedFinding>();
  for (const finding of findings) if (!seen.has(finding.what)) seen.set(finding.what, finding);
  return [...seen.values()];
}

/** Seconds between two ticks, where the schedule says so plainly. */
function tickSeconds(schedule: string): number | undefined {
  const step = /^\*(?:\/(\d+))?(?:\s+\*){5}$/.exec(schedule.trim());
  return step === null ? schedulePeriod(schedule) : Number(step[1] ?? 1);
}

function redacted(app: App, finding: PlacedFinding): PlacedFinding {
  const { fix } = finding;
  return { ...finding, what: app.redact(finding.what), ...(fix === undefined ? {} : { fix: app.redact(fix) }) };
}
