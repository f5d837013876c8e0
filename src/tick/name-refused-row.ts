import type { Session } from "../db/session.ts";
import type { Cursor } from "../model/cursor.ts";
import type { LedgerRow } from "../model/ledger-row.ts";
import type { Version } from "../model/version.ts";
import { readEndKey, readWindow } from "../primary/read-window.ts";
import { openSource } from "../relay/open-source.ts";
import { applyChanges } from "../replica/apply-changes.ts";
import { applyChunk } from "../replica/apply-chunk.ts";
import { findRefusedRow, isRowError } from "../replica/find-refused-row.ts";
import { stageRows } from "../replica/stage-rows.ts";
import { changesQuery } from "../sql/changes-query.ts";
import { chunkQuery } from "../sql/chunk-query.ts";
import type { LedgerStep } from "./step.ts";

const readTimeoutMs = 120_000;

/** The replica's table refuses a row; `key` is its key, as lossless texts. */
export class RowRefused extends Error {
  override readonly name = "RowRefused";

  constructor(step: LedgerStep, key: Cursor, cause: unknown) {
    const parts = step.shape.key.map(({ name }, at) => `${name} = ${key[at] ?? ""}`);
    super(`the replica refuses the row with ${parts.join(", ")}`, { cause });
  }
}

/**
 * The error with the key of the row that caused it, where it is one of a row: for an operator who has to mend it. What the step would move
 * next is read and staged again, and tried in parts that are rolled back.
 * @param row what the ledger holds: the failed slice or chunk begins there
 */
export async function nameRefusedRow(step: LedgerStep, row: LedgerRow, error: unknown): Promise<unknown> {
  if (!isRowError(error)) return error;
  const key = await step.tick.primary.withTransaction(
    step.tick.snapshotAllowed ? "snapshot" : "read committed",
    async (read) => (await refusedChange(step, row, read)) ?? (await refusedInChunk(step, row, read)),
  );
  return key === undefined ? error : new RowRefused(step, key, error);
}

async function refusedChange(step: LedgerStep, row: LedgerRow, read: Session): Promise<Cursor | undefined> {
  const { shape, replicaTable, tick } = step;
  const { halfApplied, watermark, transport } = row;
  const to: Version = halfApplied?.to ?? (await readWindow(read, shape)).currentVersion;
  const statement = changesQuery(shape, { watermark, to, position: halfApplied?.position }, transport);
  const source = await openSource(transport, read.connection, statement, {
    signal: step.signal,
    timeoutMs: readTimeoutMs,
  });
  try {
    return await tick.replica.withSession(async (write) => {
      const { more } = await stageRows(write, source, shape, "changes", tick.config.deltaSliceRows);
      return findRefusedRow(write, shape, "changes", async () => {
        await applyChanges(write, shape, replicaTable, { laterSlices: more, load: row.load });
      });
    });
  } finally {
    await source.close();
  }
}

async function refusedInChunk(step: LedgerStep, row: LedgerRow, read: Session): Promise<Cursor | undefined> {
  const { shape, replicaTable, tick } = step;
  if (row.load === undefined) return undefined;
  const after = row.load.cursor;
  const end = await readEndKey(read, shape, after, tick.chunkRows);
  const source = await openSource(row.transport, read.connection, chunkQuery(shape, { after, end }, row.transport), {
    signal: step.signal,
    timeoutMs: readTimeoutMs,
  });
  try {
    return await tick.replica.withSession(async (write) => {
      await stageRows(write, source, shape, "chunk");
      return findRefusedRow(write, shape, "chunk", () => applyChunk(write, shape, replicaTable, { after, end }));
    });
  } finally {
    await source.close();
  }
}
