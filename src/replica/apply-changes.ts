import type { Session } from "../db/session.ts";
import type { Cursor } from "../model/cursor.ts";
import type { ReplicaTable } from "../model/replica-table.ts";
import type { TableShape } from "../model/table-shape.ts";
import {
  deleteMarked,
  deleteOtherIdentity,
  evictUnique,
  insertMissing,
  updateExisting,
} from "../sql/apply-statements.ts";
import type { SqlParam } from "../sql/statement.ts";
import { afterKey, bindKey, cursorConditions, keyOrderBackwards, keyTexts } from "../sql/key-range.ts";
import { dropStage } from "../sql/stage-table.ts";
import { applyTimeoutMs, cursorOf, runApply } from "./run-apply.ts";

/** Rows of the replica that are not yet at the window's moment, because something later in this load or window writes them. */
export interface StillToCome {
  /** The window is too big for one transaction: keys after this slice's last one. */
  readonly laterSlices: boolean;
  /** The table is loading: keys after the cursor (undefined: every key). */
  readonly load: { readonly cursor: Cursor | undefined } | undefined;
}

/**
 * Applies the staged changes inside the caller's transaction and drops #changes: deletes, updates, inserts.
 * @returns the last key staged that can be a cursor; undefined when there was none
 */
export async function applyChanges(
  session: Session,
  shape: TableShape,
  replica: ReplicaTable,
  stillToCome: StillToCome,
): Promise<Cursor | undefined> {
  const { staged, last } = await lastStagedKey(session, shape);
  if (staged) {
    const range = evictionRange(shape, stillToCome, last);
    const statements = [
      deleteMarked(shape),
      ...(range === undefined ? [] : evictUnique(shape, replica, "changes", range.text)),
      deleteOtherIdentity(shape, replica, "changes"),
      ...updateExisting(shape, replica, "changes"),
      insertMissing(shape, replica, "changes"),
    ];
    await runApply(session, statements, range?.params ?? []);
  }
  await session.batch(dropStage("changes"));
  return last;
}

/** Where rows may be evicted; undefined: nowhere. */
function evictionRange(
  shape: TableShape,
  { laterSlices, load }: StillToCome,
  last: Cursor | undefined,
): { text: string; params: SqlParam[] } | undefined {
  if (load !== undefined && load.cursor === undefined) return { text: "1 = 1", params: [] };
  const bounds = [
    ...(laterSlices && last !== undefined ? [bindKey(shape, last, "s")] : []),
    ...(load?.cursor === undefined ? [] : [bindKey(shape, load.cursor, "c")]),
  ];
  if (bounds.length === 0) return undefined;
  const texts = bounds.map((bound) => `(${afterKey(shape, "t", bound)})`);
  return { text: `(${texts.join(" OR ")})`, params: bounds.flatMap(({ params }) => params) };
}

async function lastStagedKey(
  session: Session,
  shape: TableShape,
): Promise<{ readonly staged: boolean; readonly last: Cursor | undefined }> {
  const conditions = cursorConditions(shape, "s");
  const where = conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
  const [keys, staged] = await session.batch(
    `SELECT TOP (1) ${keyTexts(shape, "s")} FROM #changes AS s${where} ORDER BY ${keyOrderBackwards(shape, "s")};
SELECT TOP (1) 1 AS staged FROM #changes;`,
    { timeoutMs: applyTimeoutMs },
  );
  const row = keys?.[0];
  return { staged: staged?.[0] !== undefined, last: row && cursorOf(row, shape.key.length) };
}
