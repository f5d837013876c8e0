import { X509Certificate } from "node:crypto";
import { connect as connectSocket } from "node:net";
import { once } from "node:events";
import sql from "mssql";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ResponseSink } from "../../../emulator/tds/session-handler.ts";
import { type FakeServer, PASSWORD, startFakeServer } from "./fake-server.ts";
import { closed, connect, run } from "./tedious-client.ts";

const LONG = "x".repeat(100_000);

function text(sink: ResponseSink, value: string): void {
  sink.columns([{ name: "t", type: { name: "nvarchar", length: -1 }, nullable: false }]);
  void sink.row([value]);
  sink.done({ rowCount: 1n, inProcedure: false, command: 0xc1 });
}

const script = {
  batches: {
    long: (sink: ResponseSink) => text(sink, LONG),
    [`echo ${LONG}`]: (sink: ResponseSink) => text(sink, "taken"),
  },
};

let server: FakeServer;

beforeAll(async () => {
  server = await startFakeServer(script);
});

afterAll(async () => {
  await server.close();
  expect(server.unsupported).toEqual([]);
});

describe("packet sizes and encryption", () => {
  for (const encrypt of [false, true]) {
    test.each([512, 4096, 8000, 32767])(`encrypt ${encrypt}, packets of %i bytes`, async (packetSize) => {
      const connection = await connect(server.port, { encrypt, packetSize });
      expect((await run(connection, "long")).rows).toEqual([[LONG]]);
      expect((await run(connection, `echo ${LONG}`)).rows).toEqual([["taken"]]);
      await closed(connection);
    });
  }

  test("the certificate is good for 127.0.0.1 when the client is given it to trust", async () => {
    const certificate = new X509Certificate(server.certificate);
    expect(certificate.checkIP("127.0.0.1")).toBe("127.0.0.1");
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    const connection = await connect(server.port, {
      encrypt: true,
      trustServerCertificate: false,
      serverName: "localhost",
      cryptoCredentialsDetails: { ca: server.certificate },
    });
    await closed(connection);
  });

  test("a client that checks certificates does not take a self-signed one", async () => {
    await expect(connect(server.port, { encrypt: true, trustServerCertificate: false })).rejects.toThrow(/self-signed/);
  });

  test("a server that requires encryption refuses a client without", async () => {
    const strict = await startFakeServer(script, { encryption: "required" });
    await expect(connect(strict.port, { encrypt: false })).rejects.toThrow(/requires encryption/);
    const connection = await connect(strict.port, { encrypt: true });
    await closed(connection);
    await strict.close();
  });

  test("a server that cannot encrypt says so", async () => {
    const plain = await startFakeServer(script, { encryption: "not-supported" });
    const connection = await connect(plain.port, { encrypt: false });
    expect((await run(connection, "long")).rows).toEqual([[LONG]]);
    await closed(connection);
    await plain.close();
  });
});

describe("login", () => {
  test("what the client says about itself", async () => {
    const connection = await connect(server.port, {
      database: "testct",
      appName: "Grüße 日本",
      readOnlyIntent: true,
      workstationId: "host-1",
    });
    const { login } = server.sessions.at(-1)!;
    expect(login).toMatchObject({
      user: "sa",
      password: PASSWORD,
      database: "testct",
      appName: "Grüße 日本",
      hostName: "host-1",
      readOnlyIntent: true,
    });
    await closed(connection);
  });

  test("a password of characters beyond Latin", async () => {
    await expect(connect(server.port, {}, { password: "pässwörd日😀" })).rejects.toThrow("Login failed for user 'sa'.");
  });

  test.each([true, false])("wrong password, encrypt %s: 18456 and the connection ends", async (encrypt) => {
    const error = await connect(server.port, { encrypt }, { password: "wrong" }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "ELOGIN", message: "Login failed for user 'sa'." });
    const pool = new sql.ConnectionPool({
      server: "127.0.0.1",
      port: server.port,
      user: "sa",
      password: "wrong",
      options: { encrypt, trustServerCertificate: true },
    });
    await expect(pool.connect()).rejects.toMatchObject({ code: "ELOGIN", originalError: { code: "ELOGIN" } });
  });

  test("environment after the login: database, collation, and the messages of the server", async () => {
    const connection = await connect(server.port, { database: "testct" });
    expect(
      (connection as unknown as { databaseCollation: { codepage: string; sortId: number } }).databaseCollation,
    ).toMatchObject({
      codepage: "CP1252",
      sortId: 52,
    });
    await closed(connection);
  });

  test("mssql's pool with an encrypted connection", async () => {
    const pool = await new sql.ConnectionPool({
      server: "127.0.0.1",
      port: server.port,
      user: "sa",
      password: PASSWORD,
      options: { encrypt: true, trustServerCertificate: true },
    }).connect();
    const result = await pool.request().batch<{ t: string }>("long");
    expect(result.recordset[0]!.t).toBe(LONG);
    await pool.close();
  });

  test("an error that the session throws at login reaches the client with its number", async () => {
    server.faults.at({ step: "login", app: "no-such-database" }, { error: 4060 });
    const numbers: number[] = [];
    const heard = (number: number): void => void numbers.push(number);
    await expect(connect(server.port, { appName: "no-such-database" }, {}, heard)).rejects.toThrow(
      "Login failed for user 'sa'.",
    );
    expect(numbers).toEqual([4060, 18456]);
  });
});

describe("what is not TDS", () => {
  test.each([
    ["HTTP", Buffer.from("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")],
    ["zeros", Buffer.alloc(64)],
    ["a PRELOGIN whose option lies outside", Buffer.from("1201001000000100000006ffff000000", "hex")],
    ["a LOGIN7 without PRELOGIN", Buffer.from("1001000c0000010004000000", "hex")],
  ])("%s: the connection ends, the server stays", async (_name, bytes) => {
    const socket = connectSocket(server.port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.write(bytes);
    socket.resume();
    await once(socket, "close");
    const connection = await connect(server.port);
    await closed(connection);
  });
});
