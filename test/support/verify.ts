import type { App } from "../../src/app.ts";
import { parseTableKey, type TableName } from "../../src/model/table-name.ts";
import type { Verification, VerificationResult } from "../../src/model/verification.ts";
import { readTables } from "../../src/operations/read-tables.ts";
import { verifyTable } from "../../src/operations/verify-table.ts";
import { readVerification } from "../../src/state/verifications.ts";
import type { SyncStack } from "./sync-stack.ts";

/** Asks for a comparison as POST /api/tables/{table}/verify does. @throws Error where that is refused */
export async function askVerification(stack: SyncStack, table: string, repair = false): Promise<void> {
  const order = await verifyTable(stack.app, await readTables(stack.app), nameOf(table), { repair, askedBy: "http" });
  if (order.kind === "refused") throw new Error(order.what);
}

export async function verificationOf(stack: SyncStack, table: string): Promise<Verification> {
  return (await readVerification(stack.app.state, nameOf(table))).value;
}

/** Ticks until the comparison that was asked for has ended. */
export async function verified(stack: SyncStack, table: string, by: App = stack.app): Promise<VerificationResult> {
  for (let ticks = 0; ticks < 80; ticks++) {
    await stack.tick(by);
    const { run, last } = await verificationOf(stack, table);
    if (run === undefined && last !== undefined) return last;
  }
  throw new Error(`compare ${table}: not within 80 ticks; last of the log: ${JSON.stringify(stack.lines.slice(-5))}`);
}

/** Asks, and ticks until the end. */
export async function verify(stack: SyncStack, table: string, repair = false): Promise<VerificationResult> {
  await askVerification(stack, table, repair);
  return verified(stack, table);
}

/** `missing 5`, `extra 7|a`: what was found, sorted. */
export function differing({ keys }: Pick<VerificationResult, "keys">): string[] {
  return keys.map(({ kind, key }) => `${kind} ${key.join("|")}`).sort();
}

/** The app at another time: what waits for a retry is due. */
export function later(app: App, ms: number): App {
  return { ...app, clock: { ...app.clock, now: () => app.clock.now() + ms } };
}

function nameOf(table: string): TableName {
  const name = parseTableKey(table);
  if (name === undefined) throw new Error(`${table} is no table's key`);
  return name;
}
