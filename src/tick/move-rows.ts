import type { Session } from "../db/session.ts";
import type { HistoryMark } from "../model/history-mark.ts";
import { lostHistory } from "../model/load-reason.ts";
import type { LedgerRow, Transport } from "../model/ledger-row.ts";
import { rowAfterChunk, rowAfterSlice, rowAfterWindow, rowWithMark } from "../model/ledger-transitions.ts";
import { shapeText } from "../model/table-shape.ts";
import type { Version } from "../model/version.ts";
import { readHistory } from "../primary/read-history.ts";
import { readShape } from "../primary/read-shape.ts";
import { confirmReadable, UnreadableTable } from "../primary/preflight.ts";
import { readEndKey, readWindow, type TrackingWindow } from "../primary/read-window.ts";
import { openSource } from "../relay/open-source.ts";
import type { RelaySource } from "../relay/row-transport.ts";
import { applyChanges } from "../replica/apply-changes.ts";
import { applyChunk } from "../replica/apply-chunk.ts";
import { saveRow } from "../replica/ledger.ts";
import { stageRows } from "../replica/stage-rows.ts";
import type { Statement } from "../sql/statement.ts";
import type { CommittedRows } from "../telemetry/telemetry.ts";
import { changesQuery } from "../sql/changes-query.ts";
import { chunkQuery } from "../sql/chunk-query.ts";
import { byDriver, chooseTransport, refusalOf } from "./choose-transport.ts";
import { nameRefusedRow } from "./name-refused-row.ts";
import { attemptOf, passingAttempts, PlanAgain, type LedgerStep, type StepResult } from "./step.ts";

/** The longest wait for either server in the middle of a read or a load, ms. */
const relayTimeoutMs = 120_000;

/** What has moved so far. */
interface Moved {
  /** The ledger row as it will stand when the transaction that is under way is committed. */
  row: LedgerRow;
  committed: LedgerRow;
  changes: number;
  chunkRows: number;
  bytes: number;
  /** Of the transaction that is under way. */
  uncommitted: Omit<CommittedRows, "table">[];
}

/**
 * The way of a row. The delta of the window (watermark, to] and, for the table whose turn it is, one chunk:
 * read -> stage -> apply + ledger row -> commit -> publish. With snapshot isolation the last slice of the delta and the
 * chunk are of one moment and go in one transaction, delta first; without it the chunk is read after the delta's commit.
 * Rows that the replica refuses in relayed form go by the driver from the next step on.
 */
export async function moveRows(step: LedgerStep): Promise<StepResult> {
  const chosen = await chooseTransport(step);
  const moved: Moved = { row: chosen, committed: chosen, changes: 0, chunkRows: 0, bytes: 0, uncommitted: [] };
  try {
    await moveWindow(step, moved);
  } catch (error) {
    if (error instanceof UnreadableTable) return { kind: "blocked", reason: error.message, fix: error.fix };
    const refusal = refusalOf(step, chosen, error);
    if (refusal === undefined) {
      const passing = attemptOf(step.planned) < passingAttempts;
      // The error itself matters more than one that its search meets.
      throw passing ? error : await nameRefusedRow(step, moved.committed, error).catch(() => error);
    }
    const row = await byDriver(step, moved.committed, refusal);
    await step.tick.replica.withTransaction("read committed", (session) => saveRow(session, row));
    await step.tick.state.publish(step.tick.ledgerId, row);
    return { kind: "planned-again", row, reason: refusal };
  }
  const { row, changes, chunkRows, bytes } = moved;
  const reason = row.transport !== step.row.transport ? row.transportReason : undefined;
  return { kind: "moved", row, reason, changes, chunkRows, bytes };
}

async function moveWindow(step: LedgerStep, moved: Moved): Promise<void> {
  const { primary, snapshotAllowed } = step.tick;
  await primary.withTransaction(snapshotAllowed ? "snapshot" : "read committed", async (read) => {
    const window = await readWindow(read, step.shape);
    const lost = lostHistory(step.row, { ...step.shape, ...window });
    if (lost !== undefined) throw new PlanAgain(lost);
    const chunkInSnapshot = wantsChunk(step) && snapshotAllowed && step.row.halfApplied === undefined;
    await moveChanges(step, read, window, moved, chunkInSnapshot);
    if (wantsChunk(step) && !snapshotAllowed && moved.row.halfApplied === undefined) {
      await commitRows(step, moved, window, (write) => moveChunk(step, read, write, moved));
    }
  });
}

