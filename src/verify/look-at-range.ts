import type { Session } from "../db/session.ts";
import type { Cursor } from "../model/cursor.ts";
import { lostHistory } from "../model/load-reason.ts";
import type { RowDifference } from "../model/verification.ts";
import { type TableShape, shapeText } from "../model/table-shape.ts";
import { confirmReadable } from "../primary/preflight.ts";
import { readHistory } from "../primary/read-history.ts";
import { readShape } from "../primary/read-shape.ts";
import { readEndKey, readWindow } from "../primary/read-window.ts";
import { hashRows } from "../relay/hash-rows.ts";
import type { RowHash } from "../relay/row-hasher.ts";
import { saveRow } from "../replica/ledger.ts";
import type { KeyRange } from "../sql/key-range.ts";
import { comparedRowsQuery, movedKeysQuery } from "../sql/verify-query.ts";
import { compareRows, withoutMoved } from "./compare-rows.ts";
import type { Look } from "./verification-steps.ts";
import { TableMoved, type VerifiedTable, type VerifyContext } from "./verify-context.ts";

/** The longest wait for either server in the middle of a read, ms. */
const readTimeoutMs = 120_000;
/** A range that holds many more rows on one side than it should is cut shorter, so often at most. */
const mostCuts = 3;
/** Keys of one range that may have changed between the delta and the read. */
const mostMovedKeys = 50_000;

/**
 * Compares the rows of a range, hash by hash.
 *
 * What makes a difference certain: the replica holds the table as it was at the watermark, except for rows that changed since (read without
 * snapshot isolation they may be newer). So a row that differs and whose key Change Tracking does not name after the watermark, asked
 * after the read, is wrong on the replica; one that it does name is written whole by the next delta.
 *
 * @param read a transaction on the primary, begun after the table's delta was committed
 * @param rows the most that the range should have on either side; on both sides not much more than that is held in memory
 * @throws TableMoved, FenceLost; RelayError and others from the servers
 */
export async function lookAtRange(
  context: VerifyContext,
  table: VerifiedTable,
  read: Session,
  wanted: KeyRange,
  rows: number,
): Promise<Look> {
  const { range, primary, replica } = await readBoth(context, table, read, wanted, rows);
  const look = { end: range.end, rows: primary.length };
  const found = compareRows(primary, replica);
  if (found.length === 0) return { ...look, differences: [] };
  const differences = await certainDifferences(context, table, read, range, found);
  return { ...look, differences };
}

async function readBoth(
  context: VerifyContext,
  table: VerifiedTable,
  read: Session,
  wanted: KeyRange,
  rows: number,
): Promise<{ readonly range: KeyRange; readonly primary: RowHash[]; readonly replica: RowHash[] }> {
  const shape = comparedShape(table);
  const most = 2 * rows + 1;
  const hashes = (session: Session, range: KeyRange): Promise<RowHash[]> =>
    hashRows(session.connection, comparedRowsQuery(shape, range, most), shape.key.length, {
      signal: table.signal,
      timeoutMs: readTimeoutMs,
    });
  let range = wanted;
  for (let cut = 0; cut <= mostCuts; cut++) {
    const primary = await hashes(read, range);
    if (primary.length < most) {
      const found = await context.replica.withSession(async (session) => {
        const replica = await hashes(session, range);
        if (replica.length < most) return { replica };
        return { end: await readEndKey(session, shape, range.after, rows) };
      });
      if (found.replica !== undefined) return { range, primary, replica: found.replica };
      range = cutAt(range, found.end);
    } else {
      range = cutAt(range, await readEndKey(read, shape, range.after, rows));
    }
  }
  throw new TableMoved(`a range of keys has more than ${most} rows whatever its end`);
}

function cutAt({ after }: KeyRange, end: Cursor | undefined): KeyRange {
  if (end === undefined) throw new TableMoved("a range of keys lost its rows while it was read");
  return { after, end };
}

/** The shape with the columns that the app writes: what the replica's server makes up itself (rowversion, GENERATED ALWAYS) never agrees. */
function comparedShape({ shape, replicaTable }: VerifiedTable): TableShape {
  const key = new Set(shape.key.map(({ columnId }) => columnId));
  const columns = shape.columns.filter(({ name, columnId }) => replicaTable.writable.has(name) || key.has(columnId));
  return { ...shape, columns };
}

async function certainDifferences(
  context: VerifyContext,
  table: VerifiedTable,
  read: Session,
  range: KeyRange,
  found: readonly RowDifference[],
): Promise<RowDifference[]> {
  const moved = await readMovedKeys(read, table, range);
  await confirmPrimary(context, table, read);
  table.signal.throwIfAborted();
  // A worker that took the table over may have written it between the two reads.
  await context.replica.withTransaction("read committed", (session) => saveRow(session, table.row));
  return withoutMoved(found, moved);
}

async function readMovedKeys(read: Session, { shape, row }: VerifiedTable, range: KeyRange): Promise<Cursor[]> {
  const [rows = []] = await read.query(movedKeysQuery(shape, range, row.watermark, mostMovedKeys));
  if (rows.length >= mostMovedKeys) {
    throw new TableMoved(`${mostMovedKeys} rows or more of one range changed while it was compared`);
  }
  return rows.map((each) => shape.key.map((_, at) => each[`k${at}`] as string));
}

/**
 * What was read of a table counts only where the table and its history are still what they were, and every row and value of it may be seen.
 * @throws TableMoved; UnreadableTable with the GRANT that helps
 */
export async function confirmPrimary(
  { primary }: VerifyContext,
  { shape, row }: VerifiedTable,
  read: Session,
): Promise<void> {
  const { currentVersion, minValidVersion } = await readWindow(read, shape);
  // Outside of the snapshot, in which the catalog is not versioned.
  await primary.withSession(async (session) => {
    const now = await readShape(session, shape.table);
    if (now === undefined || shapeText(now) !== shapeText(shape))
      throw new TableMoved("the table was altered meanwhile");
    const history = await readHistory(session, row.historyMark, row.watermark);
    const lost = lostHistory(row, { ...now, minValidVersion, currentVersion, history: history.view });
    if (lost !== undefined) throw new TableMoved(lost);
    await confirmReadable(session, shape);
  });
}
