import type { Connection } from "tedious";
import { afterEach } from "vitest";
import { type Emulator, startEmulator } from "../../../emulator/start-emulator.ts";
import { connect, run } from "../tds/tedious-client.ts";

const emulators: Emulator[] = [];

afterEach(async () => {
  const unknown = emulators.flatMap(({ unsupported }) => unsupported);
  for (const emulator of emulators.splice(0)) await emulator.close();
  if (unknown.length > 0) throw new Error(unknown.join("\n"));
});

/** An emulator with a database `d` that has Change Tracking and a table `dbo.T (id, a)`, tracked. Closed after the test. */
export async function operatedServer(port = 0): Promise<{ emulator: Emulator; at: Client }> {
  const emulator = await startEmulator({ port, statementLog: "" });
  emulators.push(emulator);
  const master = new Client(emulator.port, "master");
  await master.rows("CREATE DATABASE d");
  await master.rows("ALTER DATABASE d SET CHANGE_TRACKING = ON (CHANGE_RETENTION = 2 DAYS, AUTO_CLEANUP = ON)");
  await master.rows("ALTER DATABASE d SET ALLOW_SNAPSHOT_ISOLATION ON");
  const at = new Client(emulator.port, "d");
  await at.rows("CREATE TABLE dbo.T (id int NOT NULL CONSTRAINT PK_T PRIMARY KEY, a nvarchar(20) NULL)");
  await at.rows("ALTER TABLE dbo.T ENABLE CHANGE_TRACKING");
  return { emulator, at };
}

/** One connection, made again when it is gone. */
export class Client {
  readonly #port: number;
  readonly #database: string;
  readonly #login: { userName?: string };
  #connection: Connection | undefined;

  constructor(port: number, database: string, userName?: string) {
    this.#port = port;
    this.#database = database;
    this.#login = userName === undefined ? {} : { userName };
  }

  /** The rows of all rowsets. @throws the request's error, or the login's */
  async rows(sql: string): Promise<unknown[][]> {
    const connection = await this.connection();
    return (await run(connection, sql)).rows;
  }

  async value(sql: string): Promise<unknown> {
    return (await this.rows(sql))[0]?.[0];
  }

  /** Numbers of all errors that the server raised, login errors included; a broken connection is its code. */
  async errors(sql: string): Promise<(number | string)[]> {
    const numbers: (number | string)[] = [];
    let connection: Connection;
    try {
      connection = await this.connection((number) => numbers.push(number));
    } catch (error) {
      return numbers.length > 0 ? numbers : [code(error)];
    }
    const heard = (message: { number: number }): void => void numbers.push(message.number);
    connection.on("errorMessage", heard);
    try {
      await run(connection, sql);
    } catch (error) {
      if (numbers.length === 0) numbers.push(code(error));
    }
    connection.off("errorMessage", heard);
    return numbers;
  }

  async connection(onError: (number: number) => void = () => undefined): Promise<Connection> {
    if (this.#connection) return this.#connection;
    const options = { database: this.#database };
    let heard: ((number: number) => void) | undefined = onError;
    const connection = await connect(this.#port, options, this.#login, (number) => heard?.(number));
    heard = undefined;
    connection.on("end", () => {
      if (this.#connection === connection) this.#connection = undefined;
    });
    return (this.#connection = connection);
  }

  /** Waits until the server has broken the connection; the next statement makes another. */
  async broken(): Promise<void> {
    const connection = this.#connection;
    if (connection) await new Promise<void>((resolve) => connection.once("end", () => resolve()));
  }
}

function code(error: unknown): string {
  return (error as { code?: string }).code ?? String(error);
}
