import type { SqlRow, SqlValue } from "../values/sql-type.ts";
import { keyComparer, type KeyColumn, type KeyComparer } from "./key-order.ts";
import type { RowEntry } from "./row-entry.ts";

/** One end of a range: values of the first key columns. Missing columns match all. */
export interface KeyBound {
  readonly values: readonly SqlValue[];
  readonly inclusive: boolean;
}

export interface KeyRange {
  /** Where the range begins in index order, whatever the direction of reading. */
  readonly from?: KeyBound;
  readonly to?: KeyBound;
  /** Reads from the end to the beginning. */
  readonly reverse?: boolean;
}

const CHUNK = 512;

/**
 * Entries in key order, in a list of sorted chunks: a seek costs two binary searches, a range what it returns.
 * Equal keys stand in the order of insertion. Without key columns it is a heap in insertion order.
 * Holds entries of all versions, deleted ones included, until nobody can see them.
 */
export class IndexStore {
  readonly keys: readonly KeyColumn[];
  #chunks: RowEntry[][] = [];
  #size = 0;
  /** The place of a key that `hasKey` did not find: where `insert` puts it, when nothing moved in between. */
  #free: { readonly row: SqlRow; readonly moves: number; readonly chunk: number; readonly at: number } | undefined;
  /** Changes whenever entries move, so that cursors look for their place again. */
  #moves = 0;
  readonly #comparers: readonly KeyComparer[];
  readonly #compare: (a: RowEntry, b: RowEntry) => number;
  /** What cursors see of this. */
  readonly #source: CursorSource;

