import { ISOLATION_LEVEL, type Request, TYPES } from "tedious";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ResponseSink, RpcCall, RpcParameter } from "../../../emulator/tds/session-handler.ts";
import { SqlError, Unsupported } from "../../../emulator/values/sql-error.ts";
import type { SqlType, SqlValue } from "../../../emulator/values/sql-type.ts";
import { type FakeScript, type FakeServer, startFakeServer } from "./fake-server.ts";
import { closed, connect, run } from "./tedious-client.ts";

const INT: SqlType = { name: "int" };
const SELECT = 0xc1;

function numbers(sink: ResponseSink, ...values: (number | null)[]): void {
  sink.columns([{ name: "n", type: INT, nullable: true }]);
  for (const value of values) void sink.row([value]);
  sink.done({ rowCount: BigInt(values.length), inProcedure: false, command: SELECT });
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
}

let server: FakeServer;
let calls: RpcCall[];
let started: (() => void) | undefined;

const script: FakeScript = {
  batches: {
    one: (sink) => numbers(sink, 1),
    two: (sink) => {
      numbers(sink, 1);
      numbers(sink, 2, 3);
    },
    "print then rows": (sink) => {
      sink.info({ number: 0, severity: 0, state: 1, text: "hello", line: 1 });
      numbers(sink, 1);
    },
    "error after rows": (sink) => {
      numbers(sink, 1);
      sink.error(new SqlError(8134, 16, 1, "Divide by zero error encountered."));
      sink.done({ inProcedure: false, command: SELECT });
    },
    fatal: (sink) => sink.error(new SqlError(40501, 20, 1, "The service is currently busy.")),
    unsupported: () => {
      throw new Unsupported("CREATE QUANTUM TABLE");
    },
    defect: () => {
      throw new TypeError("undefined is not a function");
    },
    "wait for attention": async (sink, signal) => {
      sink.columns([{ name: "n", type: INT, nullable: true }]);
      await sink.row([1]);
      started?.();
      await untilAborted(signal);
    },
    "rows without end": async (sink, signal) => {
      sink.columns([{ name: "n", type: INT, nullable: true }]);
      started?.();
      for (let n = 0; !signal.aborted; n++) {
        await sink.row([n]);
        if (n % 1000 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    },
    "use other": (sink) => {
      sink.envChange({ kind: "database", value: "other", old: "master" });
      sink.envChange({
        kind: "collation",
        value: "Latin1_General_100_BIN2_UTF8",
        old: "SQL_Latin1_General_CP1_CI_AS",
      });
      sink.done({ inProcedure: false, command: 0 });
    },
  },
  calls: {
    sp_executesql: (call, sink) => {
      calls.push(call);
      sink.columns([{ name: "n", type: INT, nullable: true }]);
      void sink.row([7]);
      sink.done({ rowCount: 1n, inProcedure: true, command: SELECT });
      for (const parameter of call.parameters) {
        if (parameter.output) sink.returnValue(parameter.name, parameter.type, parameter.value);
      }
    },
    "dbo.proc": (call, sink) => {
      calls.push(call);
      sink.returnStatus(42);
      sink.returnValue("@out", INT, 5);
    },
  },
};

beforeEach(async () => {
  calls = [];
  started = undefined;
  server = await startFakeServer(script);
});

afterEach(async () => {
  await server.close();
});

describe("batches", () => {
  test("several results, and the count of each", async () => {
    const connection = await connect(server.port);
    const result = await run(connection, "two");
    expect(result).toMatchObject({ rows: [[1], [2], [3]], rowCount: 3 });
    await closed(connection);
  });

  test("DONE says more for every statement but the last", async () => {
    const connection = await connect(server.port);
    const seen: unknown[] = [];
    await run(connection, "two", undefined, (request) => request.on("done", (count, more) => seen.push([count, more])));
    expect(seen).toEqual([
      [1, true],
      [2, false],
    ]);
    await closed(connection);
  });

  test("an error after rows: the rows arrive, the request fails with number, state, class and line", async () => {
    const connection = await connect(server.port);
    await expect(run(connection, "error after rows")).rejects.toMatchObject({
      number: 8134,
      state: 1,
      class: 16,
      lineNumber: 1,
      serverName: "EMULATOR",
    });
    expect((await run(connection, "one")).rows).toEqual([[1]]);
    await closed(connection);
  });

  test("severity 20 ends the connection after the error", async () => {
    const connection = await connect(server.port);
    const ended = new Promise((resolve) => connection.once("end", resolve));
    await expect(run(connection, "fatal")).rejects.toMatchObject({ number: 40501 });
    await ended;
    await server.closedSessions(1);
  });

  test.each([
    ["unsupported", /^Unsupported: CREATE QUANTUM TABLE$/, "Unsupported: CREATE QUANTUM TABLE in: unsupported"],
    ["defect", /^Defect in the emulator: TypeError/, "defect: TypeError"],
  ])("%s: the client gets an error 50000, the server's list tells, the session ends", async (text, message, listed) => {
    const connection = await connect(server.port);
    await expect(run(connection, text)).rejects.toMatchObject({
      number: 50000,
      message: expect.stringMatching(message) as string,
    });
    await server.closedSessions(1);
    expect(server.unsupported).toEqual([expect.stringContaining(listed)]);
  });

  test("change of database and collation", async () => {
    const connection = await connect(server.port);
    const changed = new Promise((resolve) => connection.once("databaseChange", resolve));
    await run(connection, "use other");
    expect(await changed).toBe("other");
    expect((connection as unknown as { databaseCollation: { codepage: string } }).databaseCollation.codepage).toBe(
      "utf-8",
    );
    await closed(connection);
  });

  test("messages of PRINT come before the rows that follow", async () => {
    const connection = await connect(server.port);
    const order: string[] = [];
    connection.on("infoMessage", (info: { message: string }) => order.push(info.message));
    await run(connection, "print then rows", undefined, (request) => request.on("row", () => order.push("row")));
    expect(order).toEqual(["hello", "row"]);
    await closed(connection);
  });

  test("30 connections at once", async () => {
    const connections = await Promise.all(Array.from({ length: 30 }, () => connect(server.port, { encrypt: true })));
    const results = await Promise.all(connections.map((connection) => run(connection, "two")));
    for (const result of results) expect(result.rows).toEqual([[1], [2], [3]]);
    await Promise.all(connections.map((connection) => closed(connection)));
    await server.closedSessions(30);
  });
});

describe("RPC", () => {
  const send = (connection: Parameters<typeof closed>[0], request: Request): void => connection.execSql(request);

  test("sp_executesql: statement, declarations and parameters; DONEINPROC, RETURNSTATUS, DONEPROC", async () => {
    const connection = await connect(server.port);
    const tokens: string[] = [];
    const result = await run(connection, "SELECT @a", send, (request) => {
      request.addParameter("a", TYPES.Int, 5);
      request.addOutputParameter("b", TYPES.NVarChar, "out");
      request.on("doneInProc", () => tokens.push("doneInProc"));
      request.on("doneProc", (_count, more) => tokens.push(`doneProc ${more}`));
    });
    expect(result).toMatchObject({ rows: [[7]], rowCount: 1, output: { b: "out" }, returnStatus: 0 });
    expect(tokens).toEqual(["doneInProc", "doneProc false"]);
    expect(calls[0]!.parameters.map((parameter) => [parameter.name, parameter.value, parameter.output])).toEqual([
      ["@statement", "SELECT @a", false],
      ["@params", "@a int, @b nvarchar(3) OUTPUT", false],
      ["@a", 5, false],
      ["@b", "out", true],
    ]);
    await closed(connection);
  });

  test("a procedure by name with its return status", async () => {
    const connection = await connect(server.port);
    const result = await run(
      connection,
      "dbo.proc",
      (to, request) => to.callProcedure(request),
      (request) => {
        request.addOutputParameter("out", TYPES.Int);
      },
    );
    expect(result).toMatchObject({ returnStatus: 42, output: { out: 5 } });
    expect(calls[0]).toMatchObject({
      procedure: "dbo.proc",
      parameters: [{ name: "@out", value: null, output: true }],
    });
    await closed(connection);
  });

  const date = new Date("2024-02-29T12:34:56.789Z");
  const ticks = 638_448_068_967_890_000n;
  const DATE_DAYS = 738_944;
  const parameters: [string, (typeof TYPES)[keyof typeof TYPES], unknown, object, SqlType, SqlValue][] = [
    ["bit", TYPES.Bit, true, {}, { name: "bit" }, 1],
    ["tinyint", TYPES.TinyInt, 255, {}, { name: "tinyint" }, 255],
    ["smallint", TYPES.SmallInt, -32768, {}, { name: "smallint" }, -32768],
    ["int", TYPES.Int, -2147483648, {}, INT, -2147483648],
    ["bigint", TYPES.BigInt, "9223372036854775807", {}, { name: "bigint" }, 9223372036854775807n],
    ["real", TYPES.Real, 1.5, {}, { name: "real" }, 1.5],
    ["float", TYPES.Float, -1e300, {}, { name: "float" }, -1e300],
    ["decimal", TYPES.Decimal, 12.5, { precision: 9, scale: 2 }, { name: "decimal", precision: 9, scale: 2 }, 1250n],
    ["numeric", TYPES.Numeric, -1, { precision: 38, scale: 0 }, { name: "numeric", precision: 38, scale: 0 }, -1n],
    ["money", TYPES.Money, -1.25, {}, { name: "money" }, -12500n],
    ["smallmoney", TYPES.SmallMoney, 1.25, {}, { name: "smallmoney" }, 12500n],
    [
      "char",
      TYPES.Char,
      "ab",
      { length: 2 },
      { name: "char", length: 2, collation: "SQL_Latin1_General_CP1_CI_AS" },
      "ab",
    ],
    [
      "varchar",
      TYPES.VarChar,
      "é€",
      { length: 10 },
      { name: "varchar", length: 10, collation: "SQL_Latin1_General_CP1_CI_AS" },
      "é€",
    ],
    [
      "nvarchar",
      TYPES.NVarChar,
      "日😀",
      { length: 10 },
      { name: "nvarchar", length: 10, collation: "SQL_Latin1_General_CP1_CI_AS" },
      "日😀",
    ],
    [
      "nvarchar(max)",
      TYPES.NVarChar,
      "x".repeat(9000),
      {},
      { name: "nvarchar", length: -1, collation: "SQL_Latin1_General_CP1_CI_AS" },
      "x".repeat(9000),
    ],
    [
      "varchar(max)",
      TYPES.VarChar,
      "x".repeat(9000),
      {},
      { name: "varchar", length: -1, collation: "SQL_Latin1_General_CP1_CI_AS" },
      "x".repeat(9000),
    ],
    ["text", TYPES.Text, "abc", {}, { name: "text", collation: "SQL_Latin1_General_CP1_CI_AS" }, "abc"],
    ["binary", TYPES.Binary, Buffer.from([1, 2]), { length: 2 }, { name: "binary", length: 2 }, Buffer.from([1, 2])],
    ["varbinary", TYPES.VarBinary, Buffer.from([1]), { length: 5 }, { name: "varbinary", length: 5 }, Buffer.from([1])],
    [
      "varbinary(max)",
      TYPES.VarBinary,
      Buffer.alloc(9000, 7),
      {},
      { name: "varbinary", length: -1 },
      Buffer.alloc(9000, 7),
    ],
    ["image", TYPES.Image, Buffer.from([3]), {}, { name: "image" }, Buffer.from([3])],
    [
      "uniqueidentifier",
      TYPES.UniqueIdentifier,
      "00112233-4455-6677-8899-aabbccddeeff",
      {},
      { name: "uniqueidentifier" },
      "00112233-4455-6677-8899-AABBCCDDEEFF",
    ],
    ["date", TYPES.Date, date, {}, { name: "date" }, DATE_DAYS],
    ["time", TYPES.Time, date, { scale: 3 }, { name: "time", scale: 3 }, Number(ticks % 864_000_000_000n)],
    ["datetime2", TYPES.DateTime2, date, { scale: 7 }, { name: "datetime2", scale: 7 }, ticks],
    [
      "datetimeoffset",
      TYPES.DateTimeOffset,
      date,
      { scale: 7 },
      { name: "datetimeoffset", scale: 7 },
      { utc: ticks, offset: expect.any(Number) as number },
    ],
    ["datetime", TYPES.DateTime, date, {}, { name: "datetime" }, 45_349 * 25_920_000 + 45_296 * 300 + 237],
    ["smalldatetime", TYPES.SmallDateTime, date, {}, { name: "smalldatetime" }, 45_349 * 1440 + 12 * 60 + 34],
  ];

  test.each(parameters)("parameter %s", async (_name, type, value, options, sqlType, expected) => {
    const connection = await connect(server.port, { useUTC: true });
    await run(connection, "SELECT @p", send, (request) => request.addParameter("p", type, value, options));
    await run(connection, "SELECT @p", send, (request) => request.addParameter("p", type, null, options));
    const [sent, none] = calls.map((call) => call.parameters.at(-1) as RpcParameter);
    expect(sent).toEqual({ name: "@p", type: sqlType, value: expected, output: false });
    expect(none).toMatchObject({ type: { name: sqlType.name }, value: null });
    await closed(connection);
  });

  test("a table-valued parameter is refused, loudly", async () => {
    const connection = await connect(server.port);
    const table = { columns: [{ name: "id", type: TYPES.Int }], rows: [[1]] };
    await expect(
      run(connection, "SELECT 1", send, (request) => request.addParameter("t", TYPES.TVP, table)),
    ).rejects.toThrow("Unsupported: a table-valued parameter");
    expect(server.unsupported).toHaveLength(1);
  });
});

describe("attention", () => {
  test.each(["wait for attention", "rows without end"])("%s: cancelled, and the connection works on", async (text) => {
    const connection = await connect(server.port);
    const running = new Promise<void>((resolve) => (started = resolve));
    const result = run(connection, text);
    const failed = expect(result).rejects.toMatchObject({ code: "ECANCEL" });
    await running;
    connection.cancel();
    await failed;
    expect((await run(connection, "one")).rows).toEqual([[1]]);
    await closed(connection);
  });

  test("a request time-out of the client", async () => {
    const connection = await connect(server.port, { requestTimeout: 50 });
    await expect(run(connection, "wait for attention")).rejects.toMatchObject({ code: "ETIMEOUT" });
    expect((await run(connection, "one")).rows).toEqual([[1]]);
    await closed(connection);
  });

  test("the client leaves in the middle: the session is told and closed", async () => {
    const connection = await connect(server.port);
    const running = new Promise<void>((resolve) => (started = resolve));
    void run(connection, "rows without end").catch(() => undefined);
    await running;
    connection.close();
    await server.closedSessions(1);
  });
});

describe("transactions and reset", () => {
  test("begin, save, commit, roll back with names and isolation levels", async () => {
    const connection = await connect(server.port);
    const call = (action: (done: (error?: Error | null) => void) => void): Promise<void> =>
      new Promise((resolve, reject) => action((error) => (error ? reject(error) : resolve())));
    await call((done) => connection.beginTransaction(done, "träns", ISOLATION_LEVEL.SNAPSHOT));
    await call((done) => connection.saveTransaction(done, "point"));
    await call((done) => connection.rollbackTransaction(done, "point"));
    await call((done) => connection.commitTransaction(done, ""));
    expect(server.sessions[0]!.transactions).toEqual([
      { kind: "begin", name: "träns", isolation: "snapshot" },
      { kind: "save", name: "point" },
      { kind: "rollback", name: "point" },
      { kind: "commit", name: "" },
    ]);
    expect((connection as unknown as { inTransaction: boolean }).inTransaction).toBe(false);
    await closed(connection);
  });

  test("RESETCONNECTION comes before the request that carries it", async () => {
    const connection = await connect(server.port);
    const acknowledged = new Promise((resolve) => connection.once("resetConnection", resolve));
    await new Promise<void>((resolve, reject) => connection.reset((error) => (error ? reject(error) : resolve())));
    await acknowledged;
    await run(connection, "one");
    expect(server.sessions[0]!.log.map((entry) => entry.slice(0, 14))).toEqual([
      "set ansi_nulls",
      "reset false",
      "set ansi_nulls",
      "one",
    ]);
    await closed(connection);
  });
});
