import { sqlError } from "../values/error-table.ts";
import type { TableLabel } from "./table-store.ts";

/** Space that is used up: what a write meets, and where. */
export interface Shortage {
  /** 1105: the data files are full, rows find no place. 9002: the log is full, nothing can be changed at all. */
  readonly error: 1105 | 9002;
  /** `tempdb` for #temp tables and table variables. */
  readonly database: string;
  /** One table, as `schema.table`; of a #temp table the name as the session writes it. Undefined: all of the database. */
  readonly table?: string;
  /** Rows for which there is room yet. Default 0. */
  readonly rows?: number;
}

interface OpenShortage extends Shortage {
  left: number;
}

/** The disks of one server. Asked by every row that is written. */
export class DiskSpace {
  readonly #shortages = new Set<OpenShortage>();

  /** False: nothing is short, so that hot paths need not ask. */
  get short(): boolean {
    return this.#shortages.size > 0;
  }

  /** @returns ends it: somebody has made room */
  runOut(shortage: Shortage): () => void {
    const open = { ...shortage, left: shortage.rows ?? 0 };
    this.#shortages.add(open);
    return () => void this.#shortages.delete(open);
  }

  /** A database that has no room for one more row (1105) or change (9002) in any of its tables. */
  isFull(database: string, error: Shortage["error"]): boolean {
    return [...this.#of(database, error)].some(({ table, left }) => table === undefined && left <= 0);
  }

  /** ALTER DATABASE ... MODIFY FILE (MAXSIZE = ...): its files may grow again. */
  makeRoom(database: string, error: Shortage["error"]): void {
    for (const shortage of this.#of(database, error)) this.#shortages.delete(shortage);
  }

  *#of(database: string, error: Shortage["error"]): Iterable<OpenShortage> {
    for (const shortage of this.#shortages) {
      if (shortage.error === error && shortage.database.toLowerCase() === database.toLowerCase()) yield shortage;
    }
  }

  /**
   * @param use `row`: a row needs a place; `log`: only the log grows (a delete, an update in place)
   * @throws SqlError 1105, 9002
   */
  take(label: TableLabel, use: "row" | "log"): void {
    for (const shortage of this.#shortages) {
      if (shortage.error === 1105 && use === "log") continue;
      if (shortage.database.toLowerCase() !== label.database.toLowerCase()) continue;
      if (shortage.table !== undefined && !isTable(shortage.table, label)) continue;
      if (shortage.left-- > 0) continue;
      throw shortage.error === 1105
        ? sqlError(1105, `${label.schema}.${label.table}`, "", label.database, "PRIMARY")
        : sqlError(9002, label.database, label.database === "tempdb" ? "ACTIVE_TRANSACTION" : "LOG_BACKUP", "(0:0:0)");
    }
  }
}

/** A #temp table may be named without a schema, which is always dbo. */
function isTable(name: string, label: TableLabel): boolean {
  const wanted = name.toLowerCase();
  const table = label.table.toLowerCase();
  if (`${label.schema.toLowerCase()}.${table}` === wanted) return true;
  return wanted.startsWith("#") && (table === wanted || table.startsWith(`${wanted}_`));
}
