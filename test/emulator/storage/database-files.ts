import { maxLength } from "../values/coerce-type.ts";
import type { SqlRow, SqlType, SqlValue } from "../values/sql-type.ts";
import type { Column, TableObject } from "./database-model.ts";
import type { Database } from "./database.ts";

/** A file of a database, in pages of 8 KB. */
export interface DatabaseFile {
  readonly fileId: 1 | 2;
  readonly kind: "ROWS" | "LOG";
  readonly name: string;
  readonly pages: number;
  /** -1: until the disk is full. */
  readonly maxPages: number;
  readonly growthPages: number;
  readonly usedPages: number;
}

/** "model Database": both files of a new database have 8 MB and grow by 64 MB, the log up to 2 TB. */
const FIRST_PAGES = 1024;
const GROWTH_PAGES = 8192;
const LOG_MAX_PAGES = 268435456;
/** Of the four virtual log files that 8 MB are cut into one is always in use; the emulator writes no log that could need more. */
const LOG_USED_PAGES = 256;
/** What a page has for rows ("Pages and extents architecture guide"). */
const PAGE_BYTES = 8096;
const SAMPLED_ROWS = 1000;

/** The data file and the log. A file that has run out of space (`DiskSpace`) is full, and has grown as far as it may. */
export function filesOf(database: Database): readonly DatabaseFile[] {
  const used = usedPages(database);
  const grown = FIRST_PAGES + Math.max(0, Math.ceil((used - FIRST_PAGES) / GROWTH_PAGES)) * GROWTH_PAGES;
  const { space } = database.server;
  const rows = { fileId: 1, kind: "ROWS", name: database.name, growthPages: GROWTH_PAGES } as const;
  const log = { fileId: 2, kind: "LOG", name: `${database.name}_log`, growthPages: GROWTH_PAGES } as const;
  return [
    space.isFull(database.name, 1105)
      ? { ...rows, pages: grown, maxPages: grown, usedPages: grown }
      : { ...rows, pages: grown, maxPages: -1, usedPages: used },
    space.isFull(database.name, 9002)
      ? { ...log, pages: FIRST_PAGES, maxPages: FIRST_PAGES, usedPages: FIRST_PAGES }
      : { ...log, pages: FIRST_PAGES, maxPages: LOG_MAX_PAGES, usedPages: LOG_USED_PAGES },
  ];
}

/** The rows as they would fill pages, by the mean of the first thousand of each table. */
function usedPages(database: Database): number {
  let pages = 0;
  for (const object of database.objects.values()) {
    if (object.kind === "table") pages += tablePages(object);
  }
  return pages;
}

function tablePages({ store, columns }: TableObject): number {
  let [rows, bytes] = [0, 0];
  for (const row of store.committedRows()) {
    bytes += rowBytes(row, columns);
    if (++rows === SAMPLED_ROWS) break;
  }
  return rows === 0 ? 0 : Math.ceil((bytes / rows) * (store.rowCount / PAGE_BYTES));
}

function rowBytes(row: SqlRow, columns: readonly Column[]): number {
  return columns.reduce((sum, { type }, at) => sum + valueBytes(row[at] ?? null, type), 0);
}

/** Of fixed length, whatever is in it. */
const FIXED_LENGTH: ReadonlySet<string> = new Set(["char", "nchar", "binary"]);
const ONE_BYTE_CHARACTERS: ReadonlySet<string> = new Set(["varchar", "text"]);

function valueBytes(value: SqlValue, type: SqlType): number {
  if (value === null) return 0;
  if (FIXED_LENGTH.has(type.name)) return maxLength(type);
  if (typeof value === "string" && ONE_BYTE_CHARACTERS.has(type.name)) return value.length;
  if (typeof value === "string") return 2 * value.length;
  if (Buffer.isBuffer(value)) return value.length;
  return Math.max(8, maxLength(type));
}
