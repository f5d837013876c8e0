import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { InstanceMessage } from "./instance.ts";

/** The app in a process of its own, which the kernel can stop; it ticks when it is told to. */
export interface InstanceProcess {
  /** @returns what its log said of each table: `User: held-elsewhere`. @throws Error that the tick threw */
  tick(): Promise<string[]>;
  /** SIGSTOP: nothing of it runs, no timer, and its connections stand. */
  stop(): void;
  /** SIGCONT */
  wake(): void;
  close(): Promise<void>;
}

/** @param settings the environment variables of the app */
export async function startInstance(settings: Readonly<Record<string, string>>): Promise<InstanceProcess> {
  const child: ChildProcess = fork(join(import.meta.dirname, "instance.ts"), [], {
    execArgv: ["--import", "tsx"],
    env: { ...process.env, ...settings },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const exited = once(child, "exit");
  const message = async (): Promise<InstanceMessage> => {
    const [first] = (await Promise.race([
      once(child, "message"),
      exited.then(([code, signal]) => {
        throw new Error(`the instance ended: ${String(signal ?? code)}`);
      }),
    ])) as [InstanceMessage];
    return first;
  };
  const ask = async (order: "tick" | "close"): Promise<string[]> => {
    const answer = message();
    child.send(order);
    const { error, results } = await answer;
    if (error !== undefined) throw new Error(`the instance's ${order}: ${error}`);
    return results;
  };
  await message();
  return {
    tick: () => ask("tick"),
    stop: () => void child.kill("SIGSTOP"),
    wake: () => void child.kill("SIGCONT"),
    close: async () => {
      child.kill("SIGCONT");
      child.kill("SIGKILL");
      await exited;
    },
  };
}
