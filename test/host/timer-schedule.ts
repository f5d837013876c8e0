import { Cron } from "croner";
import { timeSpanMs } from "./host-json.ts";

/** When a timer fires. */
export interface TimerSchedule {
  /** The first occurrence after `from`, in ms since 1970. */
  next(from: number): number;
  /** Faster than once a minute: the host then keeps no status and never says "past due". */
  readonly belowOneMinute: boolean;
}

/**
 * Reads a timer's schedule: NCRONTAB with five or six fields, or a TimeSpan between runs.
 * Both day fields must match, as in NCRONTAB (other cron dialects take either).
 * @throws where it is neither, or never occurs
 */
export function timerSchedule(text: string, timezone = "UTC"): TimerSchedule {
  const period = timeSpanMs(text.trim());
  if (period !== undefined) {
    if (period <= 0) throw new Error(`The schedule '${text}' has no length.`);
    return { next: (from) => from + period, belowOneMinute: period < 60_000 };
  }
  const fields = text.trim().split(/\s+/);
  const sixFields = fields.length === 5 ? ["0", ...fields] : fields;
  let cron: Cron;
  try {
    cron = new Cron(sixFields.join(" "), {
      mode: "6-part",
      domAndDow: true,
      sloppyRanges: true,
      timezone,
      paused: true,
    });
  } catch (error) {
    throw new Error(
      `The schedule expression '${text}' was not recognized as a valid cron expression or timespan string.`,
      {
        cause: error,
      },
    );
  }
  const next = (from: number): number => {
    const at = cron.nextRun(new Date(from));
    if (at === null) throw new Error(`The schedule '${text}' never occurs.`);
    return at.getTime();
  };
  const first = next(Date.now());
  return { next, belowOneMinute: next(first) - first < 60_000 };
}
