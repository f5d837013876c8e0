import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type FakeServer, PASSWORD, startFakeServer } from "./fake-server.ts";
import { type LoginFields, loginPayload } from "./login-payload.ts";
import { RawClient } from "./raw-client.ts";

let server: FakeServer;
let order: string[];

beforeEach(async () => {
  order = [];
  server = await startFakeServer({
    batches: {
      wide: (sink) => {
        const type = { name: "int" } as const;
        sink.columns(Array.from({ length: 20 }, (_, at) => ({ name: `c${at}`, type, nullable: true })));
        void sink.row(Array.from({ length: 20 }, (_, at) => (at === 3 ? 7 : null)));
        void sink.row(Array.from({ length: 20 }, (_, at) => (at === 3 ? null : at)));
      },
      long: (sink) => {
        sink.columns([{ name: "t", type: { name: "varchar", length: -1 }, nullable: false }]);
        void sink.row(["x".repeat(5000)]);
      },
      "until cancelled": async (_sink, signal) => {
        order.push("started");
        await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
        order.push("stopped");
      },
    },
    calls: {
      first: (call, sink) => {
        order.push("first");
        for (const parameter of call.parameters) order.push(JSON.stringify(parameter.value));
        sink.returnStatus(1);
      },
      second: () => {
        order.push("second");
      },
    },
  });
});

afterEach(async () => {
  await server.close();
});

const DONE_ATTENTION = "fd200000000000000000000000";
const DONE_ERROR = "fd020000000000000000000000";

describe("encryption as agreed in PRELOGIN", () => {
  test.each([
    [0, "supported", 0],
    [1, "supported", 1],
    [2, "supported", 2],
    [3, "supported", 1],
    [0, "required", 3],
    [1, "required", 1],
    [2, "required", 3],
    [0, "not-supported", 2],
    [1, "not-supported", 2],
  ] as const)("client %i, server %s: the answer is %i", async (client, encryption, answer) => {
    const other = await startFakeServer({}, { encryption });
    const raw = new RawClient(other.port);
    expect(await raw.prelogin(client)).toBe(answer);
    raw.close();
    await other.close();
  });

  test("off on the client's side: the login alone is encrypted, the answer and all after it are plain", async () => {
    const client = new RawClient(server.port);
    expect(await client.prelogin(0)).toBe(0);
    const secure = await client.handshake();
    client.socket.removeAllListeners("data");
    client.socket.on("data", (chunk: Buffer) => client.receive(chunk));
    secure.write(client.packets(0x10, loginPayload({ user: "sa", password: PASSWORD }), 4096, 0));
    const answer = await client.answer();
    expect(answer.toString("utf16le", 1)).toContain("Changed database context");
    client.send(0x01, RawClient.batch("long"));
    expect((await client.answer()).toString("latin1")).toContain("x".repeat(5000));
    client.close();
  });
});

describe("login", () => {
  async function refused(fields: LoginFields): Promise<string> {
    const client = new RawClient(server.port);
    await client.prelogin(2);
    client.send(0x10, loginPayload({ user: "sa", password: PASSWORD, ...fields }));
    const answer = await client.answer();
    await client.ended();
    return answer.toString("utf16le", answer.length % 2 === 0 ? 0 : 1) + answer.toString("utf16le", 1);
  }

  test.each<[string, LoginFields, RegExp]>([
    ["a wrong password", { password: "no" }, /Login failed for user 'sa'\./],
    ["integrated security", { optionFlags2: 0x80 }, /cannot be used with Integrated authentication/],
    ["a federated token", { features: Buffer.from("020100000000", "hex") }, /cannot be used with Integrated/],
    ["TDS 7.2", { tdsVersion: 0x72090002 }, /7\.3 or 7\.4/],
  ])("%s is refused and the connection ends", async (_name, fields, text) => {
    const answer = await refused(fields);
    expect(answer.replaceAll("\0", "")).toMatch(text);
  });

  test("of the feature extensions only UTF-8 support is acknowledged", async () => {
    const client = new RawClient(server.port);
    await client.prelogin(2);
    const features = Buffer.from("0100000000" + "0401000000" + "01" + "0a01000000" + "01", "hex");
    client.send(0x10, loginPayload({ user: "sa", password: PASSWORD, features }));
    expect((await client.answer()).toString("hex")).toContain("ae0a0100000001ff");
    client.close();
  });

  test.each([
    [0, 4096],
    [100, 512],
    [512, 512],
    [1234, 1234],
    [40000, 32767],
  ])("packet size asked for: %i, used: %i", async (asked, used) => {
    const client = await RawClient.login(server.port, { packetSize: asked });
    client.packetSizes.length = 0;
    client.send(0x01, RawClient.batch("long"), { packetBytes: 512 });
    await client.answer();
    // The answer has a little more than 5,000 bytes: one packet where it fits.
    if (used > 5100) expect(client.packetSizes).toHaveLength(1);
    else expect(Math.max(...client.packetSizes)).toBe(used);
    client.close();
  });

  test("a packet larger than agreed ends the connection", async () => {
    const client = await RawClient.login(server.port, { packetSize: 512 });
    client.send(0x01, RawClient.batch("x".repeat(1000)), { packetBytes: 4096 });
    await client.ended();
  });
});

