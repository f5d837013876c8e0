import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import type { Environment } from "./config.ts";

const settingsFile = "local.settings.json";

/**
 * The settings of a program that runs outside of the Functions host: the environment, and for what it lacks the `Values` of local.settings.json in
 * the current folder, where there is one.
 * @throws Error where that file has another form
 */
export function readLocalSettings(env: Environment): Environment {
  const present = Object.entries(env).filter(([, value]) => value !== undefined && value !== "");
  return { ...fileSettings(), ...Object.fromEntries(present) };
}

function fileSettings(): Environment {
  if (!existsSync(settingsFile)) return {};
  try {
    const file = z.object({ Values: z.record(z.string(), z.unknown()).optional() });
    const { Values = {} } = file.parse(JSON.parse(readFileSync(settingsFile, "utf8")));
    return Object.fromEntries(Object.entries(Values).map(([name, value]) => [name, String(value)]));
  } catch (error) {
    throw new Error(`${settingsFile} is no JSON of the form {"Values": {"NAME": "value"}}`, { cause: error });
  }
}
