/** Days since 0001-01-01 in the proleptic Gregorian calendar, and the parts of a day. Range of the server: years 1 to 9999. */

export interface CalendarDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** 1900-01-01, day 0 of datetime and smalldatetime. */
export const DAYS_TO_1900 = 693595;
export const TICKS_PER_DAY = 864_000_000_000;
export const TICKS_PER_DAY_BIG = 864_000_000_000n;
/** 1/300 s in a day. */
export const DATETIME_UNITS_PER_DAY = 25_920_000;
/** 9999-12-31. */
export const LAST_DAY = 3652058;

export function daysFromDate(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146097 + dayOfEra - 306;
}

export function dateFromDays(days: number): CalendarDate {
  const z = days + 306;
  const era = Math.floor(z / 146097);
  const dayOfEra = z - era * 146097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const mp = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * mp + 2) / 5) + 1;
  const month = mp < 10 ? mp + 3 : mp - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** 0 is Sunday. 0001-01-01 was a Monday. */
export function weekday(days: number): number {
  return (((days + 1) % 7) + 7) % 7;
}

export function isValidDate(year: number, month: number, day: number): boolean {
  return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
}

/** datetime: units of 1/300 s since 1900-01-01, from days since 0001 and 100 ns since midnight; rounds as the server. */
export function datetimeFrom(days: number, ticks: number): number {
  return (days - DAYS_TO_1900) * DATETIME_UNITS_PER_DAY + Math.round((ticks * 3) / 100_000);
}

/** The parts of a datetime: days since 0001 and 100 ns since midnight, at the milliseconds the server shows (.000 .003 .007). */
export function datetimeParts(value: number): { days: number; ticks: number } {
  const day = Math.floor(value / DATETIME_UNITS_PER_DAY);
  const units = value - day * DATETIME_UNITS_PER_DAY;
  return { days: day + DAYS_TO_1900, ticks: Math.round((units * 10) / 3) * 10_000 };
}

/** As `datetimeParts`, with thirds of a millisecond kept (how SQL Server 2016 and later convert datetime to datetime2). */
export function datetimeExactParts(value: number): { days: number; ticks: number } {
  const day = Math.floor(value / DATETIME_UNITS_PER_DAY);
  const units = value - day * DATETIME_UNITS_PER_DAY;
  return { days: day + DAYS_TO_1900, ticks: Math.round((units * 100_000) / 3) };
}

/** Now as datetime2, from milliseconds since 1970. */
export function datetime2FromUnix(milliseconds: number): bigint {
  const whole = Math.floor(milliseconds);
  return BigInt(whole) * 10_000n + 621_355_968_000_000_000n;
}
