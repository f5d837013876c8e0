import type { Database } from "../db/database.ts";
import { doctorRightsQuery } from "../sql/doctor-rights-query.ts";
import type { RightsFacts } from "./rights-findings.ts";

/** @param asked rights on the database, by name. One round trip. */
export async function readRights(database: Database, asked: readonly string[]): Promise<Omit<RightsFacts, "user">> {
  const [rights, schemas] = await database.query(doctorRightsQuery(asked));
  const row = rights?.[0] ?? {};
  return {
    // NULL: this version has no such right, so nothing can lack it.
    database: Object.fromEntries(asked.map((right, at) => [right, row[`r${at}`] !== 0])),
    readsDependencies: row["reads_dependencies"] === 1,
    controls: new Map((schemas ?? []).map((schema) => [schema["name"] as string, schema["controls"] === 1])),
  };
}
