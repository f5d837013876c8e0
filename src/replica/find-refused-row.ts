import type { Session } from "../db/session.ts";
import { hasSqlErrorNumber } from "../db/sql-error.ts";
import type { Cursor } from "../model/cursor.ts";
import type { TableShape } from "../model/table-shape.ts";
import { keyTexts } from "../sql/key-range.ts";
import { quoteName } from "../sql/quote.ts";
import { type StageKind, stageName } from "../sql/stage-table.ts";
import { applyTimeoutMs, cursorOf } from "./run-apply.ts";

/**
 * Errors that a single row causes: a constraint, a value that does not fit.
 * https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors
 */
const rowErrors: readonly number[] = [220, 232, 245, 515, 547, 2601, 2627, 2628, 6522, 8114, 8115, 8152, 13908];

export function isRowError(error: unknown): boolean {
  return hasSqlErrorNumber(error, ...rowErrors);
}

/**
 * Finds a staged row that the replica's table refuses, by halving what is staged: the error itself names a constraint, seldom the row.
 * Everything is tried in transactions that are rolled back; the stage must have been filled outside of any.
 *
 * @param apply brings what is staged into the table, and fails where the table refuses it
 * @returns the row's key; undefined: no single row is refused, only several of them together
 */
export async function findRefusedRow(
  session: Session,
  shape: TableShape,
  kind: StageKind,
  apply: () => Promise<void>,
): Promise<Cursor | undefined> {
  const stage = stageName(kind);
  const ordinal = quoteName(ordinalColumn(shape));
  // Which row gets which number does not matter.
  await session.batch(`ALTER TABLE ${stage} ADD ${ordinal} int IDENTITY(1,1) NOT NULL;`, { timeoutMs: applyTimeoutMs });
  const isRefused = async (first: number, last: number): Promise<boolean> => {
    await session.begin("read committed");
    try {
      await session.batch(`DELETE ${stage} WHERE ${ordinal} NOT BETWEEN ${first} AND ${last};`, {
        timeoutMs: applyTimeoutMs,
      });
      await apply();
    } catch (error) {
      // XACT_ABORT has rolled the transaction back, and with it the DELETE.
      if (isRowError(error)) return true;
      throw error;
    }
    await session.rollback();
    return false;
  };
  const [counts] = await session.batch(`SELECT COUNT(*) AS staged FROM ${stage};`);
  let first = 1;
  let last = counts?.[0]?.["staged"] as number;
  while (first < last) {
    const middle = Math.floor((first + last) / 2);
    if (await isRefused(first, middle)) last = middle;
    else first = middle + 1;
  }
  if (last === 0 || !(await isRefused(first, first))) return undefined;
  const [keys] = await session.batch(
    `SELECT ${keyTexts(shape, "s")} FROM ${stage} AS s WHERE s.${ordinal} = ${first};`,
  );
  return keys?.[0] && cursorOf(keys[0], shape.key.length);
}

/** A name that no column of the table has. */
function ordinalColumn(shape: TableShape): string {
  const taken = new Set(shape.columns.map(({ name }) => name.toLowerCase()));
  let name = "mssql_sync_ordinal";
  while (taken.has(name)) name += "_";
  return name;
}
