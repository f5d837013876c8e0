import type { Row, Session } from "../db/session.ts";
import type { SqlParam } from "../sql/statement.ts";
import type { Cursor } from "../model/cursor.ts";

/** A statement over a big slice takes as long as it takes; only the host's own limit of 10 minutes is kept. */
export const applyTimeoutMs = 9 * 60_000;

/** Runs statements over staged rows in one round trip. */
export async function runApply(
  session: Session,
  statements: readonly (string | undefined)[],
  params: readonly SqlParam[],
): Promise<void> {
  const text = ["SET NOCOUNT ON;", ...statements.filter((statement) => statement !== undefined)].join("\n");
  await session.query({ text, params }, { timeoutMs: applyTimeoutMs });
}

/** The key texts k0, k1, ... of a row. */
export function cursorOf(row: Row, columns: number): Cursor {
  return Array.from({ length: columns }, (_, at) => row[`k${at}`] as string);
}
