import { TYPES } from "tedious";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type FakeServer, startFakeServer } from "./fake-server.ts";
import { closed, connect, run } from "./tedious-client.ts";

const ROWS = 5000;
type Tedious = Awaited<ReturnType<typeof connect>>;

let server: FakeServer;
let loaded: number;

beforeEach(async () => {
  loaded = 0;
  server = await startFakeServer({
    batches: {
      rows: async (sink, signal) => {
        sink.columns([{ name: "n", type: { name: "int" }, nullable: false }]);
        for (let n = 0; n < ROWS && !signal.aborted; n++) await sink.row([n]);
        sink.done({ rowCount: BigInt(ROWS), inProcedure: false, command: 0xc1 });
      },
      "COMMIT as text": async (sink, _signal, session) => {
        await session.hooks.beforeCommit();
        session.log.push("took effect");
        await session.hooks.afterCommit();
        sink.done({ inProcedure: false, command: 0 });
      },
    },
    bulk: async (_columns, batches) => {
      for await (const batch of batches) loaded += batch.length;
      return BigInt(loaded);
    },
  });
});

afterEach(async () => {
  server.faults.clear();
  await server.close();
});

const begin = (connection: Tedious): Promise<void> =>
  new Promise((resolve, reject) => connection.beginTransaction((error) => (error ? reject(error) : resolve())));
const commit = (connection: Tedious): Promise<void> =>
  new Promise((resolve, reject) => connection.commitTransaction((error) => (error ? reject(error) : resolve())));
const kill = (connection: Tedious): void => {
  (connection as unknown as { socket: { destroy(): void } }).socket.destroy();
};

function bulkInsert(connection: Tedious, count: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const load = connection.newBulkLoad("#stage", (error, rowCount) => (error ? reject(error) : resolve(rowCount)));
    load.addColumn("id", TYPES.Int, { nullable: false });
    connection.execBulkLoad(
      load,
      Array.from({ length: count }, (_, id) => [id]),
    );
  });
}

describe("where a fault waits", () => {
  test("step, pattern, application, how many pass before, and only once", async () => {
    const [mine, other] = [await connect(server.port, { appName: "mine" }), await connect(server.port)];
    const fault = server.faults.at({ step: "batch", match: /^two/i, app: "mine", after: 1 }, { error: 1222 });
    await run(other, "two");
    await run(mine, "one");
    await run(mine, "two");
    expect(fault.hits).toBe(0);
    await expect(run(mine, "TWO")).rejects.toMatchObject({ number: 1222, class: 16 });
    await fault.hit;
    await run(mine, "two");
    expect(fault.hits).toBe(1);
    await Promise.all([closed(mine), closed(other)]);
  });

  test("a released fault does not happen", async () => {
    const connection = await connect(server.port);
    server.faults.at({ step: "batch" }, "drop").release();
    await run(connection, "one");
    await closed(connection);
  });

  test("an error number that is not known is refused at once, with those that are", () => {
    expect(() => server.faults.at({ step: "batch" }, { error: 1 })).toThrow(/error 1: not among .*1205/);
  });

  test("a callback runs while the connection waits", async () => {
    const connection = await connect(server.port);
    let others = 0;
    server.faults.at(
      { step: "batch", match: /one/ },
      {
        run: async () => {
          const second = await connect(server.port);
          await run(second, "two");
          others = server.sessions.length;
          await closed(second);
        },
      },
    );
    await run(connection, "one");
    expect(others).toBe(2);
    await closed(connection);
  });
});

describe("what it does", () => {
  test("deadlock victim on the third call: the transaction is rolled back", async () => {
    const connection = await connect(server.port);
    await begin(connection);
    server.faults.at({ step: "rpc", after: 2 }, { error: 1205 });
    const call = (): Promise<unknown> => run(connection, "UPDATE t", (to, request) => to.execSql(request));
    await call();
    await call();
    await expect(call()).rejects.toMatchObject({ number: 1205, class: 13 });
    expect(server.sessions[0]!.transactions.at(-1)).toEqual({ kind: "rollback", name: "" });
    expect((connection as unknown as { inTransaction: boolean }).inTransaction).toBe(false);
    await closed(connection);
  });

  test("throttling ends the connection", async () => {
    const connection = await connect(server.port);
    server.faults.at({ step: "rpc" }, { error: 40501 });
    await expect(run(connection, "SELECT 1", (to, request) => to.execSql(request))).rejects.toMatchObject({
      number: 40501,
    });
    await server.closedSessions(1);
  });

  test("a database that is not available refuses the login", async () => {
    server.faults.at({ step: "login" }, { error: 40613 });
    await expect(connect(server.port)).rejects.toThrow(/is not currently available/);
    await closed(await connect(server.port));
  });

  test("the connection drops after 1,000 rows: those have arrived", async () => {
    const connection = await connect(server.port);
    server.faults.at({ step: "row", match: /rows/, after: 1000 }, "drop");
    let arrived = 0;
    await expect(
      run(connection, "rows", undefined, (request) => request.on("row", () => arrived++)),
    ).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(arrived).toBe(1000);
    await server.closedSessions(1);
  });

  test("slow reads: each row waits", async () => {
    const connection = await connect(server.port);
    const fault = server.faults.at({ step: "row", after: ROWS - 3, times: Infinity }, { delayMs: 1 });
    expect((await run(connection, "rows")).rows).toHaveLength(ROWS);
    expect(fault.hits).toBe(3);
    fault.release();
    await closed(connection);
  });

  test("a deadlock in the middle of the rows", async () => {
    const connection = await connect(server.port);
    server.faults.at({ step: "row", after: 10 }, { error: 1205 });
    let arrived = 0;
    await expect(
      run(connection, "rows", undefined, (request) => request.on("row", () => arrived++)),
    ).rejects.toMatchObject({ number: 1205 });
    expect(arrived).toBe(10);
    await closed(connection);
  });

  test("frozen while reading, then released", async () => {
    const connection = await connect(server.port);
    const fault = server.faults.at({ step: "row", after: 2000 }, "freeze");
    let arrived = 0;
    const result = run(connection, "rows", undefined, (request) => request.on("row", () => arrived++));
    await fault.hit;
    expect(arrived).toBeLessThanOrEqual(2000);
    fault.release();
    expect((await result).rows).toHaveLength(ROWS);
    await closed(connection);
  });
});

