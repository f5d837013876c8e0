import { codePages } from "./type-matrix-texts.ts";
import { range } from "./type-matrix-type.ts";

/** A table that holds every value of something that has few, by id from 0 on. */
export interface TypeDomain {
  readonly name: string;
  readonly columns: readonly string[];
  /** By row: the values of the columns, or one for all of them. */
  readonly rows: readonly (readonly string[])[];
}

const hex = (bytes: Buffer): string => `0x${bytes.toString("hex")}`;

/** The server's own form of a datetime: days since 1900 and 1/300 s, four bytes each. */
function datetime(day: number, tick: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeInt32BE(day, 0);
  bytes.writeUInt32BE(tick, 4);
  return `CONVERT(datetime, ${hex(bytes)})`;
}

/** Every tick of a second: in the middle, at midnight, and at the ends of the calendar. */
const ticks: TypeDomain = {
  name: "Ticks",
  columns: ["datetime", "datetime", "datetime", "datetime"],
  rows: range(300).map((tick) => [
    datetime(46_205, 40_000 * 300 + tick),
    datetime(-53_690, tick),
    datetime(2_958_463, 86_399 * 300 + tick),
    datetime(-1, 86_399 * 300 + tick),
  ]),
};

/** Every offset that there is, by the minute. */
const offsets: TypeDomain = {
  name: "EveryOffset",
  columns: range(8).map((scale) => `datetimeoffset(${scale})`),
  rows: range(2 * 840 + 1).map((at) => {
    const minutes = Math.abs(at - 840);
    const [hour, minute] = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, "0"));
    return [`'2026-07-04T23:59:59.9999999${at < 840 ? "-" : "+"}${hour}:${minute}'`];
  }),
};

/** Amounts that a double does not hold: a few parts of a hundred of these come back wrong through one. */
const amounts: TypeDomain = {
  name: "Amounts",
  columns: ["smallmoney", "money", "money", "decimal(19,4)", "numeric(38,4)"],
  rows: range(2000).map((at) => {
    const digits = String(at * 7919).padStart(8, "0");
    const small = `-${digits.slice(0, -4)}.${digits.slice(-4)}`;
    return [
      small.slice(1),
      `9007199${digits}.${digits.slice(-4)}`,
      small,
      `-90071992547${digits.slice(-4)}.${digits.slice(-4)}`,
      small,
    ];
  }),
};

/** Every byte behind every other one, whatever the code page makes of it: 0x8754 and 0xFA4A are one character in 932, 0xFD is none. */
const bytePairs: TypeDomain = {
  name: "BytePairs",
  columns: codePages.map(({ collation }) => `varchar(512) COLLATE ${collation}`),
  rows: range(256).map((first) => [hex(Buffer.from(range(256).flatMap((second) => [first, second])))]),
};

/** Every byte alone, before blanks and at the end. */
const singleBytes: TypeDomain = {
  name: "SingleBytes",
  columns: codePages.flatMap(({ collation }) => [`char(3) COLLATE ${collation}`, `varchar(max) COLLATE ${collation}`]),
  rows: range(256).map((byte) => [hex(Buffer.from([byte]))]),
};

/** Every 16 bits that a Unicode text can hold, both ways round: lone surrogates, and those that make a pair. */
const codeUnits: TypeDomain = {
  name: "CodeUnits",
  columns: ["nvarchar(256)", "nchar(257)", "nvarchar(max)"],
  rows: range(256).map((high) => [
    hex(Buffer.from(range(256).flatMap((low) => [low, high]))),
    hex(Buffer.from(range(256).flatMap((low) => [255 - low, high]))),
    hex(Buffer.from(range(256).flatMap((low) => [low, high, 255 - low, 0xdc + (low % 4)]))),
  ]),
};

/** A number as a constant of type float. */
export function floatText(value: number): string {
  const text = String(value);
  return text.includes("e") ? text : `${text}E0`;
}

const bigIntegers: TypeDomain = {
  name: "Powers",
  columns: ["bigint", "decimal(38,0)", "float", "real", "decimal(38,38)"],
  rows: range(126).map((power) => {
    const whole = 2n ** BigInt(power);
    const small = power < 63 ? whole : -(2n ** 63n) + BigInt(power);
    return [
      String(small),
      String(-whole + 1n),
      floatText(2 ** power + 1),
      floatText(-(2 ** power)),
      `0.${String(whole).padStart(38, "0")}`,
    ];
  }),
};

export const typeDomains: readonly TypeDomain[] = [
  ticks,
  offsets,
  amounts,
  bytePairs,
  singleBytes,
  codeUnits,
  bigIntegers,
];

export function createDomain({ name, columns, rows }: TypeDomain): string {
  const list = columns.map((declaration, at) => `c${at} ${declaration} NOT NULL`).join(", ");
  const insert = rows.map(([first = "", ...others], id) => {
    const values = others.length > 0 ? [first, ...others] : columns.map(() => first);
    return `INSERT ${name} VALUES (${id}, ${values.join(", ")});`;
  });
  const batches = range(Math.ceil(insert.length / 250)).map((at) => insert.slice(at * 250, (at + 1) * 250).join("\n"));
  return [
    `CREATE TABLE ${name} (id int NOT NULL PRIMARY KEY, ${list});\nALTER TABLE ${name} ENABLE CHANGE_TRACKING;`,
    ...batches,
  ].join("\nGO\n");
}

/** Every row gets the values of the next one, every other one is there once more. */
export function changeDomain({ name, columns, rows }: TypeDomain): string {
  const set = columns.map((_, at) => `c${at} = s.c${at}`).join(", ");
  const list = columns.map((_, at) => `c${at}`).join(", ");
  return `UPDATE t SET ${set} FROM ${name} AS t JOIN ${name} AS s ON s.id = (t.id + 1) % ${rows.length};
INSERT ${name} (id, ${list}) SELECT id + 10000, ${list} FROM ${name} WHERE id % 2 = 1;
DELETE ${name} WHERE id < 10000 AND id % 7 = 3;`;
}
