import { type Connection, ISOLATION_LEVEL, Request, TYPES } from "tedious";
import type { SqlParam, Statement } from "../sql/statement.ts";
import type { Role } from "./role.ts";
import { StatementFailed } from "./statement-failed.ts";

/** A row as the driver decodes it; bigint columns are decimal text, decimals are lossy: never read user data by it. */
export type Row = Readonly<Record<string, unknown>>;

export type Isolation = "read committed" | "snapshot";

export interface RunOptions {
  /** ms; 0 waits without end. The pool's default where it is missing. */
  readonly timeoutMs?: number;
}

/** One connection, held for the length of a callback. */
export class Session {
  /** For the relay, which sends and receives on the wire itself. */
  readonly connection: Connection;
  readonly #role: Role | undefined;

  /** @param role for what fails: it says of which database */
  constructor(connection: Connection, role?: Role) {
    this.connection = connection;
    this.#role = role;
  }

  /**
   * Runs by sp_executesql: a nested scope, whose SET options and #temp tables end with it.
   * @returns one array of rows for each rowset
   */
  query(statement: Statement, options: RunOptions = {}): Promise<Row[][]> {
    return this.#run(statement.text, options, (request) => {
      for (const param of statement.params) addParameter(request, param);
      this.connection.execSql(request);
    });
  }

  /** Runs as a plain batch: SET options and #temp tables stay with the connection. */
  batch(text: string, options: RunOptions = {}): Promise<Row[][]> {
    return this.#run(text, options, (request) => this.connection.execSqlBatch(request));
  }

  begin(isolation: Isolation): Promise<void> {
    const level = isolation === "snapshot" ? ISOLATION_LEVEL.SNAPSHOT : ISOLATION_LEVEL.READ_COMMITTED;
    return this.#transaction("begin", (done) => this.connection.beginTransaction(done, "", level));
  }

  commit(): Promise<void> {
    return this.#transaction("commit", (done) => this.connection.commitTransaction(done));
  }

  rollback(): Promise<void> {
    return this.#transaction("roll back", (done) => this.connection.rollbackTransaction(done));
  }

  #transaction(what: string, start: (done: (error?: Error | null) => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      start((error) => {
        if (error) reject(new StatementFailed(this.#role, `${what} a transaction`, error));
        else resolve();
      });
    });
  }

  #run(text: string, options: RunOptions, start: (request: Request) => void): Promise<Row[][]> {
    return new Promise((resolve, reject) => {
      const rowsets: Row[][] = [];
      const request = new Request(text, (error) => {
        if (error) reject(new StatementFailed(this.#role, `run ${shorten(text)}`, error));
        else resolve(rowsets);
      });
      if (options.timeoutMs !== undefined) request.setTimeout(options.timeoutMs);
      request.on("columnMetadata", () => rowsets.push([]));
      request.on("row", (columns: readonly { metadata: { colName: string }; value: unknown }[]) => {
        const row: Record<string, unknown> = {};
        for (const column of columns) row[column.metadata.colName] = column.value;
        rowsets.at(-1)?.push(row);
      });
      start(request);
    });
  }
}

/** Adds a parameter with the type that carries its value losslessly. */
export function addParameter(request: Request, param: SqlParam): void {
  switch (param.type) {
    case "int":
      return request.addParameter(param.name, TYPES.Int, param.value);
    case "bigint":
      return request.addParameter(param.name, TYPES.BigInt, param.value === null ? null : param.value.toString());
    case "nvarchar":
      return request.addParameter(param.name, TYPES.NVarChar, param.value, {
        length: param.value !== null && param.value.length > 4000 ? Infinity : 4000,
      });
    case "varbinary":
      return request.addParameter(param.name, TYPES.VarBinary, param.value, {
        length: param.value !== null && param.value.length > 8000 ? Infinity : 8000,
      });
    case "bit":
      return request.addParameter(param.name, TYPES.Bit, param.value);
  }
}

/** The start of a statement, on one line, for an error's text. */
function shorten(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > 120 ? `${line.slice(0, 117)}...` : line;
}
