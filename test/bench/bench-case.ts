import type { SqlType, SqlValue } from "../emulator/values/sql-type.ts";

export const caseNames = ["narrow", "mixed", "wide", "nulls"] as const;
export type CaseName = (typeof caseNames)[number];

export interface BenchColumn {
  readonly name: string;
  readonly type: SqlType;
  readonly nullable: boolean;
  /** The value in the n-th row, from 1. */
  readonly value: (n: number) => SqlValue;
}

/** Rows of one kind. The first column is the key. */
export interface BenchCase {
  readonly name: CaseName;
  readonly what: string;
  readonly columns: readonly BenchColumn[];
}

const collation = "SQL_Latin1_General_CP1_CI_AS";
/** 2024-01-01 in days since 0001-01-01, and what a day has in units of 100 ns. */
const firstDay = 738_885;
const ticksOfDay = 864_000_000_000n;

function column(name: string, type: SqlType, value: BenchColumn["value"]): BenchColumn {
  return { name, type, nullable: false, value };
}

/** NULL in every row but each `every`-th. */
function sparse(name: string, type: SqlType, every: number, value: BenchColumn["value"]): BenchColumn {
  return { name, type, nullable: true, value: (n) => (n % every === 0 ? value(n) : null) };
}

const varchar = (length: number): SqlType => ({ name: "varchar", length, collation });
const nvarchar = (length: number): SqlType => ({ name: "nvarchar", length, collation });
const decimal = (precision: number, scale: number): SqlType => ({ name: "decimal", precision, scale });
const datetime2 = (scale: number): SqlType => ({ name: "datetime2", scale });

/** Half a minute further with each row. */
const moment = (n: number): bigint => BigInt(firstDay) * ticksOfDay + BigInt(n) * 300_000_000n;
const day = (n: number): number => firstDay + (n % 1000);
const scattered = (n: number): number => (n * 7919) % 1_000_003;

function guid(n: number): string {
  const hex = (value: number, digits: number): string => value.toString(16).toUpperCase().padStart(digits, "0");
  return `${hex(n, 8)}-${hex(n & 0xffff, 4)}-4${hex(n % 4096, 3)}-9ABC-${hex(scattered(n), 12)}`;
}

function bytes(n: number, length: number): Buffer {
  return Buffer.alloc(length, Buffer.from(`${scattered(n)} `));
}

const narrow: BenchCase = {
  name: "narrow",
  what: "6 narrow columns",
  columns: [
    column("OrderId", { name: "int" }, (n) => n),
    column("CustomerId", { name: "bigint" }, (n) => BigInt(scattered(n))),
    column("Status", { name: "tinyint" }, (n) => n % 7),
    column("Amount", decimal(10, 2), (n) => BigInt(scattered(n))),
    column("CreatedAt", datetime2(3), moment),
    sparse("Code", varchar(20), 1, (n) => `code-${scattered(n)}`),
  ],
};

const mixed: BenchCase = {
  name: "mixed",
  what: "30 columns of as many types",
  columns: [
    column("Id", { name: "int" }, (n) => n),
    column("Flag", { name: "bit" }, (n) => n % 2),
    column("Tiny", { name: "tinyint" }, (n) => n % 256),
    column("Small", { name: "smallint" }, (n) => n % 30_000),
    column("Big", { name: "bigint" }, (n) => BigInt(n) * 4_000_000_007n),
    column("Price", decimal(9, 2), (n) => BigInt(scattered(n))),
    column("Amount", decimal(18, 4), (n) => BigInt(n) * 10_007n),
    column("Exact", decimal(38, 10), (n) => -BigInt(n) * 10n ** 12n),
    column("Balance", { name: "money" }, (n) => BigInt(n) * 12_345n),
    column("Fee", { name: "smallmoney" }, (n) => BigInt(scattered(n))),
    column("Ratio", { name: "real" }, (n) => n % 1024),
    column("Score", { name: "float" }, (n) => Math.sqrt(n)),
    column("BornOn", { name: "date" }, day),
    column("At", { name: "time", scale: 7 }, (n) => scattered(n) * 800_000 + 1),
    column("Seen", { name: "datetime" }, (n) => 45_000 * 25_920_000 + scattered(n)),
    column("Due", { name: "smalldatetime" }, (n) => 45_000 * 1440 + (n % 100_000)),
    column("Created", datetime2(7), (n) => moment(n) + 7n),
    column("Sent", { name: "datetimeoffset", scale: 7 }, (n) => ({ utc: moment(n), offset: (n % 24) * 30 })),
    column("Code", { name: "char", length: 10, collation }, (n) => String(n).padEnd(10)),
    column("Name", varchar(50), (n) => `name of ${scattered(n)}`),
    sparse("Street", varchar(200), 2, (n) => `${scattered(n)} a street somewhere in a town`),
    column("Country", { name: "nchar", length: 10, collation }, (n) => `ctry ${n % 100}`.padEnd(10)),
    column("Title", nvarchar(50), (n) => `título ${scattered(n)}`),
    sparse("Remark", nvarchar(200), 3, (n) => `a remark on number ${n} that somebody made`),
    sparse("Notes", nvarchar(-1), 4, (n) => `note ${n} `.repeat(10)),
    column("Hash", { name: "binary", length: 16 }, (n) => bytes(n, 16)),
    column("Token", { name: "varbinary", length: 50 }, (n) => bytes(n, 10 + (n % 40))),
    sparse("Blob", { name: "varbinary", length: -1 }, 4, (n) => bytes(n, 200)),
    column("Ref", { name: "uniqueidentifier" }, guid),
    // What a rowversion column travels as.
    column("Version", { name: "binary", length: 8 }, (n) => bytes(n, 8)),
  ],
};

const wide: BenchCase = {
  name: "wide",
  what: "a varchar(8000) of 8,000 bytes",
  columns: [
    column("Id", { name: "int" }, (n) => n),
    column("Body", varchar(8000), (n) => `body ${scattered(n)} `.padEnd(8000, "lorem ipsum ")),
  ],
};

/** Each value is there in one row of `every`, so that about nine of ten are NULL; the server sends such rows as NBCROW. */
const nulls: BenchCase = {
  name: "nulls",
  what: "20 columns, nine of ten values NULL",
  columns: [
    column("Id", { name: "int" }, (n) => n),
    ...Array.from({ length: 19 }, (_, at): BenchColumn => {
      const every = 7 + (at % 7);
      const name = `Value${at + 1}`;
      switch (at % 5) {
        case 0:
          return sparse(name, { name: "int" }, every, scattered);
        case 1:
          return sparse(name, nvarchar(50), every, (n) => `value ${n}`);
        case 2:
          return sparse(name, decimal(18, 4), every, (n) => BigInt(scattered(n)));
        case 3:
          return sparse(name, datetime2(3), every, moment);
        default:
          return sparse(name, varchar(100), every, (n) => `value ${n}`);
      }
    }),
  ],
};

export const benchCases: readonly BenchCase[] = [narrow, mixed, wide, nulls];

/** @throws Error for a name of no case */
export function caseNamed(name: string): BenchCase {
  const found = benchCases.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`${name}: no case of the bench`);
  return found;
}
