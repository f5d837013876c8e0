import {
  datetimeExactParts,
  datetimeFrom,
  datetimeParts,
  DATETIME_UNITS_PER_DAY,
  DAYS_TO_1900,
  LAST_DAY,
  TICKS_PER_DAY,
  TICKS_PER_DAY_BIG,
} from "./calendar.ts";
import { bytesToValue } from "./coerce-binary.ts";
import { parseDateText, type DateText } from "./coerce-date-text.ts";
import { typeWord, type Converter } from "./coerce-number.ts";
import { typeFamily } from "./coerce-type.ts";
import { sqlError } from "./error-table.ts";
import type { SqlDateTimeOffset, SqlType, SqlValue } from "./sql-type.ts";

/** Conversions to date and time types. */

/** 1753-01-01, where datetime begins. */
const FIRST_DATETIME_DAY = 639905;
const SMALLDATETIME_MINUTES = 65536 * 1440;
const MINUTE = 600_000_000n;

export interface Moment {
  /** Days since 0001-01-01, local; undefined: a time alone. */
  readonly days: number | undefined;
  /** 100 ns since midnight, local. */
  readonly ticks: number;
  readonly offset: number | undefined;
}

/** The parts of a date or time value. */
export function momentOf(type: SqlType): (value: SqlValue) => Moment {
  switch (type.name) {
    case "date":
      return (value) => ({ days: value as number, ticks: 0, offset: undefined });
    case "time":
      return (value) => ({ days: undefined, ticks: value as number, offset: undefined });
    case "datetime":
      return (value) => ({ ...datetimeExactParts(value as number), offset: undefined });
    case "smalldatetime":
      return (value) => {
        const day = Math.floor((value as number) / 1440);
        return { days: day + DAYS_TO_1900, ticks: ((value as number) - day * 1440) * 600_000_000, offset: undefined };
      };
    case "datetime2":
      return (value) => ({
        days: Number((value as bigint) / TICKS_PER_DAY_BIG),
        ticks: Number((value as bigint) % TICKS_PER_DAY_BIG),
        offset: undefined,
      });
    case "datetimeoffset":
      return (value) => {
        const { utc, offset } = value as SqlDateTimeOffset;
        const local = utc + BigInt(offset) * MINUTE;
        return { days: Number(local / TICKS_PER_DAY_BIG), ticks: Number(local % TICKS_PER_DAY_BIG), offset };
      };
    default:
      throw new TypeError(`${type.name} is no date or time`);
  }
}

/** As `momentOf`, with the milliseconds that a datetime shows (.003, .007). */
export function shownMomentOf(type: SqlType): (value: SqlValue) => Moment {
  if (type.name === "datetime") return (value) => ({ ...datetimeParts(value as number), offset: undefined });
  return momentOf(type);
}

/** Rounds 100 ns ticks of a day to the type's scale; may give a whole day. */
function roundTicks(ticks: number, scale: number): number {
  if (scale >= 7) return ticks;
  const unit = 10 ** (7 - scale);
  return Math.round(ticks / unit) * unit;
}

