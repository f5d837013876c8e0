import { readFile } from "node:fs/promises";
import type { TestDatabase } from "./databases.ts";

export const loginPassword = "Login-Password-1";

/**
 * Makes the login and user `mssql_sync`, with the rights that a script of infra/sql grants.
 * @returns the setting to connect by that login
 */
export async function loginWith(database: TestDatabase, script: string): Promise<string> {
  await database.run(`CREATE LOGIN mssql_sync WITH PASSWORD = '${loginPassword}';
  GO
  CREATE USER mssql_sync FOR LOGIN mssql_sync;`);
  await database.run(await readFile(new URL(`../../infra/sql/${script}`, import.meta.url), "utf8"));
  const url = new URL(database.url);
  url.username = "mssql_sync";
  url.password = loginPassword;
  return url.href;
}
