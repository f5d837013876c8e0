import { parseArgs } from "node:util";
import { startSyncStack, type SyncStack } from "../support/sync-stack.ts";

const usage = `npm run bench:modules -- [--modules N]
  Makes N modules (views on views, procedures and all kinds of functions) on the primary's emulator, lets module sync
  create them on the replica, and measures the runs that find nothing to do, and one that finds one change.
  --modules N   10 to 50000, default 5000
  Exit code: 0 both sides have the same modules; 1 otherwise; 2 wrong arguments.`;

const linesOfBody = 20;

/** Each group of five has one module of every type; the views stand on each other, ten deep. */
function moduleScript(at: number): string {
  const filler = Array.from({ length: linesOfBody }, (_, line) => `  -- line ${line} of module ${at}`).join("\n");
  const name = `M${at}`;
  switch (at % 5) {
    case 0: {
      const below = at % 50 === 0 ? "(SELECT 1 AS n) AS s" : `dbo.M${at - 5}`;
      return `CREATE VIEW dbo.${name} AS\n${filler}\nSELECT n FROM ${below};`;
    }
    case 1:
      return `CREATE PROCEDURE dbo.${name} @n int = 1 AS\n${filler}\nSELECT @n AS n;`;
    case 2:
      return `CREATE FUNCTION dbo.${name}(@n int) RETURNS int AS BEGIN\n${filler}\nRETURN @n; END;`;
    case 3:
      return `CREATE FUNCTION dbo.${name}(@n int) RETURNS TABLE AS RETURN (\n${filler}\nSELECT @n AS n);`;
    default:
      return `CREATE FUNCTION dbo.${name}() RETURNS @t TABLE (n int) AS BEGIN\n${filler}\nRETURN; END;`;
  }
}

async function measure(stack: SyncStack, what: string): Promise<void> {
  const startedAt = performance.now();
  let changed = 0;
  const trips = await stack.databases.countRoundTrips("mssql_sync", async () => {
    const result = await stack.syncModules();
    if (result.kind === "done") changed = result.run.changed;
  });
  const ms = Math.round(performance.now() - startedAt);
  const memory = Math.round(process.memoryUsage().heapUsed / 1e6);
  console.log(
    `${what.padEnd(36)} ${String(ms).padStart(7)} ms  ${trips} round trips  ${changed} changed  heap ${memory} MB`,
  );
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { modules: { type: "string" }, help: { type: "boolean", short: "h" } } });
  const count = Number(values.modules ?? 5_000);
  if (values.help === true || !Number.isInteger(count) || count < 10 || count > 50_000) {
    console.error(usage);
    return values.help === true ? 0 : 2;
  }
  const stack = await startSyncStack({ settings: { TICK_BUDGET_SECONDS: "480" } });
  try {
    const { primary, replica } = stack.databases;
    for (let at = 0; at < count; at++) await primary.run(moduleScript(at));
    await measure(stack, `create ${count} modules`);
    // A change of the last seconds is hashed again each time: its date may be shared by a later one.
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    await measure(stack, "nothing changed, hashes not known");
    await measure(stack, "nothing changed, hashes known");
    await measure(stack, "nothing changed, hashes known");
    await primary.run("ALTER PROCEDURE dbo.M1 AS SELECT 2 AS n;");
    await measure(stack, "one changed");
    const query = `SELECT o.name, CONVERT(varchar(64), HASHBYTES('SHA2_256', m.definition), 2) AS hash
      FROM sys.sql_modules AS m JOIN sys.objects AS o ON o.object_id = m.object_id ORDER BY o.name;`;
    const [left, right] = await Promise.all([primary.rows(query), replica.rows(query)]);
    const equal = left.length === count && JSON.stringify(left) === JSON.stringify(right);
    console.log(equal ? "equal" : `different: ${left.length} and ${right.length} modules`);
    return equal ? 0 : 1;
  } finally {
    await stack.close();
  }
}

process.exitCode = await main();
