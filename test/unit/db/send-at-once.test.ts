import { Socket } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { Database } from "../../../src/db/database.ts";
import { parseDatabaseSetting } from "../../../src/config/database-setting.ts";
import { type Emulator, startEmulator } from "../../emulator/start-emulator.ts";

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator.close());
afterEach(() => {
  vi.restoreAllMocks();
});

function open(encrypt: boolean): Database {
  const setting = parseDatabaseSetting(emulator.url.replace("encrypt=true", `encrypt=${encrypt}`), 20);
  if (!setting.ok) throw new Error(setting.problems.join("; "));
  return new Database("primary", setting.value.config);
}

describe.each([true, false])("a connection that is lent (encrypt %s)", (encrypt) => {
  it("sends each packet at once", async () => {
    // Fails when an update of the driver keeps its socket elsewhere: then every request outside of the relay would wait.
    const sockets: unknown[] = [];
    vi.spyOn(Socket.prototype, "setNoDelay").mockImplementation(function (this: Socket, on) {
      if (on === true) sockets.push(this);
      return this;
    });
    const database = open(encrypt);
    await database.withSession((session) => {
      const { socket } = session.connection as unknown as { readonly socket: Socket };
      expect(sockets).toContain(socket);
      return Promise.resolve();
    });
    await database.close();
  });
});

it("takes as many sessions at once as the pool has connections, without a warning", async () => {
  const warnings: unknown[] = [];
  const note = (warning: Error): void => void warnings.push(warning.name);
  process.on("warning", note);
  const database = open(false);
  await Promise.all(Array.from({ length: 15 }, () => database.query({ text: "SELECT 1 AS one;", params: [] })));
  await database.close();
  await new Promise((turn) => setImmediate(turn));
  process.off("warning", note);
  expect(warnings.filter((name) => name === "MaxListenersExceededWarning")).toEqual([]);
});
