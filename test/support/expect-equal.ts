import { expect } from "vitest";
import type { SyncStack } from "./sync-stack.ts";

/**
 * Expects the replica's table to hold the primary's rows, byte by byte: every column is compared as the server renders
 * its bytes, beside the value itself.
 */
export async function expectEqualTables(stack: SyncStack, table: string, columns: readonly string[]): Promise<void> {
  const [primary, replica] = await Promise.all(
    [stack.databases.primary, stack.databases.replica].map((database) => database.rows(bytesQuery(table, columns))),
  );
  expect(replica).toEqual(primary);
}

function bytesQuery(table: string, columns: readonly string[]): string {
  const bytes = columns.map((column, at) => `CAST(${column} AS varbinary(max)) AS b${at}`);
  return `SELECT ${[...columns, ...bytes].join(", ")} FROM ${table} ORDER BY ${columns[0] ?? ""};`;
}
