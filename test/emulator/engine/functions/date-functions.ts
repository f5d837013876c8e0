import {
  dateFromDays,
  datetime2FromUnix,
  datetimeFrom,
  daysFromDate,
  daysInMonth,
  DAYS_TO_1900,
  isValidDate,
  LAST_DAY,
  TICKS_PER_DAY_BIG,
  weekday,
} from "../../values/calendar.ts";
import { buildMoment, momentOf, type Moment } from "../../values/coerce-date.ts";
import { coerce } from "../../values/coerce.ts";
import { DATE, DATETIME, datetime2, INT, typeFamily } from "../../values/coerce-type.ts";
import { sqlError } from "../../values/error-table.ts";
import { formatOffset } from "../../values/format-date.ts";
import { plainText } from "../../values/plain-text.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { SqlDateTimeOffset, SqlType, SqlValue } from "../../values/sql-type.ts";
import type { ScalarFunction } from "./scalar-function.ts";

/** "Date and time data types and functions (Transact-SQL)". The server's own zone is UTC. */

// prettier-ignore
const PARTS: Record<string, string> = {
  year: "year", yy: "year", yyyy: "year", quarter: "quarter", qq: "quarter", q: "quarter", month: "month", mm: "month",
  m: "month", dayofyear: "dayofyear", dy: "dayofyear", y: "dayofyear", day: "day", dd: "day", d: "day", week: "week",
  wk: "week", ww: "week", weekday: "weekday", dw: "weekday", w: "weekday", hour: "hour", hh: "hour", minute: "minute",
  mi: "minute", n: "minute", second: "second", ss: "second", s: "second", millisecond: "millisecond",
  ms: "millisecond", microsecond: "microsecond", mcs: "microsecond", nanosecond: "nanosecond", ns: "nanosecond",
  tzoffset: "tzoffset", tz: "tzoffset", iso_week: "iso_week", isowk: "iso_week", isoww: "iso_week",
};

// prettier-ignore
const MONTHS = [
  "January", "February", "March", "April", "May", "June",
  "July", "August", "September", "October", "November", "December",
];
const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/** @throws SqlError 155: no such part */
export function datePart(word: string, functionName: string): string {
  const part = PARTS[word.toLowerCase()];
  if (part === undefined) throw sqlError(155, word, functionName);
  return part;
}

/** Ticks (100 ns) of the parts that have a fixed length. */
const PART_TICKS: Record<string, bigint> = {
  hour: 36_000_000_000n,
  minute: 600_000_000n,
  second: 10_000_000n,
  millisecond: 10_000n,
  microsecond: 10n,
};

function dayOfYear(days: number): number {
  return days - daysFromDate(dateFromDays(days).year, 1, 1) + 1;
}

/** Sunday begins the week (SET DATEFIRST 7); 1 January is in week 1. */
function weekOfYear(days: number): number {
  const first = daysFromDate(dateFromDays(days).year, 1, 1);
  return Math.floor((days - first + weekday(first)) / 7) + 1;
}

function isoWeek(days: number): number {
  const thursday = days - ((weekday(days) + 6) % 7) + 3;
  return Math.floor((dayOfYear(thursday) - 1) / 7) + 1;
}

/** DATEPART. */
export function datePartOf(part: string, type: SqlType): (value: SqlValue) => number {
  const parts = momentOf(type);
  return (value) => partOf(part, parts(value), type);
}

function partOf(part: string, { days = DAYS_TO_1900, ticks, offset }: Moment, type: SqlType): number {
  switch (part) {
    case "year":
      return dateFromDays(days).year;
    case "quarter":
      return Math.floor((dateFromDays(days).month + 2) / 3);
    case "month":
      return dateFromDays(days).month;
    case "day":
      return dateFromDays(days).day;
    case "dayofyear":
      return dayOfYear(days);
    case "week":
      return weekOfYear(days);
    case "iso_week":
      return isoWeek(days);
    case "weekday":
      return weekday(days) + 1;
    case "hour":
      return Math.floor(ticks / 36_000_000_000);
    case "minute":
      return Math.floor(ticks / 600_000_000) % 60;
    case "second":
      return Math.floor(ticks / 10_000_000) % 60;
    case "millisecond":
      return Math.floor((type.name === "datetime" ? Math.round(ticks / 10_000) * 10_000 : ticks) / 10_000) % 1000;
    case "microsecond":
      return Math.floor((type.name === "datetime" ? Math.round(ticks / 10_000) * 10_000 : ticks) / 10) % 1_000_000;
    case "nanosecond":
      return ((type.name === "datetime" ? Math.round(ticks / 10_000) * 10_000 : ticks) % 10_000_000) * 100;
    case "tzoffset":
      return offset ?? 0;
    default:
      throw new Unsupported(`DATEPART ${part}`);
  }
}

