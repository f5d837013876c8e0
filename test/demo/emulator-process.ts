import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { ControlMessage, ControlReply } from "../emulator/emulator-control.ts";
import type { ServerCall } from "../emulator/server-call.ts";
import { deferred } from "../host/deferred.ts";
import type { SqlServer } from "./sql-client.ts";

/** A SQL Server emulator in a process of its own. */
export interface EmulatorProcess {
  readonly server: SqlServer;
  readonly pid: number;
  /** Stops whoever gets there: the connection stands still until the fault is released or the client is gone. */
  freeze(at: FreezePoint): ArmedFault;
  /** Restores, failovers, full disks and the like; settles when it has happened. @throws Error for what is not there */
  call(call: ServerCall): Promise<void>;
  close(): Promise<void>;
}

/** Where a fault waits; `match` is a regular expression on the SQL text, taken without regard to case. */
export type FreezePoint = Extract<ControlMessage, { type: "fault" }>["at"];

export interface ArmedFault {
  /** The moment has come. */
  readonly hit: Promise<void>;
  /** Takes the fault away, hit or not. */
  release(): void;
}

const password = "Password123!";

/** Listens on loopback; port 0: any free one. */
export async function startEmulatorProcess(name: string, port: number): Promise<EmulatorProcess> {
  const child = fork(join(import.meta.dirname, "../emulator/cli.ts"), ["--port", String(port)], {
    execArgv: ["--import", "tsx"],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const ready = deferred<number>();
  const hits = new Map<string | number, { resolve: () => void; reject: (error: Error) => void }>();
  const exited = once(child, "exit");
  child.on("message", (reply: ControlReply) => {
    if (reply.type === "ready") ready.resolve(reply.port);
    else if (reply.type === "hit" || reply.type === "done") hits.get(reply.id)?.resolve();
    else if (reply.type === "error") hits.get(reply.id ?? "")?.reject(new Error(`${name}: ${reply.message}`));
  });
  child.once("exit", (code, signal) => {
    const ended = new Error(`the emulator of the ${name} ended (${signal ?? `exit code ${code}`})`);
    ready.reject(ended);
    for (const hit of hits.values()) hit.reject(ended);
  });
  const send = (message: ControlMessage): void => {
    if (child.connected) child.send(message);
  };
  const openPort = await ready.promise;
  let faults = 0;
  let calls = 0;
  return {
    server: { host: "localhost", port: openPort, user: "sa", password },
    pid: child.pid ?? -1,
    freeze: (at) => {
      const id = `${name}-${(faults += 1)}`;
      const hit = deferred<void>();
      hits.set(id, { resolve: () => hit.resolve(), reject: hit.reject });
      send({ type: "fault", id, at, action: "freeze" });
      return {
        hit: hit.promise,
        release: () => {
          hits.delete(id);
          send({ type: "release", id });
        },
      };
    },
    call: async (call) => {
      const id = `${name}-call-${(calls += 1)}`;
      const done = deferred<void>();
      hits.set(id, { resolve: () => done.resolve(), reject: done.reject });
      send({ type: "server", id, call });
      await done.promise.finally(() => hits.delete(id));
    },
    close: async () => {
      child.kill("SIGTERM");
      await exited;
    },
  };
}
