import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { splitBatches } from "../../demo/sql-client.ts";

const project = join(import.meta.dirname, "../../..");

describe("the demo's SQL", () => {
  it("is what the README's setup types, and more tables", () => {
    const script = readFileSync(join(project, "test/demo/scenario/primary.sql"), "utf8");
    const batches = splitBatches(script).map((batch) => batch.replace(/^--.*\n/gm, "").replace(/\s+/g, " "));
    expect(batches.slice(0, 5)).toEqual([
      "CREATE DATABASE testct;",
      "USE testct;",
      "ALTER DATABASE testct SET CHANGE_TRACKING = ON (CHANGE_RETENTION = 2 DAYS, AUTO_CLEANUP = ON);",
      "CREATE TABLE [User] ( id BIGINT PRIMARY KEY, username VARCHAR(100), email VARCHAR(100) );",
      "ALTER TABLE [User] ENABLE CHANGE_TRACKING WITH (TRACK_COLUMNS_UPDATED = ON);",
    ]);
    expect(batches.filter((batch) => batch.includes("ENABLE CHANGE_TRACKING"))).toHaveLength(4);
  });
});
