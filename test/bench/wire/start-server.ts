import { once } from "node:events";
import { join } from "node:path";
import { forkScript } from "../fork-script.ts";

/** Where a server of the bench listens on loopback. */
export interface ServerPorts {
  readonly tds: number;
  /** Plain TCP, for what is only piped. */
  readonly pipe: number;
}

export interface WireServerProcess extends ServerPorts {
  close(): Promise<void>;
}

/** Starts the server that is read or the one that is written in a process of its own; it ends with this one. */
export async function startServer(role: "source" | "sink"): Promise<WireServerProcess> {
  const child = forkScript(join(import.meta.dirname, `${role}-process.ts`), []);
  const exited = once(child, "exit");
  const [ports] = (await Promise.race([
    once(child, "message"),
    exited.then(() => Promise.reject(new Error(`the ${role} of the bench ended at its start`))),
  ])) as [ServerPorts];
  return {
    ...ports,
    async close() {
      child.kill();
      await exited;
    },
  };
}
