import { DATETIME_UNITS_PER_DAY } from "../values/calendar.ts";

const DAY = 86_400_000;
const DAYS_1900_TO_1970 = 25_567;

/** Milliseconds since 1970 as a datetime value (the emulator's server runs in UTC). */
export function datetimeOf(milliseconds: number): number {
  const days = Math.floor(milliseconds / DAY);
  const rest = milliseconds - days * DAY;
  return (
    (days + DAYS_1900_TO_1970) * DATETIME_UNITS_PER_DAY + Math.min(Math.round(rest * 0.3), DATETIME_UNITS_PER_DAY - 1)
  );
}

/** Milliseconds since 1970 as a smalldatetime value: rounded to the minute. */
export function smallDatetimeOf(milliseconds: number): number {
  return Math.round(milliseconds / 60_000) + DAYS_1900_TO_1970 * 1440;
}
