import { parseDatabaseSetting } from "../../src/config/database-setting.ts";
import { Database } from "../../src/db/database.ts";
import type { Role } from "../../src/db/role.ts";

/** One of the test's databases as the product opens it, under the product's own application name. */
export function productDatabase(role: Role, url: string): Database {
  const setting = parseDatabaseSetting(url, 2);
  if (!setting.ok) throw new Error(`open the ${role}: its setting ${setting.problems.join("; ")}`);
  return new Database(role, setting.value.config);
}
