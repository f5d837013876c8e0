import type { SqlRow, SqlType, SqlValue } from "../../values/sql-type.ts";
import type { Runtime } from "../runtime.ts";

/** One end of a range, over one or more columns after those that are equal. */
export interface RangeEnd {
  readonly values: readonly SqlValue[];
  readonly inclusive: boolean;
}

/** A part of an index in the order of its keys. */
export interface SeekRange {
  readonly equal: readonly SqlValue[];
  readonly lower: RangeEnd | undefined;
  readonly upper: RangeEnd | undefined;
  readonly reverse: boolean;
}

export interface IndexShape {
  readonly columns: readonly { readonly index: number; readonly descending: boolean }[];
  readonly unique: boolean;
}

/** What names one row to the storage; only who made it can read it. */
export type RowHandle = object;

export interface RowIterator {
  next(): SqlRow | undefined;
  /** Of the row that `next` gave last. */
  handle?(): RowHandle;
}

/** Something with rows: a table, a system view, the changes of a table. Rows are never written into. */
export interface RowSource {
  readonly types: readonly SqlType[];
  readonly indexes: readonly IndexShape[];
  rowCount(runtime: Runtime): number;
  /** @param again whether it may be scanned again in this statement, and must then give the same row objects */
  scan(runtime: Runtime, again: boolean): RowIterator;
  /** `index` is one of `indexes`. */
  seek(runtime: Runtime, index: IndexShape, range: SeekRange): RowIterator;
}