test("a pattern at a commit means the statements of that transaction, not those before it", async () => {
  const connection = await connect(server.port);
  await run(connection, "INSERT before");
  await begin(connection);
  await run(connection, "UPDATE inside");
  const before = server.faults.at({ step: "commit", match: /before/ }, "drop");
  const inside = server.faults.at({ step: "commit", match: /inside/ }, { error: 1222 });
  await expect(commit(connection)).rejects.toMatchObject({ number: 1222 });
  await commit(connection);
  await run(connection, "COMMIT as text");
  expect([before.hits, inside.hits]).toEqual([0, 1]);
  await closed(connection);
});

test.each([false, true])("drop and throttling, encrypt %s: what was sent before arrives", async (encrypt) => {
  const connection = await connect(server.port, { encrypt });
  server.faults.at({ step: "batch", match: /one/ }, { error: 40501 });
  await expect(run(connection, "one")).rejects.toMatchObject({ number: 40501 });
  const second = await connect(server.port, { encrypt });
  server.faults.at({ step: "row", after: 3000 }, "drop");
  let arrived = 0;
  await expect(run(second, "rows", undefined, (request) => request.on("row", () => arrived++))).rejects.toThrow();
  expect(arrived).toBe(3000);
  await server.closedSessions(2);
});

describe("the client dies while it is frozen", () => {
  test("reading", async () => {
    const connection = await connect(server.port);
    const fault = server.faults.at({ step: "row", after: 5 }, "freeze");
    void run(connection, "rows").catch(() => undefined);
    await fault.hit;
    kill(connection);
    await server.closedSessions(1);
  });

  test("staging: rows up to there, and the session sees an error", async () => {
    const connection = await connect(server.port);
    const fault = server.faults.at({ step: "bulk", match: /insert bulk #stage/, after: 100 }, "freeze");
    void bulkInsert(connection, 20_000).catch(() => undefined);
    await fault.hit;
    expect(loaded).toBe(100);
    kill(connection);
    await server.closedSessions(1);
    expect(loaded).toBe(100);
  });

  test("before the commit takes effect: it never does", async () => {
    const connection = await connect(server.port);
    await begin(connection);
    await run(connection, "INSERT INTO dbo.T");
    const fault = server.faults.at({ step: "commit", match: /INSERT INTO/ }, "freeze");
    void commit(connection).catch(() => undefined);
    await fault.hit;
    kill(connection);
    await server.closedSessions(1);
    expect(server.sessions[0]!.transactions.map((request) => request.kind)).toEqual(["begin"]);
  });

  test("after the commit took effect, before the client knows", async () => {
    const connection = await connect(server.port);
    await begin(connection);
    const fault = server.faults.at({ step: "committed" }, "freeze");
    let answered = false;
    void commit(connection).then(
      () => (answered = true),
      () => undefined,
    );
    await fault.hit;
    expect(server.sessions[0]!.transactions.map((request) => request.kind)).toEqual(["begin", "commit"]);
    expect(answered).toBe(false);
    kill(connection);
    await server.closedSessions(1);
    expect(answered).toBe(false);
  });

  test.each([
    ["commit", ["COMMIT as text"]],
    ["committed", ["COMMIT as text", "took effect"]],
  ] as const)("COMMIT as text, step %s", async (step, log) => {
    const connection = await connect(server.port);
    const fault = server.faults.at({ step, match: /COMMIT as text/ }, "freeze");
    void run(connection, "COMMIT as text").catch(() => undefined);
    await fault.hit;
    kill(connection);
    await server.closedSessions(1);
    expect(server.sessions[0]!.log.slice(1)).toEqual(log);
  });
});

test("the server drops the connection before and after a commit", async () => {
  for (const [step, kinds] of [
    ["commit", ["begin"]],
    ["committed", ["begin", "commit"]],
  ] as const) {
    const connection = await connect(server.port);
    await begin(connection);
    server.faults.at({ step }, "drop");
    await expect(commit(connection)).rejects.toMatchObject({ code: "ECONNRESET" });
    await server.closedSessions(server.sessions.length);
    expect(server.sessions.at(-1)!.transactions.map((request) => request.kind)).toEqual(kinds);
  }
});

test("closing the server lets go what is frozen", async () => {
  const connection = await connect(server.port);
  const fault = server.faults.at({ step: "batch", match: /one/ }, "freeze");
  const failed = expect(run(connection, "one")).rejects.toMatchObject({ code: "ECONNRESET" });
  await fault.hit;
  await server.close();
  await failed;
  expect(server.sessions[0]!.closed).toBe(true);
});
