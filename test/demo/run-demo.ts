import { writeFileSync } from "node:fs";
import type { ConnectionPool } from "mssql";
import type { LocalHost } from "../host/start-host.ts";
import { moduleQueries, replicaOnly } from "./change-modules.ts";
import { compareDatabases } from "./compare-databases.ts";
import { compareAnswers, compareModules } from "./compare-modules.ts";
import type { DemoArguments } from "./demo-arguments.ts";
import { verificationTable, type DemoResult } from "./demo-result.ts";
import { changeModuleDuring } from "./follow-modules.ts";
import { database, startApp, startServers, type DemoServers } from "./demo-stack.ts";
import { Killer } from "./killer.ts";
import { LiveView } from "./live-view.ts";
import { startOperator } from "./operator.ts";
import { playScenario } from "./play-scenario.ts";
import { connectTo } from "./sql-client.ts";
import { readTriggers } from "./read-modules.ts";
import { readModuleStates, readTables } from "./read-tables.ts";
import { TableWatch } from "./table-watch.ts";
import { TickLog } from "./tick-log.ts";

/** The product's defaults are every five seconds and every thirty; the demo does not wait that long. */
const schedules = { SYNC_SCHEDULE: "* * * * * *", MODULE_SYNC_SCHEDULE: "*/3 * * * * *" };

/** Plays the demo and prints it. @returns whether the replica equals the primary @throws where the scenario fails */
export async function runDemo(options: DemoArguments): Promise<boolean> {
  const view = new LiveView({
    write: (text) => process.stdout.write(text),
    terminal: process.stdout.isTTY,
    columns: process.stdout.columns,
  });
  view.step("starting two SQL Server emulators and Redis");
  const servers = await startServers();
  try {
    view.step(`Redis: ${servers.redis.kind}; the app ticks every second here instead of every five, modules every 3 s`);
    return await playAndVerify(options, servers, view);
  } finally {
    await servers.close();
  }
}

async function playAndVerify(options: DemoArguments, servers: DemoServers, view: LiveView): Promise<boolean> {
  const log = new TickLog();
  const say = (text: string): void => view.step(text);
  const primary = await connectTo(servers.primary.server, database);
  const replica = await connectTo(servers.replica.server, database);
  let host: LocalHost | undefined;
  /** The host that is ending: it can be killed still. */
  let ending: LocalHost | undefined;
  const app = (): LocalHost => {
    if (host === undefined) throw new Error("the app is stopped");
    return host;
  };
  const operator = await startOperator(servers.redis.url, app);
  const watch = new TableWatch(
    async () => ({ tables: await readTables(operator), modules: await readModuleStates(operator) }),
    view,
  );
  const killer =
    options.chaos === 0
      ? undefined
      : new Killer({
          primary: servers.primary,
          replica: servers.replica,
          kill: async (total) => {
            const target = host ?? ending;
            await target?.kill("SIGKILL");
            // A dead app's leases hold the next one up for ten seconds. Every tenth time it has to wait.
            if (total % 10 !== 9) await operator.removeLeases();
            return target !== undefined;
          },
          onKill: (step, total) => say(`kill ${total} of ${options.chaos}: ${step}`),
        });
  try {
    watch.start();
    await playScenario({
      primary,
      replica,
      operator,
      watch,
      say,
      startApp: async () => {
        host = await startApp(servers, { settings: schedules, onLog: log.take });
      },
      stopApp: async () => {
        ending = host;
        host = undefined;
        await ending?.stop();
        ending = undefined;
      },
      ticks: () => log.ticks,
      disturb: async (part) => {
        if (killer === undefined) return;
        await changeModuleDuring(primary, killer.killUpTo(part === "first load" ? options.chaos / 2 : options.chaos));
      },
      patience: 1 + options.chaos / 5,
    });
  } catch (error) {
    const errors = log.lastErrors.map((text) => `\n  ${text}`).join("");
    throw new Error(`the scenario failed${errors === "" ? "" : `; the app's last errors:${errors}`}`, { cause: error });
  } finally {
    killer?.stop();
    watch.stop();
    await host?.stop();
    await operator.close();
    await Promise.all([primary.close(), replica.close()]);
  }
  return verify(options, servers, view, log, killer);
}

async function verify(
  options: DemoArguments,
  servers: DemoServers,
  view: LiveView,
  log: TickLog,
  killer: Killer | undefined,
): Promise<boolean> {
  const primary = await connectTo(servers.primary.server, database);
  const replica = await connectTo(servers.replica.server, database);
  try {
    const tables = await compareDatabases(primary, replica);
    const definitions = await compareModules(primary, replica, [replicaOnly.name]);
    const modules = await compareAnswers(primary, replica, definitions, moduleQueries);
    const [triggers, arrived] = [await readTriggers(primary), await readTriggers(replica)];
    const isEqual = (each: { readonly differences: number }): boolean => each.differences === 0;
    const result: DemoResult = {
      equal:
        tables.length > 0 &&
        tables.every(isEqual) &&
        modules.length > 0 &&
        modules.every(isEqual) &&
        arrived.length === 0,
      transport: await readTransport(replica),
      kills: killer?.total ?? 0,
      ...(killer === undefined ? {} : { killsByStep: killer.kills }),
      ticks: log.ticks,
      seconds: Math.round(view.seconds * 10) / 10,
      tables: tables.map(({ name, rows, differences }) => ({ name, rows, differences })),
      modules: modules.map(({ name, type, differences }) => ({ name, type, differences })),
    };
    if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`);
    view.step("verification: columns, types, nullability, collation, identity, defaults, keys and every value;");
    view.step("  definitions, settings, columns, parameters and indexes of modules, and what they answer");
    process.stdout.write(`\n${verificationTable(tables, modules)}\n\n`);
    const shown = arrived.length === 0 ? "none on the replica" : `on the replica: ${arrived.join(", ")}`;
    const own = modules.some(({ name }) => name === replicaOnly.name) ? "is lost" : "stands as it was";
    process.stdout.write(`triggers: ${triggers.join(", ")} on the primary, ${shown}\n`);
    process.stdout.write(`the replica's own procedure ${replicaOnly.name} ${own}\n\n`);
    const kills = killer === undefined ? "" : `, killed ${killer.total} times (${JSON.stringify(killer.kills)})`;
    const summary = `${result.ticks} ticks in ${result.seconds} s, rows by ${result.transport}${kills}`;
    process.stdout.write(`${result.equal ? "The replica equals the primary" : "The replica DIFFERS"}: ${summary}\n`);
    return result.equal;
  } finally {
    await Promise.all([primary.close(), replica.close()]);
  }
}

/** How rows travelled, as the ledger on the replica has it. */
async function readTransport(replica: ConnectionPool): Promise<string> {
  const query = "SELECT DISTINCT transport FROM mssql_sync.ledger WHERE transport IS NOT NULL ORDER BY transport";
  const { recordset } = await replica.request().batch<{ transport: string }>(query);
  return recordset.map(({ transport }) => transport).join(", ");
}
