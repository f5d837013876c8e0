import { expect } from "vitest";
import type { Connection } from "tedious";
import type { RelayError } from "../../../src/relay/relay-error.ts";
import { openRelaySource, type RelaySource, type RelayTarget } from "../../../src/relay/relay-rows.ts";
import { startScriptedServer, type Script, type ScriptedServer, type ServerSide } from "./scripted-server.ts";
import { colMetadata, done, row, typeInfo, value } from "./tds-tokens.ts";

export const METADATA = colMetadata([
  { name: "id", typeInfo: typeInfo.int, nullable: false },
  { name: "name", typeInfo: typeInfo.nvarchar(200) },
]);
export const COLUMNS = [
  { name: "id", declaration: "int" },
  { name: "name", declaration: "nvarchar(100)" },
];
export const rows = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, at) =>
    row(value.int(from + at), value.ushort(Buffer.from(`row ${from + at}`, "utf16le"))),
  );
export const DESCRIPTOR = Buffer.of(1, 2, 3, 4, 5, 6, 7, 8);

/** The servers of the running test; `closeServers` ends them. */
const servers: ScriptedServer[] = [];

export async function closeServers(): Promise<void> {
  await Promise.all(servers.splice(0).map((server) => server.close()));
}

export async function serverWith(script: Script): Promise<ScriptedServer> {
  const server = await startScriptedServer(script);
  servers.push(server);
  return server;
}

/** A server that takes bulk loads and counts their rows as the client does not: by the length of the payload. */
export function sink(rowsTaken: (payload: Buffer) => number = countRows): Script {
  return {
    onMessage: (message, side) => {
      side.send(message.type === 7 ? (message.ignored ? done(0) : done(0x10, rowsTaken(message.payload))) : done(0));
    },
  };
}

export const BULK_HEAD = "810200" + "000000000400380269006400" + "000000000500e7c8000904d00034046e0061006d006500";

export function countRows(payload: Buffer): number {
  let count = 0;
  for (let at = BULK_HEAD.length / 2; payload[at] === 0xd1; count++) at += 7 + payload.readUInt16LE(at + 5);
  return count;
}

export const open = (
  connection: Connection,
  options: { signal?: AbortSignal; timeoutMs?: number; text?: string } = {},
): Promise<RelaySource> =>
  openRelaySource(
    connection,
    { text: options.text ?? "SELECT", params: [] },
    { signal: options.signal ?? new AbortController().signal, timeoutMs: options.timeoutMs ?? 5000 },
  );

export const target = (connection: Connection): RelayTarget => ({
  connection,
  table: "#stage",
  columns: COLUMNS,
  options: ["KEEP_NULLS"],
});

/** Source and sink with one connection each. */
export async function pair(source: Script, into: Script = sink(), options: { cancelTimeout?: number } = {}) {
  const [from, to] = await Promise.all([serverWith(source), serverWith(into)]);
  const [reader, writer] = await Promise.all([from.connect(options), to.connect(options)]);
  return { from, to, reader, writer };
}

export const answer =
  (...tokens: readonly Buffer[]): Script["onMessage"] =>
  (_message, side) =>
    side.send(Buffer.concat(tokens));

export async function failure(promise: Promise<unknown>): Promise<RelayError> {
  const caught: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(caught).toMatchObject({ name: "RelayError" });
  return caught as RelayError;
}

/** Rows without end, as fast as the client takes them, until it sends ATTENTION. */
export function endless(side: ServerSide, state: { stop: boolean; packets: number }): void {
  side.packet(METADATA, false);
  const packet = Buffer.concat(rows(0, 100));
  const push = () => {
    while (!state.stop) {
      state.packets++;
      if (!side.packet(packet, false)) {
        side.socket.once("drain", push);
        return;
      }
    }
  };
  push();
}

/** Answers the ATTENTION that ends `endless`: the rows' message ends, then comes the acknowledgement. */
export function acknowledge(side: ServerSide, state: { stop: boolean }): void {
  state.stop = true;
  side.packet(Buffer.alloc(0), true);
  side.send(done(0x20));
}