  constructor(keys: readonly KeyColumn[]) {
    this.keys = keys;
    this.#comparers = keys.map((key) => {
      const compare = keyComparer(key.type);
      return key.descending ? (a: SqlValue, b: SqlValue): number => compare(b, a) : compare;
    });
    this.#compare = this.#entryComparer();
    this.#source = {
      moves: () => this.#moves,
      chunk: (at) => this.#chunks[at],
      chunks: () => this.#chunks.length,
      compareToKey: (row, values) => this.compareToKey(row, values),
      lowerBound: (test) => this.#lowerBound(test),
      compare: this.#compare,
    };
  }

  /** Entries, those that only old snapshots see included. */
  get size(): number {
    return this.#size;
  }

  /** Order of two rows by key alone. */
  compareRows(a: SqlRow, b: SqlRow): number {
    for (let at = 0; at < this.keys.length; at++) {
      const ordinal = this.keys[at]!.ordinal;
      const order = this.#comparers[at]!(a[ordinal]!, b[ordinal]!);
      if (order !== 0) return order;
    }
    return 0;
  }

  /** Order of a row and some first key values. */
  compareToKey(row: SqlRow, values: readonly SqlValue[]): number {
    for (let at = 0; at < values.length; at++) {
      const order = this.#comparers[at]!(row[this.keys[at]!.ordinal]!, values[at]!);
      if (order !== 0) return order;
    }
    return 0;
  }

  insert(entry: RowEntry): void {
    this.#moves++;
    this.#size++;
    const chunks = this.#chunks;
    const last = chunks[chunks.length - 1];
    if (last === undefined) {
      chunks.push([entry]);
      return;
    }
    if (this.#compare(entry, last[last.length - 1]!) > 0) {
      if (last.length < CHUNK) last.push(entry);
      else chunks.push([entry]);
      return;
    }
    const hint = this.#free?.row === entry.row && this.#free.moves === this.#moves - 1 ? this.#free : undefined;
    const at = hint?.chunk ?? this.#chunkOf(entry);
    const chunk = chunks[at]!;
    chunk.splice(hint?.at ?? this.#placeIn(chunk, entry), 0, entry);
    if (chunk.length > CHUNK) chunks.splice(at + 1, 0, chunk.splice(CHUNK >> 1));
  }

  /** @returns false when it is not there */
  remove(entry: RowEntry): boolean {
    if (this.#chunks.length === 0) return false;
    const at = this.#chunkOf(entry);
    const chunk = this.#chunks[at]!;
    const place = this.#placeIn(chunk, entry);
    if (chunk[place] !== entry) return false;
    this.#moves++;
    this.#size--;
    if (chunk.length === 1) this.#chunks.splice(at, 1);
    else if (place === chunk.length - 1) chunk.pop();
    else chunk.splice(place, 1);
    return true;
  }

  /** Fills an empty index: sorts once instead of inserting one by one. */
  fill(entries: RowEntry[]): void {
    entries.sort(this.#compare);
    this.#moves++;
    this.#size = entries.length;
    this.#chunks = [];
    for (let at = 0; at < entries.length; at += CHUNK) this.#chunks.push(entries.slice(at, at + CHUNK));
  }

  /** Entries whose key equals that of the row, oldest first. */
  *equalTo(row: SqlRow): Iterable<RowEntry> {
    const cursor = this.open({ from: { values: this.keyOf(row), inclusive: true } });
    for (let entry = cursor.peek(); entry !== undefined; entry = cursor.peek()) {
      if (this.compareRows(entry.row, row) !== 0) return;
      cursor.advance();
      yield entry;
    }
  }

  /** Whether any entry has the key of that row, deleted ones included: the quick question before `equalTo`. */
  hasKey(row: SqlRow): boolean {
    const chunks = this.#chunks;
    const last = chunks[chunks.length - 1];
    if (last === undefined) return false;
    const beyond = this.compareRows(row, last[last.length - 1]!.row);
    if (beyond >= 0) return beyond === 0;
    const place = this.#lowerBound(this.#notBefore(row));
    const found = chunks[place.chunk]![place.at]!;
    if (this.compareRows(found.row, row) === 0) return true;
    this.#free = { row, moves: this.#moves, chunk: place.chunk, at: place.at };
    return false;
  }

  keyOf(row: SqlRow): SqlValue[] {
    return this.keys.map((key) => row[key.ordinal]!);
  }

  open(range: KeyRange = {}): IndexCursor {
    return new IndexCursor(range, this.#source);
  }

  #notBefore(row: SqlRow): (entry: RowEntry) => boolean {
    if (this.keys.length !== 1) return (entry) => this.compareRows(entry.row, row) >= 0;
    const ordinal = this.keys[0]!.ordinal;
    const compare = this.#comparers[0]!;
    const value = row[ordinal]!;
    return (entry) => compare(entry.row[ordinal]!, value) >= 0;
  }

  #entryComparer(): (a: RowEntry, b: RowEntry) => number {
    if (this.keys.length === 0) return (a, b) => a.id - b.id;
    if (this.keys.length === 1) {
      const ordinal = this.keys[0]!.ordinal;
      const compare = this.#comparers[0]!;
      return (a, b) => compare(a.row[ordinal]!, b.row[ordinal]!) || a.id - b.id;
    }
    return (a, b) => this.compareRows(a.row, b.row) || a.id - b.id;
  }

  /** The chunk that holds the entry, or that it belongs into. */
  #chunkOf(entry: RowEntry): number {
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#compare(this.#chunks[middle]![0]!, entry) <= 0) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #placeIn(chunk: readonly RowEntry[], entry: RowEntry): number {
    let low = 0;
    let high = chunk.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#compare(chunk[middle]!, entry) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The first place where the test holds; it must hold for all entries after one that it holds for. */
  #lowerBound(test: (entry: RowEntry) => boolean): { chunk: number; at: number } {
    const chunks = this.#chunks;
    let low = 0;
    let high = chunks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const chunk = chunks[middle]!;
      if (test(chunk[chunk.length - 1]!)) high = middle;
      else low = middle + 1;
    }
    const chunk = chunks[low];
    if (chunk === undefined) return { chunk: low, at: 0 };
    let first = 0;
    let end = chunk.length;
    while (first < end) {
      const middle = (first + end) >> 1;
      if (test(chunk[middle]!)) end = middle;
      else first = middle + 1;
    }
    return { chunk: low, at: first };
  }
}

