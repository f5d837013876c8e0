import type { Environment } from "../config.ts";

/**
 * Whether an app setting takes this function out. The host reads the name with underscores too, for systems that have no
 * variables with dots.
 * https://learn.microsoft.com/azure/azure-functions/disable-function
 */
export function functionDisabled(env: Environment, name: string): boolean {
  const value = env[`AzureWebJobs.${name}.Disabled`] ?? env[`AzureWebJobs_${name}_Disabled`] ?? "";
  return value === "1" || value.toLowerCase() === "true";
}
