import { readFile } from "node:fs/promises";

/** What infra/sql grants to the user `mssql_sync`. */
export function rightsScript(side: "primary" | "replica"): Promise<string> {
  return readFile(new URL(`../../infra/sql/${side}-rights.sql`, import.meta.url), "utf8");
}
