import { describeProblem, type Environment, readConfig } from "./config.ts";
import { readLocalSettings } from "./local-settings.ts";

/** `npm run check-settings`: says OK, or everything that is wrong with the settings, and exits 1. */

function settings(): Environment {
  try {
    return readLocalSettings(process.env);
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
    return process.env;
  }
}

const result = readConfig(settings());
if (!result.ok) {
  for (const problem of result.problems) console.error(describeProblem(problem));
  process.exitCode = 1;
} else if (process.exitCode === undefined) {
  const { config } = result;
  const login = config.redisAuth === "entra" ? ", Redis by Microsoft Entra" : "";
  console.log(`OK: ${config.primary.url} -> ${config.replica.url}, keys ${config.redisKeyPrefix}:*${login}`);
}
