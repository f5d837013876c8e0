import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { deferred } from "../host/deferred.ts";
import type { CliAnswer, CliRequest } from "../emulator/cli.ts";
import type { Fault } from "../emulator/faults.ts";
import type { SqlServer } from "./sql-client.ts";

/** A SQL Server emulator in a process of its own. */
export interface EmulatorProcess {
  readonly server: SqlServer;
  /** Puts a fault in the way of the product. */
  arm(fault: Fault): ArmedFault;
  /** @returns the exit code; 0 when it was asked to end */
  close(): Promise<void>;
}

export interface ArmedFault {
  /** The moment has come: whoever ran into it stands still until `release`. */
  readonly hit: Promise<void>;
  /** Takes the fault away, hit or not; what stood still goes on or ends. */
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
  const hits = new Map<string, () => void>();
  const exited = once(child, "exit");
  child.on("message", (answer: CliAnswer) => {
    if (answer.kind === "ready") ready.resolve(answer.port);
    else if (answer.kind === "hit") hits.get(answer.id)?.();
  });
  child.once("exit", (code, signal) => {
    ready.reject(new Error(`the emulator of the ${name} ended (${signal ?? `exit code ${code}`})`));
  });
  const send = (request: CliRequest): void => {
    if (child.connected) child.send(request);
  };
  const openPort = await ready.promise;
  let faults = 0;
  return {
    server: { host: "127.0.0.1", port: openPort, user: "sa", password },
    arm: (fault) => {
      const id = `${name}-${(faults += 1)}`;
      const hit = deferred<void>();
      hits.set(id, () => hit.resolve());
      send({ kind: "fault", id, fault });
      return {
        hit: hit.promise,
        release: () => {
          hits.delete(id);
          send({ kind: "release", id });
        },
      };
    },
    close: async () => {
      child.kill("SIGTERM");
      await exited;
    },
  };
}
