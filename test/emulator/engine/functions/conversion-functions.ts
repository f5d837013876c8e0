import { createHash, randomBytes, randomUUID } from "node:crypto";
import {
  isClr,
  maxLength,
  SQL_VARIANT,
  TINYINT,
  typeFamily,
  UNIQUEIDENTIFIER,
  varbinary,
  INT,
  nvarchar,
} from "../../values/coerce-type.ts";
import { storedBytes } from "../../values/coerce-string.ts";
import { sqlError } from "../../values/error-table.ts";
import { parseDecimal } from "../../values/coerce-number.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { SqlType, SqlValue, SqlVariant } from "../../values/sql-type.ts";
import { formatMessage } from "./format-message.ts";
import type { ScalarFunction } from "./scalar-function.ts";

/** Hashes, identifiers, sql_variant, and what tells about values. */

const HASHES: Record<string, string> = {
  MD5: "md5",
  SHA1: "sha1",
  SHA: "sha1",
  SHA2_256: "sha256",
  SHA2_512: "sha512",
};

function hashBytes(algorithm: string, value: SqlValue, type: SqlType): SqlValue {
  const name = HASHES[algorithm.toUpperCase()];
  if (name === undefined) return null;
  const bytes = typeof value === "string" ? storedBytes(value, type) : (value as Buffer);
  return createHash(name).update(bytes).digest();
}

function numericText(text: string): number {
  if (/^\s*[+-]?\s*[$£€¥]?\s*(\d[\d,]*\.?\d*|\.\d+)\s*$/.test(text)) return 1;
  if (/^\s*[+-]?(\d+\.?\d*|\.\d+)[eEdD][+-]?\d+\s*$/.test(text)) return 1;
  return parseDecimal(text, 0) === undefined ? 0 : 1;
}

function variantProperty(value: SqlValue, type: SqlType, property: string): SqlValue {
  if (isClr(type)) throw sqlError(206, type.name, "sql_variant");
  const inner: SqlVariant = type.name === "sql_variant" ? (value as SqlVariant) : { type, value };
  const base = inner.type;
  const number = (n: number): SqlVariant => ({ type: INT, value: n });
  switch (property.toLowerCase()) {
    case "basetype": {
      const name = base.name === "rowversion" ? "timestamp" : base.name;
      return { type: nvarchar(128), value: name };
    }
    case "precision":
      return number(precisionOf(base));
    case "scale":
      return number(scaleOfType(base));
    case "maxlength":
      return number(maxLength(base));
    case "collation":
      return typeFamily(base) === "string" && base.collation !== undefined
        ? { type: nvarchar(128), value: base.collation }
        : null;
    case "totalbytes":
      throw new Unsupported("SQL_VARIANT_PROPERTY TotalBytes");
    default:
      return null;
  }
}

const PRECISIONS: Partial<Record<SqlType["name"], number>> = {
  bit: 1,
  tinyint: 3,
  smallint: 5,
  int: 10,
  bigint: 19,
  money: 19,
  smallmoney: 10,
  real: 24,
  float: 53,
  datetime: 23,
  smalldatetime: 16,
  date: 10,
};

export function precisionOf(type: SqlType): number {
  switch (type.name) {
    case "decimal":
    case "numeric":
      return type.precision ?? 18;
    case "time":
      return (type.scale ?? 7) === 0 ? 8 : 9 + (type.scale ?? 7);
    case "datetime2":
      return (type.scale ?? 7) === 0 ? 19 : 20 + (type.scale ?? 7);
    case "datetimeoffset":
      return (type.scale ?? 7) === 0 ? 26 : 27 + (type.scale ?? 7);
    default:
      return PRECISIONS[type.name] ?? 0;
  }
}

export function scaleOfType(type: SqlType): number {
  if (type.name === "money" || type.name === "smallmoney") return 4;
  return type.name === "datetime" ? 3 : (type.scale ?? 0);
}

/** Version 1-like: rising within the server, as NEWSEQUENTIALID promises no more. */
function sequentialId(counter: number): string {
  const tail = counter.toString(16).toUpperCase().padStart(8, "0");
  return `${tail}-5E0D-F011-8000-000000000001`;
}

export const conversionFunctions: readonly ScalarFunction[] = [
  {
    name: "HASHBYTES",
    parameters: ["string", "any"],
    result: varbinary(8000),
    mayBeNull: true,
    evaluate: ([algorithm, value], _, types) => {
      const family = typeFamily(types[1]!);
      if (family !== "string" && family !== "binary") throw sqlError(8116, types[1]!.name, 2, "hashbytes");
      return hashBytes(algorithm as string, value!, types[1]!);
    },
  },
  { name: "NEWID", parameters: [], result: UNIQUEIDENTIFIER, evaluate: () => randomUUID().toUpperCase() },
  {
    name: "NEWSEQUENTIALID",
    parameters: [],
    result: UNIQUEIDENTIFIER,
    evaluate: (_, runtime) => sequentialId(runtime.nextSequentialId()),
  },
  { name: "CRYPT_GEN_RANDOM", parameters: [INT], result: varbinary(8000), evaluate: ([n]) => randomBytes(n as number) },
  {
    name: "ISNUMERIC",
    parameters: ["any"],
    result: INT,
    handlesNull: true,
    evaluate: ([value], _, [type]) => {
      if (value === null) return 0;
      const family = typeFamily(type!);
      if (family === "string") return numericText(value as string);
      return family === "integer" || family === "decimal" || family === "money" || family === "float" ? 1 : 0;
    },
  },
  {
    name: "SQL_VARIANT_PROPERTY",
    parameters: ["any", "string"],
    result: SQL_VARIANT,
    mayBeNull: true,
    evaluate: ([value, property], _, [type]) => variantProperty(value!, type!, property as string),
  },
  {
    name: "FORMATMESSAGE",
    parameters: ["string", "any"],
    optional: 1,
    variadic: true,
    handlesNull: true,
    result: nvarchar(2048),
    evaluate: ([pattern, ...args]) => (pattern === null ? null : formatMessage(pattern as string, args)),
  },
  {
    name: "GET_BIT",
    parameters: ["any", INT],
    result: TINYINT,
    evaluate: ([value, at], _, [type]) => {
      if (typeFamily(type!) !== "integer") throw sqlError(8116, type!.name, 1, "get_bit");
      return Number((BigInt(value as number | bigint) >> BigInt(at as number)) & 1n);
    },
  },
];
