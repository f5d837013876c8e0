import { once } from "node:events";
import { connect as connectSocket, type Socket } from "node:net";
import { selectText, type Copy, type CopyEnds } from "./copy.ts";

/** The floor: the bytes that the source writes, 32 KiB at a time, go from socket to socket and are not looked at. */
export function openPipeCopy({ benchCase, bytesPerRow, source, sink }: CopyEnds): Promise<Copy> {
  return Promise.resolve(async (rows) => {
    const [from, to] = await Promise.all([open(source.pipe), open(sink.pipe)]);
    from.write(`${selectText(rows, benchCase.name)}\n`);
    from.pipe(to);
    const [answer] = (await once(to, "data")) as [Buffer];
    const [taken, sent] = [Number(answer.toString()), from.bytesRead];
    if (taken !== sent || taken < rows * bytesPerRow * 0.99) {
      throw new Error(`${sent} bytes were read and ${taken} taken, for ${rows} rows of ${bytesPerRow} bytes`);
    }
    return rows;
  });
}

async function open(port: number): Promise<Socket> {
  const socket = connectSocket(port, "127.0.0.1");
  await once(socket, "connect");
  return socket;
}
