import { describe, expect, it } from "vitest";
import { doctorServerQuery } from "../../../src/sql/doctor-server-query.ts";
import { inspectQuery } from "../../../src/sql/inspect-query.ts";

/**
 * On Azure SQL Database sys.databases numbers the databases of the logical server, DB_ID() and the other views those of the database's own server:
 * https://learn.microsoft.com/sql/t-sql/functions/db-id-transact-sql
 */
describe("the database is found in sys.databases by its name", () => {
  it.each([
    ["inspectQuery", inspectQuery],
    ["doctorServerQuery", doctorServerQuery],
  ])("by %s", (_, { text }) => {
    expect(text).toMatch(/FROM sys\.databases AS d\b[^;]*WHERE d\.name = DB_NAME\(\);/);
    expect(text).not.toMatch(/\bd\.database_id\b/);
  });
});
