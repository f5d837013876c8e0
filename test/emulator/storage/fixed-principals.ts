import type { DatabasePrincipal } from "./database-model.ts";
import type { Database } from "./database.ts";

/** Fixed ids of the schemas and principals that every database has ("sys.schemas", "sys.database_principals"). */
const FIXED_PRINCIPALS: readonly (readonly [id: number, name: string, type: DatabasePrincipal["type"]])[] = [
  [0, "public", "DATABASE_ROLE"],
  [1, "dbo", "SQL_USER"],
  [2, "guest", "SQL_USER"],
  [3, "INFORMATION_SCHEMA", "SQL_USER"],
  [4, "sys", "SQL_USER"],
  [16384, "db_owner", "DATABASE_ROLE"],
  [16385, "db_accessadmin", "DATABASE_ROLE"],
  [16386, "db_securityadmin", "DATABASE_ROLE"],
  [16387, "db_ddladmin", "DATABASE_ROLE"],
  [16389, "db_backupoperator", "DATABASE_ROLE"],
  [16390, "db_datareader", "DATABASE_ROLE"],
  [16391, "db_datawriter", "DATABASE_ROLE"],
  [16392, "db_denydatareader", "DATABASE_ROLE"],
  [16393, "db_denydatawriter", "DATABASE_ROLE"],
];

const SA_SID = Buffer.from([1]);

/** Fills a new database with the principals and schemas that every one has. */
export function addFixedPrincipals(database: Database): void {
  const date = database.createDate;
  for (const [principalId, name, type] of FIXED_PRINCIPALS) {
    database.principals.set(undefined, principalId, {
      principalId,
      name,
      type,
      ...(principalId === 1
        ? { defaultSchema: "dbo", sid: SA_SID }
        : principalId === 2
          ? { defaultSchema: "guest" }
          : {}),
      isFixedRole: principalId >= 16384,
      createDate: date,
      modifyDate: date,
    });
  }
  for (const [principalId, name] of FIXED_PRINCIPALS) {
    if (principalId === 0) continue;
    database.schemas.set(undefined, principalId, { schemaId: principalId, name, principalId });
  }
}
