import { uuidToBytes } from "../values/coerce-binary.ts";
import { collationKey } from "../values/collation.ts";
import type { SqlType, SqlValue } from "../values/sql-type.ts";
import type { ChangeOperation, ChangeRecord } from "../storage/tracking-model.ts";

/** One row of CHANGETABLE(CHANGES ...). */
export interface NetChange {
  readonly version: number;
  /** Of the last insert in the window; null: none. */
  readonly creationVersion: number | null;
  readonly operation: ChangeOperation;
  /** Null: column tracking is off, not an update, or all columns. */
  readonly columnIds: ReadonlySet<number> | null;
  /** Of the last change. */
  readonly context: Buffer | null;
  readonly key: readonly SqlValue[];
}

interface Window {
  readonly existed: boolean;
  last: ChangeRecord;
  creationVersion: number | null;
  columnIds: ReadonlySet<number> | null;
}

/**
 * Sets of column ids, each made once: the changes of one statement share one list of columns, and there may be a
 * million of them.
 */
class ColumnSets {
  readonly #single = new Map<readonly number[], ReadonlySet<number>>();
  readonly #unions = new Map<ReadonlySet<number>, Map<readonly number[], ReadonlySet<number>>>();

  of(ids: readonly number[]): ReadonlySet<number> {
    let set = this.#single.get(ids);
    if (set === undefined) this.#single.set(ids, (set = new Set(ids)));
    return set;
  }

  with(set: ReadonlySet<number>, ids: readonly number[]): ReadonlySet<number> {
    if (this.#single.get(ids) === set) return set;
    let unions = this.#unions.get(set);
    if (unions === undefined) {
      unions = new Map<readonly number[], ReadonlySet<number>>();
      this.#unions.set(set, unions);
    }
    let union = unions.get(ids);
    if (union === undefined) {
      union = ids.every((id) => set.has(id)) ? set : new Set([...set, ...ids]);
      unions.set(ids, union);
    }
    return union;
  }
}

/** A function of key values that gives the same for keys that the types call equal: the key of a Map. */
export function keyIdentity(types: readonly SqlType[]): (key: readonly SqlValue[]) => unknown {
  const parts = types.map(partIdentity);
  if (parts.length === 1) {
    const only = parts[0]!;
    return (key) => only(key[0]!);
  }
  return (key) => key.map((value, at) => `${typeof value}:${escaped(String(parts[at]!(value)))}`).join("|");
}

const MAX_NUMBER = BigInt(Number.MAX_SAFE_INTEGER);

const escaped = (text: string): string => text.replace(/[\\|]/g, "\\$&");

function partIdentity(type: SqlType): (value: SqlValue) => string | number | bigint | null {
  return (value) => {
    if (typeof value === "string") {
      return type.name === "uniqueidentifier"
        ? uuidToBytes(value).toString("hex")
        : collationKey(type.collation, value);
    }
    if (Buffer.isBuffer(value)) return value.toString("hex").replace(/(00)+$/, "");
    if (value !== null && typeof value === "object") {
      if ("utc" in value) return value.utc;
      return `${value.type.name}:${String(partIdentity(value.type)(value.value))}`;
    }
    // A Map finds numbers much faster than bigints. All values of a column come this way, so equal ones stay equal.
    if (typeof value === "bigint" && value <= MAX_NUMBER && value >= -MAX_NUMBER) return Number(value);
    return value;
  };
}

/**
 * The net changes of the records, which stand in order of time and all lie in the window asked for: one row for each
 * key, as "CHANGETABLE (Transact-SQL)" has it. A row that was not there before the window and is now is I; one that was
 * and is, U (a delete and insert of one key too, and then all columns count); one that is gone, D. All records are read
 * at once; the result can be walked once.
 */
export function netChanges(
  records: Iterable<ChangeRecord>,
  identity: (key: readonly SqlValue[]) => unknown,
): Iterable<NetChange> {
  const windows = new Map<unknown, Window>();
  const columns = new ColumnSets();
  for (const record of records) {
    const id = identity(record.key);
    const window = windows.get(id);
    const inserted = record.operation === "I";
    if (window === undefined) {
      windows.set(id, {
        existed: !inserted,
        last: record,
        creationVersion: inserted ? record.version : null,
        columnIds: record.operation === "U" && record.columnIds !== null ? columns.of(record.columnIds) : null,
      });
      continue;
    }
    if (window.columnIds !== null) {
      window.columnIds =
        record.operation === "U" && record.columnIds !== null ? columns.with(window.columnIds, record.columnIds) : null;
    }
    if (inserted) window.creationVersion = record.version;
    window.last = record;
  }
  return changesOf(windows.values());
}

/** One at a time: who reads them makes rows of them, and both together are much for a million changes. */
function* changesOf(windows: Iterable<Window>): Iterable<NetChange> {
  for (const { existed, last, creationVersion, columnIds } of windows) {
    const operation = last.operation === "D" ? "D" : existed ? "U" : "I";
    yield {
      version: last.version,
      creationVersion,
      operation,
      columnIds: operation === "U" ? columnIds : null,
      context: last.context,
      key: last.key,
    };
  }
}
