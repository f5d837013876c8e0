import { type ChildProcess, execFile, fork } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type { ControlMessage, ControlReply } from "../../../emulator/emulator-control.ts";
import { closed, connect, run } from "./tedious-client.ts";

const CLI = join(import.meta.dirname, "../../../emulator/cli.ts");

const children: ChildProcess[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
});

/** A forked emulator: its replies in order, awaited one by one. */
class EmulatorChild {
  readonly process: ChildProcess;
  readonly #replies: ControlReply[] = [];
  #wake: (() => void) | undefined;
  #exited = false;

  constructor(...args: string[]) {
    this.process = fork(CLI, args, { execArgv: ["--import", "tsx"], stdio: ["ignore", "ignore", "inherit", "ipc"] });
    children.push(this.process);
    this.process.once("exit", () => {
      this.#exited = true;
      this.#wake?.();
    });
    this.process.on("message", (reply: ControlReply) => {
      this.#replies.push(reply);
      this.#wake?.();
    });
  }

  send(message: ControlMessage): void {
    this.process.send(message);
  }

  async reply(): Promise<ControlReply> {
    while (this.#replies.length === 0) {
      if (this.#exited) throw new Error("the emulator has ended");
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    return this.#replies.shift()!;
  }

  async port(): Promise<number> {
    const ready = await this.reply();
    if (ready.type !== "ready") throw new Error(`not ready: ${JSON.stringify(ready)}`);
    return ready.port;
  }
}

describe("forked", () => {
  test("ready, a fault, its hit, its release, a report; ends with exit code 0", async () => {
    const emulator = new EmulatorChild("--port", "0");
    const port = await emulator.port();
    emulator.send({ type: "fault", id: "f1", at: { step: "batch", match: "^select 1" }, action: "freeze" });
    emulator.send({ type: "report" });
    expect(await emulator.reply()).toEqual({ type: "report", unsupported: [] });
    const connection = await connect(port, { encrypt: true });
    const result = run(connection, "SELECT 1 AS one");
    expect(await emulator.reply()).toEqual({ type: "hit", id: "f1" });
    emulator.send({ type: "release", id: "f1" });
    expect(await emulator.reply()).toEqual({ type: "released", id: "f1" });
    expect((await result).rows).toEqual([[1]]);
    await closed(connection);
    emulator.send({ type: "release", id: "no-such" });
    expect(await emulator.reply()).toMatchObject({ type: "error", id: "no-such" });
    emulator.send({ type: "fault", id: 2, at: { step: "rpc" }, action: { error: 1 } });
    expect(await emulator.reply()).toMatchObject({
      type: "error",
      id: 2,
      message: expect.stringContaining("error 1: not among") as string,
    });
    emulator.process.kill("SIGTERM");
    expect(await once(emulator.process, "exit")).toEqual([0, null]);
  });

  test("ends when its parent is gone", async () => {
    const emulator = new EmulatorChild("--port", "0");
    await emulator.port();
    emulator.process.disconnect();
    expect(await once(emulator.process, "exit")).toEqual([0, null]);
  });
});

function cli(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ["--import", "tsx", CLI, ...args], (error, out, err) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, out, err });
    });
  });
}

describe("command line", () => {
  test("--help", async () => {
    const { code, out } = await cli("--help");
    expect(code).toBe(0);
    expect(out).toContain("--password TEXT");
  });

  test.each([
    [["--port", "x"], "--port x: a number from 0 to 65535 is needed"],
    [["--port", "70000"], "--port 70000"],
    [["--password", ""], "--password: may not be empty"],
    [["--prot", "1"], "Unknown option '--prot'"],
  ])("%j is refused with the help", async (args, text) => {
    const { code, err } = await cli(...args);
    expect(code).toBe(2);
    expect(err).toContain(text);
    expect(err).toContain("--password TEXT");
  });

  test("a port in use", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as { port: number };
    const { code, err } = await cli("--port", String(port));
    expect(code).toBe(1);
    expect(err).toContain(`port ${port} on 127.0.0.1 is in use`);
    other.close();
  });
});
