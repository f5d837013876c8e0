import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { TimerListener } from "../../host/timer-listener.ts";
import { timerSchedule } from "../../host/timer-schedule.ts";

/** Runs a listener on a clock of its own and gives the seconds at which each run started. */
function listen(schedule: string, runMs: (run: number) => number, more: { fails?: boolean; monitor?: boolean } = {}) {
  const starts: number[] = [];
  const timers: { ScheduleStatus: { Last: string } | null; IsPastDue: boolean }[] = [];
  let open = 0;
  let most = 0;
  const listener = new TimerListener({
    schedule: timerSchedule(schedule),
    useMonitor: more.monitor ?? true,
    runOnStartup: false,
    run: async (timer) => {
      timers.push(timer as (typeof timers)[number]);
      starts.push(Math.floor(Date.now() / 1000));
      most = Math.max(most, (open += 1));
      await new Promise((done) => setTimeout(done, runMs(starts.length)));
      open -= 1;
      if (more.fails === true) throw new Error("failed");
    },
  });
  listener.start();
  return { listener, starts, timers, most: () => most };
}

describe("a timer", () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("fires on its schedule, without a status below one minute", async () => {
    const { starts, timers } = listen("*/5 * * * * *", () => 100);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(starts).toEqual([5, 10, 15]);
    expect(timers[0]).toEqual({ Schedule: { AdjustForDST: true }, ScheduleStatus: null, IsPastDue: false });
  });

  it("never overlaps, and starts again at once after an overrun", async () => {
    const { starts, most } = listen("*/5 * * * * *", (run) => (run === 1 ? 7_000 : 100));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(starts).toEqual([5, 12, 15, 20]);
    expect(most()).toBe(1);
  });

  it("makes up for one missed run only, however long the overrun", async () => {
    const { starts } = listen("*/5 * * * * *", (run) => (run === 1 ? 23_000 : 100));
    await vi.advanceTimersByTimeAsync(30_000);
    expect(starts).toEqual([5, 28, 30]);
  });

  it("goes on after a failure", async () => {
    const { starts } = listen("00:00:05", () => 100, { fails: true });
    await vi.advanceTimersByTimeAsync(11_000);
    expect(starts).toEqual([6, 11]);
  });

  it("has a status from one minute on", async () => {
    const { timers } = listen("0 * * * * *", () => 100);
    await vi.advanceTimersByTimeAsync(125_000);
    expect(timers.map((timer) => timer.ScheduleStatus?.Last)).toEqual([
      "0001-01-01T00:00:00+00:00",
      "1970-01-01T00:01:00.000Z",
    ]);
  });

  it("when stopped waits for the run in flight; an overdue one still starts and is not waited for", async () => {
    const { listener, starts } = listen("*/5 * * * * *", () => 7_000);
    await vi.advanceTimersByTimeAsync(4_500);
    const stopped = listener.stop();
    await vi.advanceTimersByTimeAsync(7_000);
    await stopped;
    expect(starts).toEqual([5, 12]);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(starts).toEqual([5, 12]);
  });
});
