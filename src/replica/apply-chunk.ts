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
import { type KeyRange, rangePredicate } from "../sql/chunk-query.ts";
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
  const predicate = rangePredicate(shape, "t", range);
  const beyond =
    range.end === undefined
      ? "1 = 0"
      : `NOT (${rangePredicate(shape, "t", { after: undefined, end: range.end }).text})`;
  await runApply(
    session,
    [
      deleteMissing(shape, predicate.text),
      ...evictUnique(shape, replica, "chunk", beyond),
      deleteOtherIdentity(shape, replica, "chunk"),
      ...updateExisting(shape, replica, "chunk"),
      insertMissing(shape, replica, "chunk"),
    ],
    predicate.params,
  );
  await session.batch(dropStage("chunk"));
}
