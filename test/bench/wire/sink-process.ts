import { createServer, type Socket } from "node:net";
import { ByteWriter } from "../../emulator/tds/byte-writer.ts";
import { DoneStatus, Token, writeDone, writeReturnStatus } from "../../emulator/tds/tokens.ts";
import type { ServerPorts } from "./start-server.ts";
import { RowCounter } from "./row-counter.ts";
import { packets } from "./row-stream.ts";
import { doneAnswer, listen, startWireServer, type WireScript } from "./wire-server.ts";

/**
 * The server that is written, in a process of its own. It walks over the rows of a bulk load and answers with their number; an RPC is
 * answered as a MERGE of one row. The pipe's port answers the end of its stream with the number of bytes.
 */
const bulkInsertCommand = 0xf0;
const mergeCommand = 0x117;

function bulkAnswer(counter: RowCounter): Buffer {
  if (!counter.ended) throw new Error(`a bulk load ended without DONE behind row ${counter.rows}`);
  const out = new ByteWriter(16);
  writeDone(out, Token.done, DoneStatus.count, bulkInsertCommand, BigInt(counter.rows));
  return packets(out.written(), true);
}

function mergeAnswer(): Buffer {
  const out = new ByteWriter(64);
  writeDone(out, Token.doneInProc, DoneStatus.more | DoneStatus.count, mergeCommand, 1n);
  writeReturnStatus(out, 0);
  writeDone(out, Token.doneProc, 0, 0xe0);
  return packets(out.written(), true);
}

function sink(socket: Socket): WireScript {
  const merged = mergeAnswer();
  let counter = new RowCounter();
  return {
    onBatch: () => socket.write(doneAnswer()),
    onRpc: () => socket.write(merged),
    onBulkPacket(payload, last) {
      counter.push(payload);
      if (!last) return;
      socket.write(bulkAnswer(counter));
      counter = new RowCounter();
    },
  };
}

function servePipe(socket: Socket): void {
  let bytes = 0;
  socket.on("error", () => undefined); // a client that ends its process
  socket.on("data", (chunk) => (bytes += chunk.length));
  socket.on("end", () => socket.end(`${bytes}\n`));
}

const tds = await startWireServer(sink);
const pipe = await listen(createServer({ allowHalfOpen: true }, servePipe));
process.once("disconnect", () => process.exit());
process.send!({ tds, pipe } satisfies ServerPorts);
