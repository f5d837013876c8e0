import { Socket } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { type SyncStack, startSyncStack } from "../support/sync-stack.ts";

describe("connections of the app", () => {
  let stack: SyncStack;
  beforeAll(async () => {
    stack = await startSyncStack();
  });
  afterAll(() => stack.close());
  afterEach(() => vi.restoreAllMocks());

  it.each(["primary", "replica"] as const)("to the %s send the last packet of a request at once", async (side) => {
    const port = Number(new URL(stack.databases[side].url).port);
    const sentAtOnce: (number | undefined)[] = [];
    vi.spyOn(Socket.prototype, "setNoDelay").mockImplementation(function (this: Socket, on = true) {
      if (on) sentAtOnce.push(this.remotePort);
      return this;
    });
    await stack.app[side].query({ text: "SELECT 1 AS one;", params: [] });
    expect(sentAtOnce).toContain(port);
  });
});
