import { DEFAULT_COLLATION, collationKey } from "../values/collation.ts";
import { sqlError } from "../values/error-table.ts";
import { CommitLog } from "./commit-log.ts";
import { Database } from "./database.ts";
import { DiskSpace } from "./disk-space.ts";
import { EmulatorClock } from "./emulator-clock.ts";
import { LockManager } from "./locks.ts";
import type { SessionInfo } from "./session-info.ts";
import { TableStore, type IndexSpec, type TableLabel } from "./table-store.ts";
import { Transaction } from "./transaction.ts";

/** A row of sys.server_principals. */
export interface ServerPrincipal {
  readonly principalId: number;
  readonly name: string;
  readonly sid: Buffer;
  readonly type: "SQL_LOGIN" | "SERVER_ROLE";
  /** Undefined for roles. */
  readonly password?: string;
  readonly disabled: boolean;
  readonly defaultDatabase: string;
  readonly createDate: number;
  readonly modifyDate: number;
}

export interface ServerOptions {
  readonly clock?: EmulatorClock;
  /** @@SERVERNAME. */
  readonly name?: string;
  readonly collation?: string;
  readonly saPassword?: string;
}

const FIXED_ROLES: readonly (readonly [id: number, name: string])[] = [
  [2, "public"],
  [3, "sysadmin"],
  [4, "securityadmin"],
  [5, "serveradmin"],
  [6, "setupadmin"],
  [7, "processadmin"],
  [8, "diskadmin"],
  [9, "dbcreator"],
  [10, "bulkadmin"],
];

/** One instance: databases, logins, sessions, and what all of them share: clock, commit numbers and locks. */
export class Server {
  readonly clock: EmulatorClock;
  /** @@SERVERNAME; another one after a failover. */
  name: string;
  readonly collation: string;
  readonly startTime: number;
  readonly commits = new CommitLog();
  readonly locks = new LockManager();
  readonly space = new DiskSpace();
  /** What commit sequence numbers (commit_csn) begin after: they are the instance's, and go on elsewhere after a failover. */
  firstCommitSequence = 0;
  readonly sessions = new Map<number, SessionInfo>();
  readonly transactions = new Map<number, Transaction>();
  readonly logins = new Map<string, ServerPrincipal>();
  readonly #databases = new Map<string, Database>();
  #lastDatabaseId = 0;
  #lastTransactionId = 1000;
  #lastPrincipalId = 256;

  constructor(options: ServerOptions = {}) {
    this.clock = options.clock ?? new EmulatorClock();
    this.name = options.name ?? "EMULATOR";
    this.collation = options.collation ?? DEFAULT_COLLATION;
    this.startTime = this.clock.now();
    for (const name of ["master", "tempdb", "model", "msdb"]) this.createDatabase(name);
    // master and msdb allow snapshot isolation and it cannot be switched off ("ALTER DATABASE SET options").
    for (const name of ["master", "msdb"]) this.findDatabase(name)!.options.allowSnapshotIsolation = true;
    for (const name of ["tempdb", "msdb"]) this.findDatabase(name)!.options.recoveryModel = "SIMPLE";
    this.#addFixed(options.saPassword ?? "Password123!");
  }

  get databases(): readonly Database[] {
    return [...this.#databases.values()];
  }

  /** The key under which a name of the server's own (database, login) is found. */
  nameKey(name: string): string {
    return collationKey(this.collation, name);
  }

  findDatabase(name: string): Database | undefined {
    return this.#databases.get(this.nameKey(name));
  }

  databaseById(databaseId: number): Database | undefined {
    return this.databases.find((database) => database.databaseId === databaseId);
  }

  /** @throws SqlError 1801 */
  createDatabase(name: string, collation: string = this.collation): Database {
    if (this.findDatabase(name) !== undefined) throw sqlError(1801, name);
    const database = new Database(this, ++this.#lastDatabaseId, name, collation);
    this.#databases.set(this.nameKey(name), database);
    return database;
  }

  /** The caller has made sure that nobody uses it (3702). */
  dropDatabase(database: Database): void {
    this.#databases.delete(this.nameKey(database.name));
  }

  /** Puts another database under the name, as RESTORE does. */
  replaceDatabase(before: Database, after: Database): void {
    this.#databases.delete(this.nameKey(before.name));
    this.#databases.set(this.nameKey(after.name), after);
  }

  /** @throws SqlError 1801 */
  renameDatabase(database: Database, name: string): void {
    if (this.nameKey(name) !== this.nameKey(database.name) && this.findDatabase(name) !== undefined) {
      throw sqlError(1801, name);
    }
    this.#databases.delete(this.nameKey(database.name));
    database.name = name;
    this.#databases.set(this.nameKey(name), database);
  }

  /** Begins a transaction: an explicit one, or that of an autocommitted statement. */
  begin(options: { readonly spid: number; readonly name?: string; readonly deadlockPriority?: number }): Transaction {
    const transaction = new Transaction(this.commits, this.locks, {
      ...options,
      id: ++this.#lastTransactionId,
      beginTime: this.clock.now(),
    });
    this.transactions.set(transaction.id, transaction);
    transaction.onEnd(() => this.transactions.delete(transaction.id));
    return transaction;
  }

  newTableStore(label: TableLabel, indexes: readonly IndexSpec[]): TableStore {
    return new TableStore(this, label, indexes);
  }

  newPrincipalId(): number {
    return ++this.#lastPrincipalId;
  }

  findLogin(name: string): ServerPrincipal | undefined {
    return this.logins.get(this.nameKey(name));
  }

  setLogin(login: ServerPrincipal): void {
    this.logins.set(this.nameKey(login.name), login);
  }

  #addFixed(saPassword: string): void {
    const dates = { createDate: this.startTime, modifyDate: this.startTime };
    this.setLogin({
      principalId: 1,
      name: "sa",
      sid: Buffer.from([1]),
      type: "SQL_LOGIN",
      password: saPassword,
      disabled: false,
      defaultDatabase: "master",
      ...dates,
    });
    for (const [principalId, name] of FIXED_ROLES) {
      const sid = Buffer.from([principalId]);
      this.setLogin({ principalId, name, sid, type: "SERVER_ROLE", disabled: false, defaultDatabase: "", ...dates });
    }
  }
}
