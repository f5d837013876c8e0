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

  test("calls of the server: each is answered when it has happened", async () => {
    const emulator = new EmulatorChild("--port", "0");
    const port = await emulator.port();
    const call = async (
      id: string,
      what: Extract<ControlMessage, { type: "server" }>["call"],
    ): Promise<ControlReply> => {
      emulator.send({ type: "server", id, call: what });
      return emulator.reply();
    };
    const master = await connect(port);
    for (const sql of ["CREATE DATABASE d", "CREATE TABLE d.dbo.T (id int)"]) await run(master, sql);
    expect(await call("1", { do: "backup", database: "d", image: "empty" })).toEqual({ type: "done", id: "1" });
    await run(master, "INSERT d.dbo.T VALUES (1)");
    expect(await call("2", { do: "restore", image: "empty" })).toEqual({ type: "done", id: "2" });
    expect((await run(master, "SELECT COUNT(*) FROM d.dbo.T")).rows).toEqual([[0]]);
    const shortage = { error: 9002, database: "d" } as const;
    expect(await call("3", { do: "runOutOfSpace", name: "full", shortage })).toEqual({ type: "done", id: "3" });
    await expect(run(master, "INSERT d.dbo.T VALUES (1)")).rejects.toThrow(
      "The transaction log for database 'd' is full",
    );
    expect(await call("4", { do: "makeRoom", name: "full" })).toEqual({ type: "done", id: "4" });
    await run(master, "INSERT d.dbo.T VALUES (1)");
    const ended = once(master, "end");
    expect(await call("5", { do: "failOver", behind: ["empty"], serverName: "B" })).toEqual({ type: "done", id: "5" });
    await ended;
    const again = await connect(port);
    expect((await run(again, "SELECT @@SERVERNAME, COUNT(*) FROM d.dbo.T")).rows).toEqual([["B", 0]]);
    expect(await call("6", { do: "takeOffline", database: "d" })).toEqual({ type: "done", id: "6" });
    await expect(run(again, "SELECT * FROM d.dbo.T")).rejects.toMatchObject({ number: 942 });
    for (const [id, wrong, text] of [
      ["7", { do: "restore", image: "nothing" }, "image nothing: not known"],
      ["8", { do: "drop", database: "nowhere" }, "no database nowhere on this server"],
      ["9", { do: "makeRoom", name: "full" }, "shortage full: not known"],
    ] as const) {
      expect(await call(id, wrong)).toEqual({ type: "error", id, message: text });
    }
    await closed(again);
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
