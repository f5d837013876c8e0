import { afterEach, describe, expect, it } from "vitest";
import type { Connection } from "tedious";
import { hashRows } from "../../../src/relay/hash-rows.ts";
import type { RowHash } from "../../../src/relay/row-hasher.ts";
import { acknowledge, answer, closeServers, endless, failure, serverWith } from "./relay-ends.ts";
import type { Script } from "./scripted-server.ts";
import { colMetadata, done, error, info, order, row, typeInfo, value } from "./tds-tokens.ts";

afterEach(closeServers);

const METADATA = colMetadata([
  { name: "k0", typeInfo: typeInfo.nvarchar(8000) },
  { name: "id", typeInfo: typeInfo.int, nullable: false },
]);
const rows = (count: number) =>
  Array.from({ length: count }, (_, at) => row(value.ushort(Buffer.from(`${at}`, "utf16le")), value.int(at)));

function hash(connection: Connection, options: { signal?: AbortSignal; timeoutMs?: number } = {}): Promise<RowHash[]> {
  const { signal = new AbortController().signal, timeoutMs = 5000 } = options;
  return hashRows(connection, { text: "SELECT", params: [] }, 1, { signal, timeoutMs });
}

async function connect(script: Script): Promise<Connection> {
  return (await serverWith(script)).connect();
}

describe("hashRows", () => {
  it("hashes every row, and leaves a connection that can be used again", async () => {
    const connection = await connect({
      onMessage: answer(METADATA, order(1), ...rows(1000), info(1, "by the way"), ...rows(2), done(0x10, 1002)),
    });
    const found = await hash(connection);
    expect(found).toHaveLength(1002);
    expect(found.map(({ key }) => key[0]).slice(0, 3)).toEqual(["0", "1", "2"]);
    expect(new Set(found.map((each) => each.hash)).size).toBe(1000);
    expect(await hash(connection)).toEqual(found);
  });

  it("gives nothing for no rows", async () => {
    expect(await hash(await connect({ onMessage: answer(METADATA, done(0x10)) }))).toEqual([]);
  });

  it.each([
    ["before the rows", [error(208, "Invalid object name"), done(2)], 208],
    ["behind the rows", [METADATA, ...rows(500), error(1205, "deadlock victim"), done(2)], 1205],
  ])("tells the server's error %s", async (_, tokens, number) => {
    const thrown = await failure(hash(await connect({ onMessage: answer(...tokens) })));
    expect(thrown.cause).toMatchObject({ number });
    expect(thrown).toMatchObject({ sourceUsable: true, side: "source" });
  });

  it("tells when there is no rowset, and when there are two", async () => {
    const none = await failure(hash(await connect({ onMessage: answer(done(0x10, 1)) })));
    expect(none.message).toMatch(/no rowset/);
    const two = await failure(
      hash(await connect({ onMessage: answer(METADATA, ...rows(2), done(0x11, 2), METADATA) })),
    );
    expect(two.message).toMatch(/second rowset/);
    expect(two.sourceUsable).toBe(false);
  });

  it("gives up when the connection breaks", async () => {
    const connection = await connect({
      onMessage: (_message, side) => {
        side.packet(Buffer.concat([METADATA, ...rows(100)]), false);
        side.socket.end();
      },
    });
    expect(await failure(hash(connection))).toMatchObject({ sourceUsable: false });
  });

  it.each(["aborted", "too slow"])("has the server stop when it is %s", async (why) => {
    const state = { stop: false, packets: 0 };
    const abort = new AbortController();
    const server = await serverWith({
      onMessage: (_message, side) => {
        if (why === "aborted") {
          endless(side, state);
          side.socket.once("drain", () => abort.abort(new Error("enough")));
        } else side.packet(Buffer.concat([METADATA, ...rows(3)]), false);
      },
      onAttention: (side) => acknowledge(side, state),
    });
    const thrown = await failure(hash(await server.connect(), { signal: abort.signal, timeoutMs: 200 }));
    expect(thrown.message).toMatch(why === "aborted" ? /enough/ : /waited 200 ms for the next rows/);
    expect(thrown.sourceUsable).toBe(true);
    expect(server.messages.at(-1)!.type).toBe(6);
  });

  it("does not begin when it is aborted already, or the connection is busy", async () => {
    const server = await serverWith({ onMessage: answer(METADATA, done(0x10)) });
    const connection = await server.connect();
    const aborted = AbortSignal.abort(new Error("stop"));
    expect((await failure(hash(connection, { signal: aborted }))).message).toMatch(/stop/);
    expect(server.messages).toHaveLength(0);
    const [first, second] = [hash(connection), failure(hash(connection))];
    expect((await second).message).toMatch(/busy/);
    expect(await first).toEqual([]);
  });
});