describe("requests", () => {
  test("NBCROW where it is shorter, ROW where it is not", async () => {
    const client = await RawClient.login(server.port);
    client.send(0x01, RawClient.batch("wide"));
    const answer = (await client.answer()).toString("hex");
    expect(answer).toContain("d2f7ff0f0407000000");
    expect(answer).toContain("d10400000000040100000004020000000004");
    client.close();
  });

  test("several calls in one message: each has its DONEPROC, all but the last say more", async () => {
    const name = (text: string): string => `0${text.length}00`.slice(-4) + Buffer.from(text, "utf16le").toString("hex");
    const int = (value: number): string => `000026040${4}0${value}000000`;
    const hex = `${name("first")}0000${int(5)}ff${name("second")}0000`;
    const client = await RawClient.login(server.port);
    client.send(0x03, RawClient.withHeaders(Buffer.from(hex, "hex")));
    const answer = (await client.answer()).toString("hex");
    expect(answer).toBe(`7901000000fe0100e0000000000000000000${"7900000000fe0000e0000000000000000000"}`);
    expect(order).toEqual(["first", "5", "second"]);
    client.close();
  });

  test.each([
    ["a data type that there is none", "0000990400000000", "Data type 0x99 is unknown."],
    ["a length that the type does not have", "000026040305000000", "invalid data length or metadata length."],
    ["an end in the middle", "00002604", "ends in the middle"],
  ])("RPC with %s: an error, nothing executed, the connection works on", async (_name, parameter, text) => {
    const name = Buffer.from("first", "utf16le").toString("hex");
    const client = await RawClient.login(server.port);
    client.send(0x03, RawClient.withHeaders(Buffer.from(`0500${name}0000${parameter}`, "hex")));
    const answer = await client.answer();
    expect(answer.toString("latin1").replaceAll("\0", "")).toContain(text);
    expect(order).toEqual([]);
    client.send(0x01, RawClient.batch("anything"));
    expect((await client.answer()).toString("hex")).toBe("fd000000000000000000000000");
    client.close();
  });

  test("attention: the response ends, then a message of its own acknowledges", async () => {
    const client = await RawClient.login(server.port);
    client.send(0x01, RawClient.batch("until cancelled"));
    await until(() => order.length === 1);
    client.send(0x06, Buffer.alloc(0));
    expect((await client.answer()).toString("hex")).toBe("fd000000000000000000000000");
    expect((await client.answer()).toString("hex")).toBe(DONE_ATTENTION);
    expect(order).toEqual(["started", "stopped"]);
    client.close();
  });

  test("attention when nothing runs is acknowledged", async () => {
    const client = await RawClient.login(server.port);
    client.send(0x06, Buffer.alloc(0));
    expect((await client.answer()).toString("hex")).toBe(DONE_ATTENTION);
    client.close();
  });

  test("a request that the client gave up is answered with DONE_ERROR and not executed", async () => {
    const client = await RawClient.login(server.port);
    client.send(0x01, RawClient.batch("until cancelled"), { status: 2 });
    expect((await client.answer()).toString("hex")).toBe(DONE_ERROR);
    expect(order).toEqual([]);
    client.close();
  });

  test("requests sent without waiting are executed one after the other", async () => {
    const client = await RawClient.login(server.port);
    for (const text of ["a", "b", "c"]) client.send(0x01, RawClient.batch(text));
    for (let answer = 0; answer < 3; answer++) await client.answer();
    expect(server.sessions[0]!.log).toEqual(["a", "b", "c"]);
    client.close();
  });

  test("bytes that come one by one", async () => {
    const client = await RawClient.login(server.port);
    const message = client.packets(0x01, RawClient.batch("long"), 512, 0);
    for (const byte of message) {
      await new Promise<void>((resolve) => client.socket.write(Buffer.from([byte]), () => resolve()));
    }
    expect((await client.answer()).toString("latin1")).toContain("x".repeat(5000));
    client.close();
  });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}
