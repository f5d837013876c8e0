import { cleanUp, forgetHistory } from "./change-tracking/cleanup.ts";
import { currentVersion } from "./change-tracking/tracking-versions.ts";
import type { Engine } from "./engine/engine.ts";
import type { Session } from "./engine/session/session.ts";
import { captureDatabase, restoreDatabase, untilSettled, type DatabaseImage } from "./storage/database-image.ts";
import type { Database } from "./storage/database.ts";
import type { Shortage } from "./storage/disk-space.ts";
import type { TdsServer } from "./tds/tds-server.ts";

export interface Failover {
  /** @@SERVERNAME of the new primary replica. Default: the same name. */
  readonly serverName?: string;
  /**
   * What the new primary replica has of a database that it had not got to the end of: an image taken before. The commits
   * after it are lost. All others come without loss.
   */
  readonly behind?: readonly DatabaseImage[];
  /** FORCE_FAILOVER_ALLOW_DATA_LOSS: a new recovery fork for every database, also where nothing is lost. Default: only with `behind`. */
  readonly forced?: boolean;
}

/**
 * What operators and machines do to a server and its databases. Everything has happened when the promise settles;
 * databases are named as in SQL and must be there (Error).
 */
export class ServerControl {
  readonly #engine: Engine;
  readonly #tds: Pick<TdsServer, "open" | "close">;

  constructor(engine: Engine, tds: Pick<TdsServer, "open" | "close">) {
    this.#engine = engine;
    this.#tds = tds;
  }

  /** BACKUP DATABASE: all that is committed now. Waits for open DDL (TRUNCATE too) to end, and for nothing else. */
  async backup(database: string): Promise<DatabaseImage> {
    const found = this.#find(database);
    await untilSettled(found);
    found.checkpointTime = this.#engine.clock.now();
    return captureDatabase(found);
  }

  /**
   * RESTORE DATABASE ... WITH REPLACE, under the image's own name or another that is there. Ends the database's sessions
   * (logins meanwhile: 4060). Contents, object ids and Change Tracking with its versions are the image's; the recovery
   * fork is a new one, the family the same; later transactions are others than those that are gone.
   */
  async restore(image: DatabaseImage, database: string = image.name): Promise<void> {
    const found = this.#find(database);
    found.restoring = true;
    try {
      await this.#endSessions((session) => this.#uses(session, found));
      restoreDatabase(found, image);
      this.#engine.metadataChanged();
    } finally {
      found.restoring = false;
    }
  }

