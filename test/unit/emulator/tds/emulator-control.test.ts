import { expect, test } from "vitest";
import { type ControlReply, emulatorControl } from "../../../emulator/emulator-control.ts";
import { startFakeServer } from "./fake-server.ts";
import { closed, connect, run } from "./tedious-client.ts";

test("faults by message: armed, hit, released; the clock; a report; errors that name the message", async () => {
  const server = await startFakeServer({});
  const replies: ControlReply[] = [];
  let wake: (() => void) | undefined;
  const reply = async (): Promise<ControlReply> => {
    while (replies.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    return replies.shift()!;
  };
  let advanced = 0;
  const clock = {
    now: () => 0,
    set: () => undefined,
    advance: (milliseconds: number) => void (advanced += milliseconds),
  };
  const emulator = {
    faults: server.faults,
    unsupported: ["x"],
    clock,
    get server(): never {
      throw new Error("no engine");
    },
  };
  const obey = emulatorControl(emulator, (message) => {
    replies.push(message);
    wake?.();
  });
  obey({ type: "fault", id: 1, at: { step: "batch", match: "^SELECT", app: "emulator-test" }, action: "freeze" });
  const connection = await connect(server.port);
  const result = run(connection, "select 1");
  expect(await reply()).toEqual({ type: "hit", id: 1 });
  obey({ type: "release", id: 1 });
  expect(await reply()).toEqual({ type: "released", id: 1 });
  await result;
  obey({ type: "report" });
  expect(await reply()).toEqual({ type: "report", unsupported: ["x"] });
  obey({ type: "advance-clock", milliseconds: 5 });
  expect(advanced).toBe(5);
  for (const [message, text] of [
    [{ type: "release", id: 1 }, "fault 1: not known"],
    [{ type: "fault", id: 2, at: { step: "rpc", match: "(" }, action: "drop" }, "Invalid regular expression"],
    [{ type: "server", id: 3, call: { do: "start" } }, "no engine"],
    [{ type: "nonsense" }, "unknown message"],
    [null, "null"],
  ] as const) {
    obey(message);
    const answer = await reply();
    expect(answer).toMatchObject({ type: "error", message: expect.stringContaining(text) as string });
  }
  await closed(connection);
  await server.close();
});