/** One read in key order feeds all slices; a window that was left half applied goes on with the `to` it had. */
async function moveChanges(
  step: LedgerStep,
  read: Session,
  window: TrackingWindow,
  moved: Moved,
  withChunk: boolean,
): Promise<void> {
  const { watermark, halfApplied } = step.row;
  const to = halfApplied?.to ?? window.currentVersion;
  const position = halfApplied?.position;
  const { transport } = moved.row;
  const source = await open(step, read, transport, changesQuery(step.shape, { watermark, to, position }, transport));
  try {
    for (let more = true, slice = 1; more; slice++) {
      await commitRows(step, moved, window, async (write) => {
        const sent = await stageRows(write, source, step.shape, "changes", step.tick.config.deltaSliceRows);
        more = sent.more;
        const laterSlices = more || slice > 1 || position !== undefined;
        const last = await applyChanges(write, step.shape, step.replicaTable, { laterSlices, load: moved.row.load });
        moved.changes += sent.rows;
        moved.bytes += sent.bytes;
        moved.uncommitted.push({ plan: "delta", rows: sent.rows, bytes: sent.bytes });
        if (more) {
          // Without a key that can be a position the ledger stays where it is: a restart reads this slice again.
          if (last !== undefined) moved.row = rowAfterSlice(moved.row, to, last);
          return;
        }
        moved.row = rowAfterWindow(moved.row, to, halfApplied === undefined ? window.now : step.row.watermarkTime);
        if (withChunk && slice === 1) await moveChunk(step, read, write, moved);
      });
    }
  } finally {
    await source.close();
  }
}

/** Reads the rows up to the n-th key after the cursor and makes that range of the replica equal. */
async function moveChunk(step: LedgerStep, read: Session, write: Session, moved: Moved): Promise<void> {
  const after = moved.row.load?.cursor;
  const end = await readEndKey(read, step.shape, after, step.tick.chunkRows);
  const { transport } = moved.row;
  const source = await open(step, read, transport, chunkQuery(step.shape, { after, end }, transport));
  try {
    const sent = await stageRows(write, source, step.shape, "chunk");
    await applyChunk(write, step.shape, step.replicaTable, { after, end });
    moved.chunkRows += sent.rows;
    moved.bytes += sent.bytes;
    moved.uncommitted.push({ plan: "full-load-chunk", rows: sent.rows, bytes: sent.bytes });
    moved.row = rowAfterChunk(moved.row, end, sent.rows);
  } finally {
    await source.close();
  }
}

/** One replica transaction: the rows, then the ledger row under the fence; published once it is committed. */
async function commitRows(
  step: LedgerStep,
  moved: Moved,
  window: TrackingWindow,
  write: (session: Session) => Promise<void>,
): Promise<void> {
  await step.tick.replica.withTransaction("read committed", async (session) => {
    await write(session);
    moved.row = rowWithMark(moved.row, await confirmPrimary(step, window, moved.row.watermark));
    step.signal.throwIfAborted();
    await saveRow(session, moved.row);
  });
  moved.committed = moved.row;
  tellCommitted(step, moved);
  await step.tick.state.publish(step.tick.ledgerId, moved.row);
}

/** Slice by slice, so that a long window is seen moving, and what it committed counts even if it fails later. */
function tellCommitted(step: LedgerStep, moved: Moved): void {
  for (const rows of moved.uncommitted) step.tick.telemetry.rowsCommitted({ table: step.planned.key, ...rows });
  moved.uncommitted = [];
}

/**
 * Metadata is not versioned and, without snapshot isolation, cleanup may have run between check and read: what was
 * read counts only if table, shape and history are still what they were, and nothing of it is hidden: rows that a new
 * policy hides would look deleted.
 * @returns what marks `watermark` in the primary's history
 * @throws PlanAgain when they are not, UnreadableTable
 */
async function confirmPrimary(step: LedgerStep, window: TrackingWindow, watermark: Version): Promise<HistoryMark> {
  return step.tick.primary.withSession(async (session) => {
    const now = await readShape(session, step.shape.table);
    if (now === undefined || shapeText(now) !== shapeText(step.shape))
      throw new PlanAgain("the table was altered meanwhile");
    const history = await readHistory(session, step.row.historyMark, watermark);
    const minValidVersion = step.tick.snapshotAllowed ? window.minValidVersion : now.minValidVersion;
    const moment = { currentVersion: window.currentVersion, history: history.view };
    const lost = lostHistory(step.row, { ...now, minValidVersion, ...moment });
    if (lost !== undefined) throw new PlanAgain(lost);
    await confirmReadable(session, step.shape);
    return history.mark;
  });
}

function wantsChunk(step: LedgerStep): boolean {
  return step.planned.chunk && step.row.state === "loading";
}

function open(step: LedgerStep, read: Session, transport: Transport, statement: Statement): Promise<RelaySource> {
  return openSource(transport, read.connection, statement, { signal: step.signal, timeoutMs: relayTimeoutMs });
}
