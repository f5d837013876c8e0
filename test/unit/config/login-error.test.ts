import type sql from "mssql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseDatabaseSetting } from "../../../src/config/database-setting.ts";
import { Database } from "../../../src/db/database.ts";
import { sqlErrorNumber } from "../../../src/db/sql-error.ts";
import { type Emulator, startEmulator } from "../../emulator/start-emulator.ts";
import type { Login } from "../../emulator/tds/session-handler.ts";
import { SqlError } from "../../emulator/values/sql-error.ts";

/** What the server says of each database when a login asks for it. */
const refusals: Readonly<Record<string, [number, string]>> = {
  missing: [4060, 'Cannot open database "missing" requested by the login. The login failed.'],
  forbidden: [18456, "Login failed for user 'sa'."],
};

describe("a refused login", () => {
  let emulator: Emulator;
  beforeAll(async () => {
    emulator = await startEmulator({
      createFactory: () => ({
        openSession: (login: Login) => {
          const [number, message] = refusals[login.database] ?? [18456, "Login failed."];
          throw new SqlError(number, 11, 1, message);
        },
      }),
    });
  });
  afterAll(() => emulator.close());

  function configOf(database: string): sql.config {
    const setting = parseDatabaseSetting(emulator.databaseUrl(database), 2);
    if (!setting.ok) throw new Error(setting.problems.join("; "));
    return setting.value.config;
  }

  it.each([
    ["missing", 4060],
    ["forbidden", 18456],
  ])("of the database %s is known by its number %d", async (database, number) => {
    const replica = new Database("replica", configOf(database));
    const error: unknown = await replica.withSession(() => Promise.resolve()).catch((thrown: unknown) => thrown);
    expect(sqlErrorNumber(error)).toBe(number);
    await replica.close();
  });
});