interface CursorSource {
  readonly moves: () => number;
  readonly chunk: (at: number) => RowEntry[] | undefined;
  readonly chunks: () => number;
  readonly compareToKey: (row: SqlRow, values: readonly SqlValue[]) => number;
  readonly lowerBound: (test: (entry: RowEntry) => boolean) => { chunk: number; at: number };
  readonly compare: (a: RowEntry, b: RowEntry) => number;
}

/**
 * Walks a range. Entries that come or go while it is open do no harm: it goes on after the last entry it advanced over.
 * (So an UPDATE that moves rows forward must collect before it writes.)
 */
export class IndexCursor {
  readonly #source: CursorSource;
  readonly #range: KeyRange;
  #chunk: RowEntry[] | undefined;
  #chunkAt = 0;
  #at = 0;
  #moves = -1;
  #last: RowEntry | undefined;
  #current: RowEntry | undefined;
  #known = false;

  constructor(range: KeyRange, source: CursorSource) {
    this.#range = range;
    this.#source = source;
  }

  /** The entry that the cursor stands on; undefined at the end. */
  peek(): RowEntry | undefined {
    if (this.#moves !== this.#source.moves()) this.#seek();
    if (!this.#known) {
      this.#current = this.#inRange(this.#chunk?.[this.#at]);
      this.#known = true;
    }
    return this.#current;
  }

  advance(): void {
    const entry = this.peek();
    if (entry === undefined) return;
    this.#last = entry;
    this.#known = false;
    if (this.#range.reverse === true) {
      if (--this.#at < 0) {
        this.#chunk = this.#source.chunk(--this.#chunkAt);
        this.#at = (this.#chunk?.length ?? 0) - 1;
      }
    } else if (++this.#at >= this.#chunk!.length) {
      this.#chunk = this.#source.chunk(++this.#chunkAt);
      this.#at = 0;
    }
  }

  #inRange(entry: RowEntry | undefined): RowEntry | undefined {
    if (entry === undefined) return undefined;
    const reverse = this.#range.reverse === true;
    const bound = reverse ? this.#range.from : this.#range.to;
    if (bound === undefined) return entry;
    const order = this.#source.compareToKey(entry.row, bound.values) * (reverse ? -1 : 1);
    return order < 0 || (order === 0 && bound.inclusive) ? entry : undefined;
  }

  #seek(): void {
    this.#moves = this.#source.moves();
    this.#known = false;
    const { compare, compareToKey, lowerBound, chunk } = this.#source;
    const { from, to, reverse } = this.#range;
    const last = this.#last;
    let place: { chunk: number; at: number };
    if (reverse === true) {
      if (last !== undefined) place = lowerBound((entry) => compare(entry, last) >= 0);
      else if (to === undefined) place = { chunk: this.#source.chunks(), at: 0 };
      else {
        place = lowerBound((entry) => {
          const order = compareToKey(entry.row, to.values);
          return order > 0 || (order === 0 && !to.inclusive);
        });
      }
      // The place found is the first one after the range: step back.
      if (--place.at < 0) {
        place.chunk--;
        place.at = (chunk(place.chunk)?.length ?? 0) - 1;
      }
    } else if (last !== undefined) place = lowerBound((entry) => compare(entry, last) > 0);
    else if (from === undefined) place = { chunk: 0, at: 0 };
    else {
      place = lowerBound((entry) => {
        const order = compareToKey(entry.row, from.values);
        return order > 0 || (order === 0 && from.inclusive);
      });
    }
    this.#chunkAt = place.chunk;
    this.#at = place.at;
    this.#chunk = chunk(place.chunk);
  }
}
