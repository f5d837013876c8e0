import type { TimerSchedule } from "./timer-schedule.ts";

export interface TimerListenerOptions {
  readonly schedule: TimerSchedule;
  readonly useMonitor: boolean;
  readonly runOnStartup: boolean;
  /** Runs the function once. Its rejection is the invocation's failure; the timer goes on. */
  readonly run: (timer: object, reason: string) => Promise<void>;
  readonly now?: () => number;
}

/** .NET's DateTime.MinValue: a timer that has never run. */
const never = "0001-01-01T00:00:00+00:00";

/**
 * Fires one timer function: never twice at a time; the next run is reckoned from the start of the last, and where that
 * moment has passed when it ends, one run follows at once.
 * A real host also takes a blob lease, so that one of many instances fires; here every host fires its timers, which is
 * what happens there when that lease is lost.
 */
export class TimerListener {
  readonly #options: TimerListenerOptions;
  readonly #now: () => number;
  #timeout: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #next: number;
  #last: string = never;
  #stopped = false;

  constructor(options: TimerListenerOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#next = options.schedule.next(this.#now());
  }

  start(): void {
    if (this.#options.runOnStartup) this.#begin("RunOnStartup");
    else this.#arm();
  }

  /**
   * Stops firing and waits for the run in flight. One that is overdue when that ends is still started and not waited
   * for: the real host was seen to do so.
   */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timeout);
    if (this.#running === undefined) return;
    await this.#running;
    if (this.#next <= this.#now()) this.#begin("Timer fired");
  }

  #arm(): void {
    if (this.#stopped) return;
    // Timeouts end at 2^31 ms: a yearly timer is armed again and again.
    const delay = Math.min(Math.max(this.#next - this.#now(), 0), 86_400_000);
    this.#timeout = setTimeout(() => {
      if (this.#now() < this.#next) this.#arm();
      else this.#begin("Timer fired");
    }, delay);
  }

  #begin(reason: string): void {
    const startedAt = this.#now();
    this.#next = this.#options.schedule.next(startedAt);
    const timer = {
      Schedule: { AdjustForDST: true },
      ScheduleStatus: this.#status(),
      IsPastDue: false,
    };
    this.#running = this.#run(timer, startedAt, reason);
  }

  async #run(timer: object, startedAt: number, reason: string): Promise<void> {
    try {
      await this.#options.run(timer, `${reason} at ${new Date(startedAt).toISOString()}`);
    } catch {
      // The failure is in the log already, and a timer never stops because one run failed.
    }
    this.#last = new Date(startedAt).toISOString();
    this.#running = undefined;
    this.#arm();
  }

  #status(): object | null {
    if (!this.#options.useMonitor || this.#options.schedule.belowOneMinute) return null;
    return { Last: this.#last, LastUpdated: this.#last, Next: new Date(this.#next).toISOString() };
  }
}
