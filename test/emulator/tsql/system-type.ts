import type { SqlType, SqlTypeName } from "../values/sql-type.ts";
import type { DataTypeNode } from "./ast-names.ts";
import { typeError } from "./syntax-error.ts";

/** Where a type stands decides the length of `varchar` and the like without one: 1 in a declaration, 30 in CAST and CONVERT. */
export type TypeUse = "declaration" | "cast";

/** Whose size it is, for the error texts. */
type TypeOwner = readonly [kind: "type" | "column", name: string];

const synonyms: ReadonlyMap<string, SqlTypeName> = new Map<string, SqlTypeName>([
  ["integer", "int"],
  ["dec", "decimal"],
  ["double precision", "float"],
  ["timestamp", "rowversion"],
  ["character", "char"],
  ["character varying", "varchar"],
  ["char varying", "varchar"],
  ["national char", "nchar"],
  ["national character", "nchar"],
  ["national char varying", "nvarchar"],
  ["national character varying", "nvarchar"],
  ["national text", "ntext"],
  ["binary varying", "varbinary"],
]);

const plainTypes: ReadonlySet<string> = new Set([
  "bit",
  "tinyint",
  "smallint",
  "int",
  "bigint",
  "money",
  "smallmoney",
  "real",
  "date",
  "datetime",
  "smalldatetime",
  "text",
  "ntext",
  "image",
  "uniqueidentifier",
  "xml",
  "sql_variant",
  "rowversion",
  "hierarchyid",
  "geography",
  "geometry",
]);

/** Longest (n) that may be written. */
const lengthLimits: ReadonlyMap<string, number> = new Map([
  ["char", 8000],
  ["varchar", 8000],
  ["nchar", 4000],
  ["nvarchar", 4000],
  ["binary", 8000],
  ["varbinary", 8000],
]);

/**
 * The built-in type that a type node names (`column`: for the error texts, where it is a column's), with the server's default lengths, precisions and scales; `sysname` is nvarchar(128).
 * @returns undefined when the name is not a built-in type: an alias or table type, or a CLR type of a user
 * @throws SqlError 131, 192, 1001, 1002, 2716, 2717, 2750
 */
export function systemType(node: DataTypeNode, use: TypeUse, column?: string): SqlType | undefined {
  const owner: TypeOwner = column === undefined ? ["type", node.name.toLowerCase()] : ["column", column];
  const written = node.name.toLowerCase();
  if (node.schema !== undefined && node.schema.toLowerCase() !== "sys") return undefined;
  if (written === "sysname") return noArguments(node, { name: "nvarchar", length: 128 });
  const name = synonyms.get(written) ?? (written as SqlTypeName);
  const [first, second] = node.arguments;
  const limit = lengthLimits.get(name);
  if (limit !== undefined) {
    if (second !== undefined) throw typeError.width(node.name);
    return { name, length: lengthOf(first, name, owner, limit, use) };
  }
  switch (name) {
    case "decimal":
    case "numeric": {
      const precision = numberOf(first, 18);
      const scale = numberOf(second, 0);
      if (precision > 38) throw typeError.precision(precision, 38);
      if (precision < 1) throw typeError.invalidLength(precision);
      if (scale > precision) throw typeError.scaleAbovePrecision();
      return { name, precision, scale };
    }
    case "float": {
      const bits = numberOf(first, 53);
      if (second !== undefined) throw typeError.width(node.name);
      if (bits < 1) throw typeError.invalidLength(bits);
      if (bits > 53) throw typeError.precision(bits, 53);
      return bits <= 24 ? { name: "real" } : { name: "float" };
    }
    case "time":
    case "datetime2":
    case "datetimeoffset": {
      const scale = numberOf(first, 7);
      if (second !== undefined) throw typeError.width(node.name);
      if (scale > 7) throw typeError.scale(scale);
      return { name, scale };
    }
    default:
      return plainTypes.has(name) ? noArguments(node, { name }) : undefined;
  }
}

function lengthOf(
  written: number | "max" | undefined,
  name: SqlTypeName,
  owner: TypeOwner,
  limit: number,
  use: TypeUse,
): number {
  if (written === undefined) return use === "cast" ? 30 : 1;
  if (written === "max") {
    if (name !== "varchar" && name !== "nvarchar" && name !== "varbinary") throw typeError.incorrectMax();
    return -1;
  }
  if (written < 1) throw typeError.invalidLength(written);
  if (written > 8000) throw typeError.sizeForAny(written, ...owner);
  if (written > limit) throw typeError.size(written, ...owner, limit);
  return written;
}

function numberOf(argument: number | "max" | undefined, otherwise: number): number {
  if (argument === "max") throw typeError.incorrectMax();
  return argument ?? otherwise;
}

function noArguments(node: DataTypeNode, type: SqlType): SqlType {
  if (node.arguments.length > 0) throw typeError.width(node.name);
  return type;
}
