import { fork, type ChildProcess } from "node:child_process";

/** Runs a TypeScript file in a process of its own, with a channel for messages. What it prints is seen. */
export function forkScript(file: string, args: readonly string[]): ChildProcess {
  return fork(file, [...args], {
    execArgv: ["--import", "tsx"],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
}
