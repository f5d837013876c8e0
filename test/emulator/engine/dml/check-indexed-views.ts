import type { Index, ViewObject } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import { keyText } from "../../storage/key-text.ts";
import { LockConflict } from "../../storage/locks.ts";
import { readCommitted, readUncommitted, snapshotView, type ReadView } from "../../storage/read-view.ts";
import { sqlError } from "../../values/error-table.ts";
import type { SqlRow } from "../../values/sql-type.ts";
import { rowKeyOf } from "../expressions/compare.ts";
import { eachViewRow } from "../procedures/view-rows.ts";
import type { Session } from "../session/session.ts";

export interface DuplicateKey {
  readonly index: Index;
  /** As errors 1505 and 2601 show it. */
  readonly key: string;
}

interface Keys {
  readonly index: Index;
  readonly of: (row: SqlRow) => SqlRow;
  readonly hash: (values: SqlRow) => unknown;
  readonly seen: Set<unknown>;
}

/** The first key that two rows of a view share. The whole view is read, also where no index of it is unique: its expressions may fail. */
export function findDuplicate(
  view: ViewObject,
  indexes: readonly Index[],
  database: Database,
  session: Session,
  how: ReadView,
): DuplicateKey | undefined {
  const ordinalsOf = (index: Index): number[] =>
    index.keyColumns.map((key) => view.columns.findIndex((column) => column.columnId === key.columnId));
  const unique = indexes
    .filter((index) => index.unique && !index.disabled)
    .map((index): Keys => {
      const ordinals = ordinalsOf(index);
      return {
        index,
        of: (row) => ordinals.map((ordinal) => row[ordinal]!),
        hash: rowKeyOf(ordinals.map((ordinal) => view.columns[ordinal]!.type)),
        seen: new Set(),
      };
    });
  let found: DuplicateKey | undefined;
  eachViewRow(view, database, session, how, (row) => {
    for (const { index, of, hash, seen } of unique) {
      const values = of(row);
      const key = hash(values);
      if (!seen.has(key)) {
        seen.add(key);
        continue;
      }
      const types = ordinalsOf(index).map((ordinal) => view.columns[ordinal]!.type);
      found = { index, key: keyText(values, types) };
      return false;
    }
    return true;
  });
  return found;
}

/**
 * At the end of a statement that wrote a base table: the unique indexes of its views hold ("CREATE VIEW", indexed views). What other
 * transactions have open is waited for only where it decides the answer: a key that one of them holds or gives up.
 * @throws SqlError 2601; LockConflict
 */
export function checkIndexedViews(views: Iterable<ViewObject>, database: Database, session: Session): void {
  const transaction = session.transactions.current!;
  for (const view of views) {
    const find = (how: ReadView): DuplicateKey | undefined => findDuplicate(view, view.indexes, database, session, how);
    try {
      const found = find(readCommitted(transaction));
      if (found)
        throw sqlError(2601, `${database.schemaName(view.schemaId)}.${view.name}`, found.index.name, found.key);
    } catch (error) {
      if (!(error instanceof LockConflict)) throw error;
      if (find(readUncommitted(transaction)) ?? find(snapshotView(transaction, Infinity))) throw error;
    }
  }
}
