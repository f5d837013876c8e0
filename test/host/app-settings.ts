import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

export type AppSettings = Readonly<Record<string, string>>;

/** `Values` of local.settings.json; nothing where the file is missing. @throws where it is no JSON or encrypted */
export function readLocalSettings(appFolder: string): AppSettings {
  const file = join(appFolder, "local.settings.json");
  if (!existsSync(file)) return {};
  const json = JSON.parse(readFileSync(file, "utf8")) as { IsEncrypted?: boolean; Values?: Record<string, unknown> };
  if (json.IsEncrypted === true) throw new Error(`${file} is encrypted: run "func settings decrypt"`);
  return Object.fromEntries(Object.entries(json.Values ?? {}).map(([name, value]) => [name, String(value)]));
}

/** Whether `AzureWebJobs.<name>.Disabled` takes the function out. */
export function isDisabled(settings: AppSettings, functionName: string): boolean {
  const value = settings[`AzureWebJobs.${functionName}.Disabled`] ?? "";
  return value === "1" || value.toLowerCase() === "true";
}

/**
 * Puts settings in the place of `%NAME%`.
 * @throws where a setting has no value; the real host leaves such a function out
 */
export function resolveSettings(text: string, settings: AppSettings): string {
  return text.replace(/%([^%]+)%/g, (_, name: string) => {
    const value = settings[name];
    if (value === undefined || value === "") throw new Error(`'%${name}%' does not resolve to a value.`);
    return value;
  });
}
