import type { Session } from "../db/session.ts";
import { openSource } from "../relay/open-source.ts";
import { applyChunk } from "../replica/apply-chunk.ts";
import { saveRow } from "../replica/ledger.ts";
import { stageRows } from "../replica/stage-rows.ts";
import { chunkQuery } from "../sql/chunk-query.ts";
import type { KeyRange } from "../sql/key-range.ts";
import { confirmPrimary } from "./look-at-range.ts";
import type { VerifiedTable, VerifyContext } from "./verify-context.ts";

/** The longest wait for either server in the middle of a read or a load, ms. */
const relayTimeoutMs = 120_000;

/**
 * Makes a range of the replica's table equal as a chunk of a load does: one replica transaction with the ledger row under the fence. What is
 * read after the delta's commit is of its moment or newer; newer rows come again with the next delta. Rows beyond the range that hold a
 * unique value of it are deleted, and found missing when the walk comes to them.
 * @throws FenceLost, TableMoved; RelayError and others from the servers
 */
export async function repairRange(
  context: VerifyContext,
  table: VerifiedTable,
  read: Session,
  range: KeyRange,
): Promise<void> {
  const { shape, row, replicaTable, signal } = table;
  const statement = chunkQuery(shape, range, row.transport);
  const source = await openSource(row.transport, read.connection, statement, { signal, timeoutMs: relayTimeoutMs });
  try {
    await context.replica.withTransaction("read committed", async (write) => {
      await stageRows(write, source, shape, "chunk");
      await applyChunk(write, shape, replicaTable, range);
      await source.close();
      await confirmPrimary(context, table, read);
      signal.throwIfAborted();
      await saveRow(write, row);
    });
  } finally {
    await source.close();
  }
}
