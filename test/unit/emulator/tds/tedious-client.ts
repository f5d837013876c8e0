import { Connection, type ConnectionConfiguration, type ConnectionOptions, Request } from "tedious";
import { PASSWORD } from "./fake-server.ts";

/** A tedious connection as promises. */
export function connect(
  port: number,
  options: ConnectionOptions = {},
  login: { userName?: string; password?: string } = {},
  onErrorMessage: (number: number) => void = () => undefined,
): Promise<Connection> {
  const configuration: ConnectionConfiguration = {
    server: "127.0.0.1",
    authentication: { type: "default", options: { userName: "sa", password: PASSWORD, ...login } },
    options: {
      port,
      encrypt: false,
      trustServerCertificate: true,
      appName: "emulator-test",
      connectTimeout: 5000,
      maxRetriesOnTransientErrors: 0,
      ...options,
    },
  };
  return new Promise((resolve, reject) => {
    const connection = new Connection(configuration);
    connection.on("error", () => undefined);
    connection.on("errorMessage", ({ number }: { number: number }) => onErrorMessage(number));
    connection.connect((error) => {
      if (error === undefined) resolve(connection);
      else reject(error);
    });
  });
}

export interface Result {
  readonly rows: unknown[][];
  readonly columns: { name: string; type: string; nullable: boolean; dataLength: number | undefined }[];
  readonly rowCount: number | undefined;
  readonly output: Record<string, unknown>;
  readonly returnStatus: number | undefined;
}

type Send = (connection: Connection, request: Request) => void;

/** Runs a request; rejects with the request's error. */
export function run(
  connection: Connection,
  sql: string,
  send: Send = (to, request) => to.execSqlBatch(request),
  prepare: (request: Request) => void = () => undefined,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const rows: unknown[][] = [];
    const columns: Result["columns"] = [];
    const output: Record<string, unknown> = {};
    let returnStatus: number | undefined;
    const request = new Request(sql, (error, rowCount) => {
      if (error) reject(error);
      else resolve({ rows, columns, rowCount, output, returnStatus });
    });
    request.on("columnMetadata", (metadata) => {
      for (const column of metadata as {
        colName: string;
        type: { name: string };
        flags: number;
        dataLength?: number;
      }[]) {
        columns.push({
          name: column.colName,
          type: column.type.name,
          nullable: (column.flags & 1) === 1,
          dataLength: column.dataLength,
        });
      }
    });
    request.on("row", (cells: { value: unknown }[]) => rows.push(cells.map((cell) => cell.value)));
    request.on("returnValue", (name, value) => (output[name] = value));
    request.on("doneProc", (_count, _more, status) => (returnStatus = status));
    prepare(request);
    send(connection, request);
  });
}

export function closed(connection: Connection): Promise<void> {
  return new Promise((resolve) => {
    connection.once("end", () => resolve());
    connection.close();
  });
}
