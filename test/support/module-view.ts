import { expect } from "vitest";
import { rewriteHeader } from "../../src/sql/definition-header.ts";
import type { TestDatabase } from "./databases.ts";
import type { SyncStack } from "./sync-stack.ts";

/** A module as a test compares it: by what the catalog says, without the product's own reading. */
export interface SeenModule {
  readonly name: string;
  readonly type: string;
  /** Without what a rename leaves in the header. */
  readonly definition: string | null;
  readonly settings: string;
}

/** All modules of a database that are no triggers, by name. */
export async function seeModules(database: TestDatabase): Promise<Map<string, SeenModule>> {
  const rows = await database.rows(`SELECT s.name AS schema_name, o.name, RTRIM(o.type) AS type, m.definition,
    m.uses_ansi_nulls, m.uses_quoted_identifier, m.is_schema_bound
  FROM sys.objects AS o JOIN sys.schemas AS s ON s.schema_id = o.schema_id JOIN sys.sql_modules AS m ON m.object_id = o.object_id
  WHERE o.type IN ('V', 'P', 'FN', 'IF', 'TF') ORDER BY s.name, o.name;`);
  return new Map(
    rows.map((row) => {
      const name = { schema: String(row["schema_name"]), name: String(row["name"]) };
      const text = row["definition"] as string | null;
      const shown = `${name.schema}.${name.name}`;
      const definition =
        text === null ? null : (rewriteHeader(text, { action: "CREATE", name, defaultSchema: "" }) ?? text);
      const settings = [row["uses_ansi_nulls"], row["uses_quoted_identifier"], row["is_schema_bound"]].join(" ");
      return [shown, { name: shown, type: String(row["type"]), definition, settings }];
    }),
  );
}

/** Expects both sides to have the same modules, save those that only the replica has and keeps. */
export async function expectEqualModules(stack: SyncStack, replicaOnly: readonly string[] = []): Promise<void> {
  const [primary, replica] = await Promise.all([
    seeModules(stack.databases.primary),
    seeModules(stack.databases.replica),
  ]);
  for (const name of replicaOnly) {
    expect(replica.has(name), `${name} on the replica`).toBe(true);
    replica.delete(name);
  }
  expect(Object.fromEntries(replica)).toEqual(Object.fromEntries(primary));
}
