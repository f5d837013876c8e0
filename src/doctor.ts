import { parseArgs } from "node:util";
import { createApp } from "./app.ts";
import { describeProblem, type Environment } from "./config.ts";
import { readLocalSettings } from "./local-settings.ts";
import { checkDeepHealth } from "./operations/check-deep-health.ts";
import { doctorText, mustBeMended } from "./operations/doctor-text.ts";
import { functionDisabled } from "./operations/function-disabled.ts";
import { unhealthySettings } from "./operations/health-report.ts";
import { SettingsError } from "./settings-error.ts";

const help = `npm run doctor [-- --json]

Checks everything that must be true on the primary, the replica and in Redis, and prints what it finds with the statement that mends it. It
reads its settings from the environment, and what is missing there from Values of local.settings.json.

  --json  the report as JSON, as GET /api/health?deep=1 answers it
  --help  this text

Exits 0 when nothing must be mended, 1 when something must be (a server that cannot be reached or a wrong setting is that too), 2 for wrong use.`;

/** `npm run doctor`. @returns the exit code */
async function main(): Promise<number> {
  let options: { json?: boolean; help?: boolean };
  try {
    options = parseArgs({ options: { json: { type: "boolean" }, help: { type: "boolean" } } }).values;
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${help}`);
    return 2;
  }
  if (options.help === true) {
    console.log(help);
    return 0;
  }
  try {
    return await examine(readLocalSettings(process.env), options.json === true);
  } catch (error) {
    if (error instanceof SettingsError) {
      if (options.json === true) console.log(JSON.stringify(unhealthySettings(error.problems), null, 2));
      else console.error([...error.problems.map(describeProblem), "", "To be mended: the settings."].join("\n"));
    } else console.error((error as Error).message);
    return 1;
  }
}

async function examine(settings: Environment, json: boolean): Promise<number> {
  const app = createApp(settings);
  try {
    const report = await checkDeepHealth(app, { moduleSync: functionDisabled(settings, "syncModules") });
    process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : doctorText(report));
    return mustBeMended(report.findings) ? 1 : 0;
  } finally {
    await app.close();
  }
}

process.exitCode = await main();
