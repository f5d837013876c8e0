import type { Random } from "../demo/seeded-random.ts";
import { floatText } from "./type-matrix-domains.ts";
import { decimalText } from "./type-matrix-numbers.ts";
import { codePages } from "./type-matrix-texts.ts";
import { type MatrixType, range } from "./type-matrix-type.ts";

/** A value of the type: its bits at random, now and then one of the literals at its limits. */
export function randomValue(type: MatrixType, random: Random): string {
  const made = random(4) === 0 ? undefined : randomOf(type.declaration, random);
  return made ?? type.literals[random(type.literals.length)] ?? "NULL";
}

/** Inner types of a sql_variant; all that there are, by name. */
const innerTypes = [
  ...["bit", "tinyint", "smallint", "int", "bigint", "money", "smallmoney", "float", "real", "uniqueidentifier"],
  ...["date", "datetime", "smalldatetime", "decimal(9,9)", "decimal(19,4)", "numeric(28,0)", "decimal(38,11)"],
  ...range(8).flatMap((scale) => [`time(${scale})`, `datetime2(${scale})`, `datetimeoffset(${scale})`]),
  ...["binary(7)", "varbinary(30)", "nchar(5)", "nvarchar(40)", "varchar(20)", "char(9)"],
];

/** @returns undefined for a type whose values are not made here */
function randomOf(declaration: string, random: Random): string | undefined {
  const [, name = "", first, second] = /^(\w+)(?:\((\w+)(?:,(\d+))?\))?(?: COLLATE \w+)?$/.exec(declaration) ?? [];
  const scale = Number(first);
  switch (name) {
    case "bit":
      return String(random(2));
    case "tinyint":
      return String(random(256));
    case "smallint":
      return String(bits(2, random).readInt16LE());
    case "int":
      return String(bits(4, random).readInt32LE());
    case "bigint":
      return String(bits(8, random).readBigInt64LE());
    case "money":
      return signed(bits(8, random).readBigInt64LE(), 4);
    case "smallmoney":
      return signed(BigInt(bits(4, random).readInt32LE()), 4);
    case "decimal":
    case "numeric": {
      const digits = range(1 + random(scale)).map(() => random(10));
      return signed(BigInt(digits.join("")) * (random(2) === 0 ? 1n : -1n), Number(second));
    }
    case "float":
      return scale <= 24 ? single(random) : double(random);
    case "real":
      return single(random);
    case "date":
      return `'${day(random(3_652_059))}'`;
    case "time":
      return `'${time(random(86_400), scale, random)}'`;
    case "datetime": {
      const bytes = Buffer.alloc(8);
      bytes.writeInt32BE(random(3_012_154) - 53_690, 0);
      bytes.writeUInt32BE(random(25_920_000), 4);
      return `CONVERT(datetime, ${hex(bytes)})`;
    }
    case "smalldatetime":
      return `'${day(693_595 + random(65_536))}T${time(random(1440) * 60, 0, random)}'`;
    case "datetime2":
      return `'${day(random(3_652_059))}T${time(random(86_400), scale, random)}'`;
    case "datetimeoffset":
      return `'${day(1 + random(3_652_057))}T${time(random(86_400), scale, random)}${offset(random)}'`;
    case "uniqueidentifier":
      return `'${bits(16, random)
        .toString("hex")
        .replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-")}'`;
    case "char":
    case "varchar":
    case "binary":
    case "varbinary":
    case "image":
      // Bytes that are assigned to a character column are in its own code page.
      return hex(bits(random(bytesOf(first)), random));
    case "nchar":
    case "nvarchar":
      return `CONVERT(${name}(${first}), ${hex(bits(2 * random(bytesOf(first)), random))})`;
    case "ntext":
      return `CONVERT(nvarchar(max), ${hex(bits(2 * random(bytesOf("max")), random))})`;
    case "xml":
      return `N'${node(3, random).replaceAll("'", "''")}'`;
    case "sql_variant":
      return variant(random);
    default:
      return undefined;
  }
}

function variant(random: Random): string {
  const inner = innerTypes[random(innerTypes.length)]!;
  const { collation, letters } = codePages[random(codePages.length)]!;
  if (/^n?(?:var)?char/.test(inner) && random(2) === 0) {
    return `CONVERT(${inner}, N'${letters.slice(random(letters.length))}' COLLATE ${collation})`;
  }
  return `CONVERT(${inner}, ${randomOf(inner, random) ?? "NULL"})`;
}

/** Elements, attributes, text, comments, with the characters that must be written as entities. */
function node(depth: number, random: Random): string {
  const pieces = [
    "text",
    " ",
    "&#10;",
    "&#13;",
    "&#9;x",
    "&amp;",
    "&lt;",
    "&gt;",
    "\"'",
    "é😀",
    "<!-- c -->",
    "<?p i?>",
    "<b/>",
  ];
  const parts = range(random(5)).map(() => {
    if (depth === 0 || random(3) > 0) return pieces[random(pieces.length)]!;
    const attribute = random(2) === 0 ? "" : ` a="${pieces[2 + random(4)]} '"`;
    return `<e${depth}${attribute}>${node(depth - 1, random)}</e${depth}>`;
  });
  return parts.join("");
}

function bits(count: number, random: Random): Buffer {
  return Buffer.from(range(count).map(() => random(256)));
}

function hex(bytes: Buffer): string {
  return `0x${bytes.toString("hex")}`;
}

/** How many characters or bytes to make at most; of (max) types more than fit into a page. */
function bytesOf(size: string | undefined): number {
  return size === undefined || size === "max" ? 9000 : Math.min(Number(size), 300) + 1;
}

function signed(value: bigint, scale: number): string {
  return value < 0n ? `-${decimalText(String(-value), scale)}` : decimalText(String(value), scale);
}

function double(random: Random): string {
  const value = bits(8, random).readDoubleLE();
  return number(Number.isFinite(value) ? value : -0);
}

function single(random: Random): string {
  const value = bits(4, random).readFloatLE();
  return number(Number.isFinite(value) ? value : -0);
}

/** A negative zero is no literal. */
function number(value: number): string {
  return Object.is(value, -0) ? "0E0 * -1E0" : floatText(value);
}

/** Days since 0001-01-01. */
function day(number: number): string {
  const date = new Date(0);
  date.setUTCFullYear(1, 0, 1 + number);
  return date.toISOString().slice(0, 10);
}

function time(second: number, scale: number, random: Random): string {
  const parts = [Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60];
  const text = parts.map((part) => String(part).padStart(2, "0")).join(":");
  return scale === 0 ? text : `${text}.${String(random(10 ** scale)).padStart(scale, "0")}`;
}

function offset(random: Random): string {
  const minutes = random(841);
  const [hour, minute] = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, "0"));
  return `${random(2) === 0 ? "-" : "+"}${hour}:${minute}`;
}