/** DATENAME. */
export function dateNameOf(part: string, type: SqlType): (value: SqlValue) => string {
  const parts = momentOf(type);
  return (value) => {
    const moment = parts(value);
    const number = partOf(part, moment, type);
    if (part === "month") return MONTHS[number - 1]!;
    if (part === "weekday") return DAYS[number - 1]!;
    if (part === "tzoffset") return formatOffset(number);
    return String(number);
  };
}

/** DATEADD; keeps the type. @throws SqlError 517 beyond the type's range */
export function dateAdd(part: string, type: SqlType): (count: bigint, value: SqlValue) => SqlValue {
  const parts = momentOf(type);
  const build = buildMoment(type, type.name);
  return (count, value) => {
    const moment = parts(value);
    try {
      return build({ ...moment, ...addParts(part, Number(count), moment) });
    } catch (error) {
      if (error instanceof Unsupported) throw error;
      throw sqlError(517, type.name);
    }
  };
}

function addParts(part: string, count: number, { days, ticks }: Moment): { days: number | undefined; ticks: number } {
  const months = part === "year" ? count * 12 : part === "quarter" ? count * 3 : part === "month" ? count : undefined;
  if (months !== undefined) {
    const { year, month, day } = dateFromDays(days ?? DAYS_TO_1900);
    const total = year * 12 + month - 1 + months;
    const [y, m] = [Math.floor(total / 12), (total % 12) + 1];
    if (y < 1 || y > 9999) throw sqlError(517, "datetime");
    return { days: daysFromDate(y, m, Math.min(day, daysInMonth(y, m))), ticks };
  }
  const step = part === "week" ? 7 : part === "day" || part === "dayofyear" || part === "weekday" ? 1 : undefined;
  if (step !== undefined) {
    const moved = (days ?? DAYS_TO_1900) + count * step;
    if (moved < 0 || moved > LAST_DAY) throw sqlError(517, "datetime");
    return { days: moved, ticks };
  }
  const unit = part === "nanosecond" ? undefined : PART_TICKS[part];
  if (unit === undefined && part !== "nanosecond") throw new Unsupported(`DATEADD ${part}`);
  const delta = unit === undefined ? BigInt(Math.round(count / 100)) : BigInt(count) * unit;
  const total = BigInt(days ?? DAYS_TO_1900) * TICKS_PER_DAY_BIG + BigInt(ticks) + delta;
  if (days === undefined) {
    const wrapped = ((total % TICKS_PER_DAY_BIG) + TICKS_PER_DAY_BIG) % TICKS_PER_DAY_BIG;
    return { days, ticks: Number(wrapped) };
  }
  if (total < 0n) throw sqlError(517, "datetime");
  return { days: Number(total / TICKS_PER_DAY_BIG), ticks: Number(total % TICKS_PER_DAY_BIG) };
}

/** DATEDIFF: how many borders of the part lie between; offsets count in UTC. */
export function dateDiff(part: string, a: Moment, b: Moment): bigint {
  const [x, y] = [utcOf(a), utcOf(b)];
  const [dayX, dayY] = [x.days ?? DAYS_TO_1900, y.days ?? DAYS_TO_1900];
  const [dx, dy] = [dateFromDays(dayX), dateFromDays(dayY)];
  switch (part) {
    case "year":
      return BigInt(dy.year - dx.year);
    case "quarter":
      return BigInt(dy.year * 4 + Math.floor((dy.month - 1) / 3) - dx.year * 4 - Math.floor((dx.month - 1) / 3));
    case "month":
      return BigInt(dy.year * 12 + dy.month - dx.year * 12 - dx.month);
    case "day":
    case "dayofyear":
    case "weekday":
      return BigInt(dayY - dayX);
    case "week":
      return BigInt(Math.floor((dayY + 1) / 7) - Math.floor((dayX + 1) / 7));
    case "nanosecond":
      return (total(y) - total(x)) * 100n;
    default: {
      const unit = PART_TICKS[part];
      if (unit === undefined) throw new Unsupported(`DATEDIFF ${part}`);
      return total(y) / unit - total(x) / unit;
    }
  }
}

function total(moment: Moment): bigint {
  return BigInt(moment.days ?? DAYS_TO_1900) * TICKS_PER_DAY_BIG + BigInt(moment.ticks);
}

function utcOf(moment: Moment): Moment {
  if (!moment.offset) return moment;
  const ticks = total(moment) - BigInt(moment.offset) * 600_000_000n;
  return { days: Number(ticks / TICKS_PER_DAY_BIG), ticks: Number(ticks % TICKS_PER_DAY_BIG), offset: 0 };
}

/** The type that a date function works in: text is read as datetime2 (DATEPART, DATEDIFF) or datetime (DATEADD). */
export function dateArgument(type: SqlType, textAs: SqlType): SqlType {
  return typeFamily(type) === "datetime" ? type : textAs;
}

