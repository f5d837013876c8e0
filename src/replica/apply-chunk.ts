import type { Session } from "../db/session.ts";
import type { ReplicaTable } from "../model/replica-table.ts";
import type { TableShape } from "../model/table-shape.ts";
import {
  deleteMissing,
  deleteOtherIdentity,
  evictUnique,
  insertMissing,
  updateExisting,
} from "../sql/apply-statements.ts";
import { afterKey, bindKey, type KeyRange, keySegments } from "../sql/key-range.ts";
import { dropStage } from "../sql/stage-table.ts";
import { runApply } from "./run-apply.ts";

/**
 * Makes a range of the replica table equal to the staged chunk, inside the caller's transaction, and drops #chunk.
 * Doing it again gives the same result.
 */
export async function applyChunk(
  session: Session,
  shape: TableShape,
  replica: ReplicaTable,
  range: KeyRange,
): Promise<void> {
  const segments = keySegments(shape, "t", range);
  const end = range.end === undefined ? undefined : bindKey(shape, range.end, "b");
  await runApply(
    session,
    [
      ...segments.texts.map((text) => deleteMissing(shape, text)),
      ...(end === undefined ? [] : evictUnique(shape, replica, "chunk", afterKey(shape, "t", end))),
      deleteOtherIdentity(shape, replica, "chunk"),
      ...updateExisting(shape, replica, "chunk"),
      insertMissing(shape, replica, "chunk"),
    ],
    [...segments.params, ...(end?.params ?? [])],
  );
  await session.batch(dropStage("chunk"));
}
