import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { caseNamed } from "../bench-case.ts";
import type { ServerPorts } from "./start-server.ts";
import { RowStream } from "./row-stream.ts";
import { doneAnswer, listen, startWireServer } from "./wire-server.ts";
import { wireColumns } from "./wire-form.ts";

/**
 * The server that is read, in a process of its own. `SELECT TOP (1000) * FROM narrow` gives so many rows of a case, `narrow_carried` the
 * same in the form of the conservative path, `narrow_distinct` rows that are all different. The pipe's port takes the same text as a
 * line and answers with the same bytes and the end of the stream.
 */
const streams = new Map<string, RowStream>();

function messageFor(text: string): Generator<Buffer, void, undefined> | undefined {
  const [, count, caseName, kind = ""] = /^SELECT TOP \((\d+)\) \* FROM ([a-z]+)(?:_([a-z]+))?$/.exec(text) ?? [];
  if (count === undefined || caseName === undefined) return undefined;
  const rows = Number(count);
  const name = kind === "distinct" ? `${caseName} ${kind} ${rows}` : `${caseName} ${kind}`;
  let stream = streams.get(name);
  if (stream === undefined) {
    const columns = wireColumns(caseNamed(caseName), kind === "carried" ? kind : "native");
    stream = new RowStream(columns, kind === "distinct" ? { distinctRows: rows } : {});
    streams.set(name, stream);
  }
  return stream.message(rows);
}

async function replay(socket: Socket, message: Iterable<Buffer>): Promise<void> {
  const gone = new AbortController();
  const abort = (): void => gone.abort();
  socket.once("close", abort);
  for (const piece of message) {
    if (socket.destroyed) return;
    if (!socket.write(piece)) await once(socket, "drain", { signal: gone.signal }).catch(() => undefined);
  }
  socket.off("close", abort);
}

function servePipe(socket: Socket): void {
  socket.on("error", () => undefined); // a client that ends its process
  socket.once("data", (line) => {
    const message = messageFor(line.toString().trim());
    if (message === undefined) socket.destroy();
    else void replay(socket, message).then(() => socket.end());
  });
}

const tds = await startWireServer((socket) => ({
  onBatch(text) {
    const message = messageFor(text);
    if (message === undefined) socket.write(doneAnswer());
    else void replay(socket, message);
  },
}));
const pipe = await listen(createServer(servePipe));
process.once("disconnect", () => process.exit());
process.send!({ tds, pipe } satisfies ServerPorts);
