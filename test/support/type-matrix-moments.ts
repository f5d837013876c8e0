import { type MatrixType, plain, range } from "./type-matrix-type.ts";

const nines = (scale: number): string => (scale === 0 ? "" : `.${"9".repeat(scale)}`);
const least = (scale: number): string => (scale === 0 ? "" : `.${"1".padStart(scale, "0")}`);
const odd = (scale: number): string => (scale === 0 ? "" : `.${"1234567".slice(0, scale)}`);

/** Dates and times at their limits, at every scale. */
export const momentTypes: readonly MatrixType[] = [
  plain("date", "'0001-01-01'", "'9999-12-31'", "'1582-10-10'", "'2000-02-29'", "'1900-02-28'"),
  plain(
    "datetime",
    "'1753-01-01T00:00:00'",
    "'9999-12-31T23:59:59.997'",
    "'1899-12-31T23:59:59.997'",
    "'1900-01-01T00:00:00'",
    "'2026-07-04T01:02:03.003'",
    "'2026-07-04T01:02:03.007'",
    "'2026-07-13T12:00:00.010'",
  ),
  plain(
    "smalldatetime",
    "'1900-01-01T00:00:00'",
    "'2079-06-06T23:59:00'",
    "'2026-07-04T12:34:00'",
    "'2026-07-13T00:01:00'",
  ),
  ...range(8).flatMap((scale) => [
    plain(
      `time(${scale})`,
      "'00:00:00'",
      `'23:59:59${nines(scale)}'`,
      `'00:00:00${least(scale)}'`,
      `'12:34:56${odd(scale)}'`,
    ),
    plain(
      `datetime2(${scale})`,
      "'0001-01-01T00:00:00'",
      `'9999-12-31T23:59:59${nines(scale)}'`,
      `'2026-07-04T01:02:03${least(scale)}'`,
      `'2026-07-13T12:34:56${odd(scale)}'`,
      `'1582-10-10T23:59:59${nines(scale)}'`,
    ),
    plain(
      `datetimeoffset(${scale})`,
      "'0001-01-01T00:00:00+00:00'",
      `'9999-12-31T23:59:59${nines(scale)}+00:00'`,
      `'2026-07-04T01:02:03${odd(scale)}+14:00'`,
      `'2026-07-13T01:02:03${odd(scale)}-14:00'`,
      `'0001-01-01T14:00:00${least(scale)}+14:00'`,
      `'9999-12-31T09:59:59${nines(scale)}-14:00'`,
      `'2026-07-04T01:02:03${least(scale)}-00:01'`,
      `'2026-07-04T01:02:03${least(scale)}+05:45'`,
    ),
  ]),
];
