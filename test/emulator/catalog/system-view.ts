import type { Database } from "../storage/database.ts";
import type { DatabaseObject, ViewObject } from "../storage/database-model.ts";
import type { SqlType, SqlValue } from "../values/sql-type.ts";
import type { Transaction } from "../storage/transaction.ts";

/** Who asks, and what it may see. */
export interface CatalogReader {
  readonly spid: number;
  readonly transaction: Transaction;
  /** Under SNAPSHOT isolation the snapshot's number; Infinity otherwise. */
  readonly snapshot: number;
  /** Metadata visibility: rows about an object that gives false are left out. Undefined: sees all. */
  readonly canSee?: (object: DatabaseObject) => boolean;
  /** The same for types that users made. */
  readonly canSeeType?: (userTypeId: number) => boolean;
  /** VIEW DEFINITION on the object: without it a module's definition is NULL. Undefined: yes. */
  readonly canSeeDefinition?: (object: DatabaseObject) => boolean;
  /** How many rows an indexed view has now, other transactions' open changes included. Undefined: nobody can say. */
  readonly countRows?: (view: ViewObject) => number;
  /** VIEW DATABASE STATE / VIEW SERVER STATE: without it only the own session is shown. Undefined: yes. */
  readonly canSeeState?: boolean;
  /** VIEW SERVER STATE. Undefined: yes. */
  readonly canSeeServerState?: boolean;
}

/** A column whose value the emulator does not know: reading it throws Unsupported. */
export class UnknownValue {
  readonly column: string;

  constructor(column: string) {
    this.column = column;
  }
}

export interface SystemViewColumn {
  readonly name: string;
  readonly type: SqlType;
  readonly nullable: boolean;
  /** True: reading the column throws Unsupported (`<schema>.<view>.<column>`); its place in the rows holds null. */
  readonly unknown: boolean;
}

/** Values to look for, where the query says `column = value`; a view may use it to do less and never has to. */
export type ViewFilter = Readonly<Record<string, SqlValue>>;

export interface SystemView {
  readonly schema: "sys" | "INFORMATION_SCHEMA";
  readonly name: string;
  readonly objectId: number;
  /** In the server's order. */
  readonly columns: readonly SystemViewColumn[];
  /** Filters that make `rows` cheaper, such as object_id. */
  readonly filters: readonly string[];
  /** One array for each row, in the order of `columns`. The caller has called `Database.readMetadata`. */
  rows(database: Database, reader: CatalogReader, filter?: ViewFilter): Iterable<SqlValue[]>;
}
