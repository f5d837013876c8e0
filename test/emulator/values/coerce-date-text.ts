import { daysFromDate, isValidDate } from "./calendar.ts";

/** What a date or time text says; ticks are 100 ns since midnight, rounded at seven digits. */
export interface DateText {
  /** Days since 0001-01-01; undefined: the text has no date. */
  readonly days: number | undefined;
  readonly ticks: number;
  /** Minutes east of UTC; undefined: the text has no offset. */
  readonly offset: number | undefined;
  /** Digits after the point of the seconds: datetime takes three at most. */
  readonly fractionDigits: number;
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const LONG_MONTHS = [
  "january", "february", "march", "april", "may", "june",
  "july", "august", "september", "october", "november", "december",
]; // prettier-ignore

const TIME = /^(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:[.:](\d{1,9}))?)?)?\s*(am|pm)?\s*(z|[+-]\d{1,2}:\d{2})?$/i;

function monthNumber(word: string): number | undefined {
  const lower = word.toLowerCase();
  const short = MONTHS.indexOf(lower);
  if (short >= 0) return short + 1;
  const long = LONG_MONTHS.indexOf(lower);
  return long >= 0 ? long + 1 : undefined;
}

/** Two-digit years: the server's default cut-off 2049. */
function fullYear(text: string): number {
  const year = Number(text);
  return text.length > 2 ? year : year < 50 ? 2000 + year : 1900 + year;
}

type DateOrder = "mdy" | "dmy" | "ymd";

interface DatePart {
  year: number;
  month: number;
  day: number;
  rest: string;
}

function parseDatePart(text: string, order: DateOrder): DatePart | undefined {
  let m = /^(\d{4})-(\d{1,2})-(\d{1,2})(?=$|[\sTt])/.exec(text);
  if (m) return { year: Number(m[1]), month: Number(m[2]), day: Number(m[3]), rest: text.slice(m[0].length) };
  m = /^(\d{8}|\d{6})(?=$|\s)/.exec(text);
  if (m) {
    const d = m[1]!;
    const cut = d.length - 4;
    return {
      year: fullYear(d.slice(0, cut)),
      month: Number(d.slice(cut, cut + 2)),
      day: Number(d.slice(cut + 2)),
      rest: text.slice(d.length),
    };
  }
  m = /^(\d{4})[/.](\d{1,2})[/.](\d{1,2})(?=$|\s)/.exec(text);
  if (m) return { year: Number(m[1]), month: Number(m[2]), day: Number(m[3]), rest: text.slice(m[0].length) };
  m = /^(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?=$|\s)/.exec(text);
  if (m) {
    const rest = text.slice(m[0].length);
    const [a, b, c] = [m[1]!, m[3]!, m[4]!];
    if (order === "dmy") return { year: fullYear(c), month: Number(b), day: Number(a), rest };
    if (order === "ymd" && c.length === 2) return { year: fullYear(a), month: Number(b), day: Number(c), rest };
    return { year: fullYear(c), month: Number(a), day: Number(b), rest };
  }
  m = /^([a-z]+)\.?\s+(\d{1,2})(?:\s*,\s*|\s+)(\d{4}|\d{2})(?=$|\s)/i.exec(text);
  if (m) {
    const month = monthNumber(m[1]!);
    if (month === undefined) return undefined;
    return { year: fullYear(m[3]!), month, day: Number(m[2]), rest: text.slice(m[0].length) };
  }
  m = /^(\d{1,2})[\s-]+([a-z]+)\.?[\s,-]+(\d{4}|\d{2})(?=$|\s)/i.exec(text);
  if (m) {
    const month = monthNumber(m[2]!);
    if (month === undefined) return undefined;
    return { year: fullYear(m[3]!), month, day: Number(m[1]), rest: text.slice(m[0].length) };
  }
  return undefined;
}

/**
 * Reads a date, a time or both in the forms that CAST takes under SET DATEFORMAT mdy (the default of us_english).
 * @returns undefined where the text is none of them or names a day or time that does not exist
 */
export function parseDateText(source: string, order: DateOrder = "mdy"): DateText | undefined {
  const text = source.trim();
  if (text === "") return { days: daysFromDate(1900, 1, 1), ticks: 0, offset: undefined, fractionDigits: 0 };
  const date = parseDatePart(text, order);
  let days: number | undefined;
  let rest = text;
  if (date) {
    if (!isValidDate(date.year, date.month, date.day)) return undefined;
    days = daysFromDate(date.year, date.month, date.day);
    rest = date.rest;
    if (rest === "") return { days, ticks: 0, offset: undefined, fractionDigits: 0 };
    rest = /^[Tt]/.test(rest) ? rest.slice(1) : rest.trim();
    if (rest === "") return undefined;
    const bareOffset = /^(z|[+-]\d{1,2}:\d{2})$/i.exec(rest);
    if (bareOffset) return { days, ticks: 0, offset: offsetMinutes(rest), fractionDigits: 0 };
  }
  const time = TIME.exec(rest);
  if (!time || (time[2] === undefined && time[5] === undefined)) return undefined;
  let hour = Number(time[1]);
  const minute = Number(time[2] ?? 0);
  const second = Number(time[3] ?? 0);
  if (minute > 59 || second > 59) return undefined;
  if (time[5] !== undefined) {
    if (hour < 1 || hour > 12) {
      if (hour > 23 || time[5].toLowerCase() === "am") return undefined;
    } else hour = (hour % 12) + (time[5].toLowerCase() === "pm" ? 12 : 0);
  }
  if (hour > 23) return undefined;
  const fraction = time[4] ?? "";
  // "12:00:00:5" counts milliseconds, "12:00:00.5" tenths.
  const colonFraction = fraction !== "" && rest.includes(`:${fraction}`) && /:\d+:\d+:\d+/.test(rest);
  const fractionTicks =
    fraction === "" ? 0 : colonFraction ? Number(fraction) * 10_000 : Math.round(Number(`0.${fraction}`) * 10_000_000);
  const ticks = (hour * 3600 + minute * 60 + second) * 10_000_000 + fractionTicks;
  const offset = time[6] === undefined ? undefined : offsetMinutes(time[6]);
  if (offset !== undefined && Math.abs(offset) > 840) return undefined;
  return { days, ticks, offset, fractionDigits: fraction.length };
}

function offsetMinutes(text: string): number {
  if (/^z$/i.test(text)) return 0;
  const m = /^([+-])(\d{1,2}):(\d{2})$/.exec(text)!;
  const minutes = Number(m[2]) * 60 + Number(m[3]);
  return m[1] === "-" ? -minutes : minutes;
}
