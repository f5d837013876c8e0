import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createApp } from "../../src/app.ts";
import { AppStopping } from "../../src/app-stopping.ts";

const settings = {
  MSSQL_PRIMARY_URL: "mssql://sa:x@127.0.0.1:1/one",
  MSSQL_REPLICA_URL: "mssql://sa:x@127.0.0.1:1/two",
  REDIS_URL: "redis://127.0.0.1:1",
};

describe("the end of the app", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** ms until `close` resolves, of the clock that the test moves. */
  async function closeTakes(app: ReturnType<typeof createApp>): Promise<number> {
    const startedAt = Date.now();
    let closed = false;
    const closing = app.close().then(() => (closed = true));
    while (!closed) await vi.advanceTimersByTimeAsync(100);
    await closing;
    return Date.now() - startedAt;
  }

  it("comes within 5 s, even where work never ends", async () => {
    const app = createApp(settings);
    void app.run(() => new Promise<never>(() => undefined));
    const ms = await closeTakes(app);
    expect(ms).toBeGreaterThan(2_000);
    expect(ms).toBeLessThanOrEqual(5_000);
  });

  it("comes at once where nothing runs", async () => {
    expect(await closeTakes(createApp(settings))).toBeLessThanOrEqual(100);
  });

  it("waits for what ends by itself, whatever comes of it", async () => {
    const app = createApp(settings);
    const failing = app.run(async () => {
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      throw new Error("broken off");
    });
    const failed = expect(failing).rejects.toThrow("broken off");
    const ms = await closeTakes(app);
    expect(ms).toBeGreaterThanOrEqual(1_000);
    expect(ms).toBeLessThan(2_000);
    await failed;
  });

  it("refuses what comes after it", async () => {
    const app = createApp(settings);
    await closeTakes(app);
    const work = vi.fn(() => Promise.resolve());
    await expect(app.run(work)).rejects.toBeInstanceOf(AppStopping);
    expect(work).not.toHaveBeenCalled();
    expect(app.stopping.reason).toBeInstanceOf(AppStopping);
  });
});
