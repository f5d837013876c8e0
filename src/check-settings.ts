import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import { describeProblem, type Environment, readConfig } from "./config.ts";

/** `npm run check-settings`: says OK, or everything that is wrong with the settings, and exits 1. */

const settingsFile = "local.settings.json";

function localSettings(): Environment {
  if (!existsSync(settingsFile)) return {};
  try {
    const file = z.object({ Values: z.record(z.string(), z.unknown()).optional() });
    const { Values = {} } = file.parse(JSON.parse(readFileSync(settingsFile, "utf8")));
    return Object.fromEntries(Object.entries(Values).map(([name, value]) => [name, String(value)]));
  } catch {
    console.error(`${settingsFile} is no JSON of the form {"Values": {"NAME": "value"}}`);
    process.exitCode = 1;
    return {};
  }
}

const present = Object.entries(process.env).filter(([, value]) => value !== undefined && value !== "");
const result = readConfig({ ...localSettings(), ...Object.fromEntries(present) });
if (!result.ok) {
  for (const problem of result.problems) console.error(describeProblem(problem));
  process.exitCode = 1;
} else if (process.exitCode === undefined) {
  const { config } = result;
  console.log(`OK: ${config.primary.url} -> ${config.replica.url}, keys ${config.redisKeyPrefix}:*`);
}
