import { dateFromDays } from "./calendar.ts";

/** CONVERT's date styles ("CAST and CONVERT", Date and time styles). */

const MONTH_NAMES = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** A moment to show; a part that the type does not have is undefined and leaves no trace in the text. */
export interface ShownDate {
  readonly days: number | undefined;
  /** 100 ns since midnight. */
  readonly ticks: number | undefined;
  readonly offset: number | undefined;
  /** Digits of the fraction: 3 for datetime, 0 for smalldatetime, the scale of the others. */
  readonly scale: number;
  /** datetime and smalldatetime differ in a few styles. */
  readonly legacy: boolean;
}

const two = (n: number): string => (n < 10 ? `0${n}` : String(n));
const four = (n: number): string => String(n).padStart(4, "0");

export function formatOffset(minutes: number): string {
  const abs = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(abs / 60))}:${two(abs % 60)}`;
}

interface Clock {
  hour: number;
  minute: number;
  second: number;
  /** Digits, no point. */
  fraction: string;
}

function clockOf(ticks: number, scale: number): Clock {
  const unit = 10 ** (7 - scale);
  const whole = Math.floor(ticks / unit) * unit;
  const seconds = Math.floor(whole / 10_000_000);
  const fraction = String(whole - seconds * 10_000_000)
    .padStart(7, "0")
    .slice(0, scale);
  return {
    hour: Math.floor(seconds / 3600),
    minute: Math.floor(seconds / 60) % 60,
    second: seconds % 60,
    fraction,
  };
}

function dateText(days: number, style: number): string | undefined {
  const { year, month, day } = dateFromDays(days);
  const yy = two(year % 100);
  const yyyy = four(year);
  const [m, d] = [two(month), two(day)];
  const name = MONTH_NAMES[month - 1]!;
  switch (style) {
    case 1:
      return `${m}/${d}/${yy}`;
    case 101:
      return `${m}/${d}/${yyyy}`;
    case 2:
      return `${yy}.${m}.${d}`;
    case 102:
      return `${yyyy}.${m}.${d}`;
    case 3:
      return `${d}/${m}/${yy}`;
    case 103:
    case 131:
      return `${d}/${m}/${yyyy}`;
    case 4:
      return `${d}.${m}.${yy}`;
    case 104:
      return `${d}.${m}.${yyyy}`;
    case 5:
      return `${d}-${m}-${yy}`;
    case 105:
      return `${d}-${m}-${yyyy}`;
    case 6:
      return `${d} ${name} ${yy}`;
    case 106:
    case 13:
    case 113:
      return `${d} ${name} ${yyyy}`;
    case 7:
      return `${name} ${d}, ${yy}`;
    case 107:
      return `${name} ${d}, ${yyyy}`;
    case 10:
      return `${m}-${d}-${yy}`;
    case 110:
      return `${m}-${d}-${yyyy}`;
    case 11:
      return `${yy}/${m}/${d}`;
    case 111:
      return `${yyyy}/${m}/${d}`;
    case 12:
      return `${yy}${m}${d}`;
    case 112:
      return `${yyyy}${m}${d}`;
    case 0:
    case 100:
    case 9:
    case 109:
      return `${name} ${String(day).padStart(2, " ")} ${yyyy}`;
    case 20:
    case 120:
    case 21:
    case 25:
    case 121:
    case 126:
    case 127:
    case 23:
      return `${yyyy}-${m}-${d}`;
    case 22:
      return `${m}/${d}/${yy}`;
    default:
      return undefined;
  }
}

function withFraction(clock: Clock, separator: "." | ":"): string {
  const base = `${two(clock.hour)}:${two(clock.minute)}:${two(clock.second)}`;
  return clock.fraction === "" ? base : `${base}${separator}${clock.fraction}`;
}

function timeText(ticks: number, style: number, value: ShownDate): string | undefined {
  const clock = clockOf(ticks, value.scale);
  const hour12 = clock.hour % 12 === 0 ? 12 : clock.hour % 12;
  const half = clock.hour < 12 ? "AM" : "PM";
  switch (style) {
    case 0:
    case 100:
      return `${String(hour12).padStart(2, " ")}:${two(clock.minute)}${half}`;
    case 9:
    case 109:
      return `${String(hour12).padStart(2, " ")}:${two(clock.minute)}:${two(clock.second)}${
        clock.fraction === "" ? "" : `${value.legacy ? ":" : "."}${clock.fraction}`
      }${half}`;
    case 8:
    case 108:
    case 20:
    case 120:
    case 24:
      return `${two(clock.hour)}:${two(clock.minute)}:${two(clock.second)}`;
    case 13:
    case 113:
    case 14:
    case 114:
      return withFraction(clock, value.legacy ? ":" : ".");
    case 21:
    case 25:
    case 121:
      return withFraction(clock, ".");
    case 126:
    case 127: {
      // datetime leaves a fraction of zero out; the newer types show their scale.
      if (value.legacy && /^0*$/.test(clock.fraction)) return withFraction({ ...clock, fraction: "" }, ".");
      return withFraction(clock, ".");
    }
    case 22:
      return `${String(hour12).padStart(2, " ")}:${two(clock.minute)}:${two(clock.second)} ${half}`;
    default:
      return undefined;
  }
}

const TIME_ONLY = new Set([8, 108, 14, 114, 24]);
const DATE_ONLY = new Set([1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 23, 101, 102, 103, 104, 105, 106, 107, 110, 111, 112]);

/** @returns undefined for a style that CONVERT does not have, or does not have for this type (error 281) */
export function formatDate(value: ShownDate, style: number): string | undefined {
  const parts: string[] = [];
  if (value.days !== undefined && !TIME_ONLY.has(style)) {
    const text = dateText(value.days, style);
    if (text === undefined) return undefined;
    parts.push(text);
  }
  if (value.ticks !== undefined && !DATE_ONLY.has(style)) {
    const text = timeText(value.ticks, style, value);
    if (text === undefined) return undefined;
    // A time alone has no leading blank where a datetime has one: "1:05PM" against "Jan  1 2024  1:05PM".
    parts.push(parts.length === 0 ? text.trimStart() : text);
  }
  if (parts.length === 0) return undefined;
  const joined = parts.join(style === 126 || style === 127 ? "T" : " ");
  if (value.offset === undefined || DATE_ONLY.has(style)) return joined;
  if (style === 127) return value.offset === 0 ? `${joined}Z` : `${joined}${formatOffset(value.offset)}`;
  return style === 126 ? `${joined}${formatOffset(value.offset)}` : `${joined} ${formatOffset(value.offset)}`;
}