  /**
   * Another replica of the availability group becomes the primary one, at the same address: every connection breaks, and
   * what was not committed is gone. Commit sequence numbers are those of the other instance.
   */
  async failOver({ serverName, behind = [], forced = behind.length > 0 }: Failover = {}): Promise<void> {
    const { server } = this.#engine;
    const images = behind.map((image) => ({ image, database: this.#find(image.name) }));
    await this.#tds.close();
    if (serverName !== undefined) server.name = serverName;
    server.firstCommitSequence += 1_000_000;
    for (const { database, image } of images) restoreDatabase(database, image);
    if (forced) for (const database of this.#userDatabases()) forkRecovery(database);
    this.#engine.metadataChanged();
    await this.#tds.open();
  }

  /** ALTER DATABASE ... SET OFFLINE WITH ROLLBACK IMMEDIATE: logins get 4060 and 18456, USE and names with it 942. */
  async takeOffline(database: string): Promise<void> {
    const found = this.#find(database);
    found.options.online = false;
    await this.#endSessions((session) => this.#uses(session, found));
  }

  bringOnline(database: string): void {
    this.#find(database).options.online = true;
  }

  /** ALTER DATABASE ... SET READ_ONLY (or READ_WRITE) WITH ROLLBACK IMMEDIATE: writers get 3906. */
  async setReadOnly(database: string, readOnly: boolean): Promise<void> {
    const found = this.#find(database);
    await this.#endSessions((session) => this.#uses(session, found));
    found.options.readOnly = readOnly;
  }

  /**
   * The replica changes its role, which breaks the database's connections. On a readable secondary writers get 3906 and
   * readers of Change Tracking 22117.
   */
  async setRole(database: string, role: "primary" | "secondary"): Promise<void> {
    const found = this.#find(database);
    await this.#endSessions((session) => this.#uses(session, found));
    found.secondary = role === "secondary";
  }

  /** DROP DATABASE after all its sessions were ended: logins get 4060 and 18456. */
  async drop(database: string): Promise<void> {
    const found = this.#find(database);
    found.restoring = true;
    await this.#endSessions((session) => this.#uses(session, found));
    this.#engine.server.dropDatabase(found);
    this.#engine.metadataChanged();
  }

  /** KILL of every session, or of those in one database. */
  async endConnections(database?: string): Promise<void> {
    const found = database === undefined ? undefined : this.#find(database);
    await this.#endSessions((session) => found === undefined || this.#uses(session, found));
  }

  /** Disk or log are full: writes get 1105 or 9002. @returns makes room again */
  runOutOfSpace(shortage: Shortage): () => void {
    this.#find(shortage.database);
    return this.#engine.server.space.runOut(shortage);
  }

  /** SHUTDOWN has begun: logins get 6005, sessions go on. `stop` ends it, `start` takes it back. */
  beginShutdown(): void {
    this.#engine.shuttingDown = true;
  }

  /** The process ends: every connection breaks, new ones are refused (ECONNREFUSED). */
  async stop(): Promise<void> {
    await this.#tds.close();
  }

  /** And is started again, at the same port, with the same databases. */
  async start(): Promise<void> {
    this.#engine.shuttingDown = false;
    await this.#tds.open();
  }

  /** CHECKPOINT: from now on sys.dm_tran_commit_table shows what was committed to everybody who may read it. */
  checkpoint(database: string): void {
    this.#find(database).checkpointTime = this.#engine.clock.now();
  }

  /** Change tracking cleanup runs now, whatever AUTO_CLEANUP says: it takes what is older than the retention. */
  cleanUp(database: string): void {
    cleanUp(this.#find(database));
  }

  /**
   * History up to a version is gone, whatever the retention: min valid is that version.
   * @param upTo default: the current version
   * @param table `schema.table`; default: all
   */
  forgetHistory(database: string, { upTo, table }: { readonly upTo?: number; readonly table?: string } = {}): void {
    const found = this.#find(database);
    const version = upTo ?? Number(currentVersion(found) ?? 0n);
    forgetHistory(found, version, table === undefined ? undefined : tableId(found, table));
  }

  #find(name: string): Database {
    const found = this.#engine.server.findDatabase(name);
    if (found === undefined) throw new Error(`no database ${name} on this server`);
    return found;
  }

  #userDatabases(): Database[] {
    return this.#engine.server.databases.filter(({ databaseId }) => databaseId > 4);
  }

  #uses(session: Session, database: Database): boolean {
    if (session.currentDatabase === database) return true;
    const transaction = session.transactions.current;
    if (transaction === undefined) return false;
    const resources = new Set([...database.objects.values()].map((object) => database.schemaLock(object)));
    for (const { owner, resource } of this.#engine.server.locks.all()) {
      if (owner === transaction && resources.has(resource)) return true;
    }
    return false;
  }

  /** Breaks their connections and waits until each has rolled back. */
  async #endSessions(test: (session: Session) => boolean): Promise<void> {
    const { sessions } = this.#engine;
    const ended = [...sessions.values()].filter(test);
    for (const session of ended) {
      if (session.hooks.endConnection) session.hooks.endConnection();
      else session.close();
    }
    while (ended.some((session) => sessions.get(session.spid) === session)) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

function forkRecovery(database: Database): void {
  database.firstRecoveryForkGuid = database.recoveryForkGuid;
  database.recoveryForkGuid = crypto.randomUUID().toUpperCase();
}

function tableId(database: Database, name: string): number {
  const [schema = "", table = ""] = name.split(".");
  const schemaId = database.findSchema(schema)?.schemaId;
  const object = schemaId === undefined ? undefined : database.findObject(schemaId, table);
  if (object === undefined) throw new Error(`no table ${name} in ${database.name}`);
  return object.objectId;
}