/** Builds a value of the type. `word` names the source in messages. */
export function buildMoment(to: SqlType, word: string): (moment: Moment) => SqlValue {
  const outOfRange = (): Error => sqlError(242, word, to.name);
  switch (to.name) {
    case "date":
      return ({ days }) => days ?? DAYS_TO_1900;
    case "time": {
      const scale = to.scale ?? 7;
      return ({ ticks }) => {
        const rounded = roundTicks(ticks, scale);
        return rounded >= TICKS_PER_DAY ? 0 : rounded;
      };
    }
    case "datetime":
      return ({ days, ticks }) => {
        const value = datetimeFrom(days ?? DAYS_TO_1900, ticks);
        const day = Math.floor(value / DATETIME_UNITS_PER_DAY) + DAYS_TO_1900;
        if (day < FIRST_DATETIME_DAY || day > LAST_DAY) throw outOfRange();
        return value;
      };
    case "smalldatetime":
      return ({ days, ticks }) => {
        // 29.998 seconds and less round down.
        const minutes =
          ((days ?? DAYS_TO_1900) - DAYS_TO_1900) * 1440 + Math.floor((ticks + 300_010_000) / 600_000_000);
        if (minutes < 0 || minutes >= SMALLDATETIME_MINUTES) throw outOfRange();
        return minutes;
      };
    case "datetime2": {
      const scale = to.scale ?? 7;
      return ({ days, ticks }) => {
        const value = BigInt(days ?? DAYS_TO_1900) * TICKS_PER_DAY_BIG + BigInt(roundTicks(ticks, scale));
        if (value >= BigInt(LAST_DAY + 1) * TICKS_PER_DAY_BIG) throw sqlError(8115, "expression", "datetime2");
        return value;
      };
    }
    default: {
      const scale = to.scale ?? 7;
      return ({ days, ticks, offset = 0 }) => {
        const local = BigInt(days ?? DAYS_TO_1900) * TICKS_PER_DAY_BIG + BigInt(roundTicks(ticks, scale));
        const utc = local - BigInt(offset) * MINUTE;
        if (utc < 0n || utc >= BigInt(LAST_DAY + 1) * TICKS_PER_DAY_BIG) throw outOfRange();
        return { utc, offset };
      };
    }
  }
}

function fromText(from: SqlType, to: SqlType, style: number): Converter {
  const order = [3, 4, 5, 103, 104, 105].includes(style) ? "dmy" : "mdy";
  const build = buildMoment(to, typeWord(from));
  const legacy = to.name === "datetime" || to.name === "smalldatetime";
  const wrong = (): Error => (to.name === "smalldatetime" ? sqlError(295) : sqlError(241));
  return (value) => {
    const text: DateText | undefined = parseDateText(value as string, order);
    if (!text) {
      // A date that does not exist is out of range for datetime, and no date for the newer types.
      if (legacy && /^\s*\d{4}-?\d{2}-?\d{2}/.test(value as string)) throw sqlError(242, typeWord(from), to.name);
      throw wrong();
    }
    if (legacy && (text.fractionDigits > 3 || (text.offset !== undefined && text.offset !== 0))) throw wrong();
    return build(text);
  };
}

/** @throws SqlError 206 where there is no such conversion; the converter throws 241, 242, 295, 8115 */
export function toDate(from: SqlType, to: SqlType, style: number): Converter {
  switch (typeFamily(from)) {
    case "string":
      return fromText(from, to, style);
    case "datetime": {
      const parts = momentOf(from);
      const build = buildMoment(to, typeWord(from));
      return (value) => build(parts(value));
    }
    case "integer":
    case "decimal":
    case "money":
    case "float": {
      if (to.name !== "datetime" && to.name !== "smalldatetime") throw sqlError(206, typeWord(from), typeWord(to));
      const scale = typeFamily(from) === "money" ? 4 : (from.scale ?? 0);
      const build = buildMoment(to, typeWord(from));
      return (value) => {
        const days = typeof value === "bigint" && from.name !== "bigint" ? Number(value) / 10 ** scale : Number(value);
        const whole = Math.floor(days);
        if (Math.abs(whole) > 4_000_000) throw sqlError(8115, "expression", to.name);
        return build({
          days: whole + DAYS_TO_1900,
          ticks: Math.round((days - whole) * TICKS_PER_DAY),
          offset: undefined,
        });
      };
    }
    case "binary": {
      if (to.name !== "datetime") throw sqlError(206, typeWord(from), typeWord(to));
      return (value) => {
        const parsed = bytesToValue(value as Buffer, to);
        if (parsed === undefined) throw sqlError(8115, "expression", "datetime");
        return parsed;
      };
    }
    default:
      throw sqlError(206, typeWord(from), typeWord(to));
  }
}