function fromParts(to: SqlType, [y, m, d, h, mi, s]: readonly number[], ticks: number, word: string): SqlValue {
  const valid =
    isValidDate(y!, m!, d!) &&
    h! >= 0 &&
    h! < 24 &&
    mi! >= 0 &&
    mi! < 60 &&
    s! >= 0 &&
    s! < 60 &&
    ticks >= 0 &&
    ticks < 10_000_000;
  if (!valid) throw sqlError(289, word);
  return buildMoment(
    to,
    word,
  )({
    days: daysFromDate(y!, m!, d!),
    ticks: (h! * 3600 + mi! * 60 + s!) * 10_000_000 + ticks,
    offset: undefined,
  });
}

const now = (name: string, result: SqlType, build: (milliseconds: number) => SqlValue): ScalarFunction => ({
  name,
  parameters: [],
  result,
  evaluate: (_, runtime) => build(runtime.statementTime()),
});

const asDatetime = (milliseconds: number): number => {
  const ticks = datetime2FromUnix(milliseconds);
  return datetimeFrom(Number(ticks / TICKS_PER_DAY_BIG), Number(ticks % TICKS_PER_DAY_BIG));
};

const numbers = (args: readonly SqlValue[]): number[] => args.map((value) => value as number);

export const dateFunctions: readonly ScalarFunction[] = [
  now("GETDATE", DATETIME, asDatetime),
  now("CURRENT_TIMESTAMP", DATETIME, asDatetime),
  now("GETUTCDATE", DATETIME, asDatetime),
  now("SYSDATETIME", datetime2(7), datetime2FromUnix),
  now("SYSUTCDATETIME", datetime2(7), datetime2FromUnix),
  now("SYSDATETIMEOFFSET", { name: "datetimeoffset", scale: 7 }, (ms) => ({ utc: datetime2FromUnix(ms), offset: 0 })),
  ...(["YEAR", "MONTH", "DAY"] as const).map((name): ScalarFunction => ({
    name,
    parameters: ["any"],
    result: INT,
    evaluate: ([value], _, [type]) => {
      const to = dateArgument(type!, datetime2(7));
      return datePartOf(name.toLowerCase(), to)(coerce(value!, type!, to));
    },
  })),
  {
    name: "EOMONTH",
    parameters: [DATE, INT],
    optional: 1,
    result: DATE,
    evaluate: ([value, months]) => {
      const { days } = addParts("month", (months as number | undefined) ?? 0, {
        days: value as number,
        ticks: 0,
        offset: undefined,
      });
      const { year, month } = dateFromDays(days!);
      return daysFromDate(year, month, daysInMonth(year, month));
    },
  },
  {
    name: "DATEFROMPARTS",
    parameters: [INT, INT, INT],
    result: DATE,
    evaluate: (a) => fromParts(DATE, [...numbers(a), 0, 0, 0], 0, "date"),
  },
  {
    name: "DATETIMEFROMPARTS",
    parameters: [INT, INT, INT, INT, INT, INT, INT],
    result: DATETIME,
    evaluate: (a) => fromParts(DATETIME, numbers(a), (a[6] as number) * 10_000, "datetime"),
  },
  {
    name: "DATETIME2FROMPARTS",
    parameters: [INT, INT, INT, INT, INT, INT, INT, INT],
    result: ([, , , , , , , scale]) => datetime2(scale?.literal === undefined ? 7 : Number(scale.literal)),
    evaluate: (a) => fromParts(datetime2(7), numbers(a), (a[6] as number) * 10 ** (7 - (a[7] as number)), "datetime2"),
  },
  {
    name: "ISDATE",
    parameters: ["string"],
    result: INT,
    evaluate: ([value], _, [type]) => {
      try {
        coerce(value!, type!, DATETIME);
        return 1;
      } catch {
        return 0;
      }
    },
  },
  {
    name: "SWITCHOFFSET",
    parameters: [{ name: "datetimeoffset", scale: 7 }, "any"],
    result: { name: "datetimeoffset", scale: 7 },
    evaluate: ([value, zone]) => ({ utc: (value as SqlDateTimeOffset).utc, offset: zoneMinutes(zone!) }),
  },
  {
    name: "TODATETIMEOFFSET",
    parameters: [datetime2(7), "any"],
    result: { name: "datetimeoffset", scale: 7 },
    evaluate: ([value, zone]) => {
      const offset = zoneMinutes(zone!);
      return { utc: (value as bigint) - BigInt(offset) * 600_000_000n, offset };
    },
  },
];

function zoneMinutes(zone: SqlValue): number {
  if (typeof zone === "number") return zone;
  const m = /^([+-])(\d{2}):(\d{2})$/.exec(plainText(zone));
  if (!m) throw sqlError(9812, "switchoffset");
  const minutes = Number(m[2]) * 60 + Number(m[3]);
  return m[1] === "-" ? -minutes : minutes;
}
