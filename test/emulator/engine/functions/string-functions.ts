import { isCaseSensitive } from "../../values/collation.ts";
import { cutToType, storedBytes } from "../../values/coerce-string.ts";
import { concatType, INT, BIGINT, FLOAT, isUnicode, nvarchar, varchar } from "../../values/coerce-type.ts";
import { sqlError } from "../../values/error-table.ts";
import type { SqlType, SqlValue } from "../../values/sql-type.ts";
import { likePattern } from "../like-pattern.ts";
import { soundex } from "./soundex.ts";
import type { FunctionOperand, ScalarFunction } from "./scalar-function.ts";

/** "String functions (Transact-SQL)". Positions count UTF-16 units, as without an _SC collation. */

const isMax = (type: SqlType): boolean => type.length === -1 || type.name === "text" || type.name === "ntext";
const positionType = (operands: readonly FunctionOperand[]): SqlType => (isMax(operands[1]!.type) ? BIGINT : INT);
const firstType = ([first]: readonly FunctionOperand[]): SqlType => variableLength(first!.type);

/** char becomes varchar, nchar nvarchar. */
function variableLength(type: SqlType): SqlType {
  if (type.name === "char" || type.name === "text") return { ...type, name: "varchar", length: type.length ?? -1 };
  if (type.name === "nchar" || type.name === "ntext") return { ...type, name: "nvarchar", length: type.length ?? -1 };
  return type;
}

/** The widest type that is not (max), or (max) where the argument is. */
function widest([first]: readonly FunctionOperand[]): SqlType {
  const type = variableLength(first!.type);
  return { ...type, length: isMax(first!.type) ? -1 : isUnicode(type) ? 4000 : 8000 };
}

function fold(text: string, type: SqlType): string {
  if (isCaseSensitive(type.collation)) return text;
  const lower = text.toLowerCase();
  return lower.length === text.length
    ? lower
    : [...text].map((c) => (c.toLowerCase().length === c.length ? c.toLowerCase() : c)).join("");
}

/** DATALENGTH would count bytes; LEN leaves trailing blanks out. */
const trimEndBlanks = (text: string): string => {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 32) end--;
  return end === text.length ? text : text.slice(0, end);
};

function substring(args: readonly SqlValue[], types: readonly SqlType[]): SqlValue {
  const source = args[0] as string | Buffer;
  const start = Number(args[1]);
  const length = Number(args[2]);
  if (length < 0) throw sqlError(537);
  const from = Math.max(0, start - 1);
  const to = Math.max(from, start - 1 + length);
  if (Buffer.isBuffer(source)) return Buffer.from(source.subarray(from, to));
  void types;
  return source.slice(from, to);
}

function concat(args: readonly SqlValue[]): string {
  let out = "";
  for (const arg of args) if (arg !== null) out += arg as string;
  return out;
}

function concatResult(operands: readonly FunctionOperand[]): SqlType {
  let result: SqlType | undefined;
  for (const { type } of operands) result = result ? concatType(result, type) : variableLength(type);
  return variableLength(result ?? varchar(1));
}

function trimChars(text: string, chars: string, type: SqlType, left: boolean, right: boolean): string {
  const set = new Set(fold(chars, type));
  const folded = fold(text, type);
  let start = 0;
  let end = text.length;
  if (left) while (start < end && set.has(folded[start]!)) start++;
  if (right) while (end > start && set.has(folded[end - 1]!)) end--;
  return text.slice(start, end);
}

/** STR: right-justified, decimals rounded, asterisks where it does not fit. */
function str(value: number, length: number, decimals: number): string {
  const text = value.toFixed(Math.min(decimals, 16));
  if (text.length <= length) return text.padStart(length);
  const whole = Math.trunc(value).toString();
  if (whole.length > length) return "*".repeat(length);
  const places = Math.max(0, length - whole.length - 1);
  return value.toFixed(places).padStart(length);
}

function quoteName(args: readonly SqlValue[]): SqlValue {
  const text = args[0] as string;
  if (text.length > 128) return null;
  const mark = (args[1] as string | undefined) ?? "[";
  switch (mark[0]) {
    case "[":
    case "]":
    case undefined:
      return `[${text.replace(/\]/g, "]]")}]`;
    case "'":
    case '"':
    case "`":
      return `${mark[0]}${text.replaceAll(mark[0], mark[0] + mark[0])}${mark[0]}`;
    case "(":
    case ")":
      return `(${text.replace(/\)/g, "))")})`;
    case "<":
    case ">":
      return `<${text.replace(/>/g, ">>")}>`;
    case "{":
    case "}":
      return `{${text.replace(/\}/g, "}}")}}`;
    default:
      return null;
  }
}

function replace(args: readonly SqlValue[], types: readonly SqlType[]): string {
  const [source, find, by] = args as [string, string, string];
  if (find === "") return source;
  const folded = fold(source, types[0]!);
  const needle = fold(find, types[0]!);
  let out = "";
  let from = 0;
  for (let at = folded.indexOf(needle); at >= 0; at = folded.indexOf(needle, from)) {
    out += source.slice(from, at) + by;
    from = at + needle.length;
  }
  return from === 0 ? source : out + source.slice(from);
}

function patternIndex(args: readonly SqlValue[], types: readonly SqlType[]): number {
  const [pattern, text] = args as [string, string];
  const type = types[1]!;
  const open = pattern.startsWith("%");
  if (!open) return likePattern(pattern, undefined, isCaseSensitive(type.collation), true).test(text) ? 1 : 0;
  const expression = likePattern(pattern.replace(/^%+/, ""), undefined, isCaseSensitive(type.collation), false);
  const found = new RegExp(expression.source.slice(1), expression.flags).exec(text);
  return found ? found.index + 1 : 0;
}

// prettier-ignore
export const stringFunctions: readonly ScalarFunction[] = [
  { name: "LEN", parameters: ["string"], result: ([a]) => (isMax(a!.type) ? BIGINT : INT), evaluate: ([s], _, [t]) => {
    const length = trimEndBlanks(s as string).length;
    return isMax(t!) ? BigInt(length) : length;
  } },
  { name: "DATALENGTH", parameters: ["any"], result: ([a]) => (isMax(a!.type) ? BIGINT : INT), evaluate: ([v], rt, [t]) => {
    const length = rt.dataLength(v!, t!);
    return isMax(t!) ? BigInt(length) : length;
  } },
  { name: "UPPER", parameters: ["string"], result: firstType, evaluate: ([s]) => simpleCase(s as string, true) },
  { name: "LOWER", parameters: ["string"], result: firstType, evaluate: ([s]) => simpleCase(s as string, false) },
  { name: "LTRIM", parameters: ["string", "string"], optional: 1, result: firstType, evaluate: ([s, c], _, [t]) =>
    c === undefined ? (s as string).replace(/^ +/, "") : trimChars(s as string, c as string, t!, true, false) },
  { name: "RTRIM", parameters: ["string", "string"], optional: 1, result: firstType, evaluate: ([s, c], _, [t]) =>
    c === undefined ? trimEndBlanks(s as string) : trimChars(s as string, c as string, t!, false, true) },
  { name: "TRIM", parameters: ["string", "string"], optional: 1, result: firstType, evaluate: ([s, c], _, [t]) =>
    trimChars(s as string, (c as string | undefined) ?? " ", t!, true, true) },
  { name: "LEFT", parameters: ["string", INT], result: firstType, evaluate: ([s, n]) => {
    if ((n as number) < 0) throw sqlError(536, "left");
    return (s as string).slice(0, n as number);
  } },
  { name: "RIGHT", parameters: ["string", INT], result: firstType, evaluate: ([s, n]) => {
    if ((n as number) < 0) throw sqlError(536, "right");
    return n === 0 ? "" : (s as string).slice(-(n as number));
  } },
  { name: "SUBSTRING", parameters: ["any", BIGINT, BIGINT], result: firstType, evaluate: (a, _, t) => substring(a, t) },
  { name: "CHARINDEX", parameters: ["string", "string", BIGINT], optional: 1, result: positionType, evaluate: ([find, text, start], _, types) => {
    const from = start === undefined ? 0 : Math.max(0, Number(start) - 1);
    const at = find === "" ? -1 : fold(text as string, types[1]!).indexOf(fold(find as string, types[1]!), from);
    return isMax(types[1]!) ? BigInt(at + 1) : at + 1;
  } },
  { name: "PATINDEX", parameters: ["string", "string"], result: positionType, evaluate: (a, _, t) =>
    isMax(t[1]!) ? BigInt(patternIndex(a, t)) : patternIndex(a, t) },
  { name: "REPLACE", parameters: ["string", "string", "string"], result: widest, evaluate: (a, _, t) => replace(a, t) },
  { name: "STUFF", parameters: ["string", INT, INT, "string"], handlesNull: true, result: widest, evaluate: ([s, start, length, by]) => {
    if (s === null || start === null || length === null) return null;
    const [text, at, count] = [s as string, start as number, length as number];
    if (at <= 0 || count < 0 || at > text.length) return null;
    return text.slice(0, at - 1) + ((by as string | null) ?? "") + text.slice(at - 1 + count);
  } },
  { name: "REPLICATE", parameters: ["string", INT], result: widest, evaluate: ([s, n], _, [t]) => {
    if ((n as number) < 0) return null;
    const text = s as string;
    if (isMax(t!)) return text.repeat(n as number);
    const limit = isUnicode(t!) ? 4000 : 8000;
    return cutToType(text.repeat(Math.min(n as number, Math.ceil(limit / Math.max(1, text.length)))), { ...t!, length: limit });
  }, mayBeNull: true },
  { name: "SPACE", parameters: [INT], result: varchar(8000), mayBeNull: true, evaluate: ([n]) =>
    ((n as number) < 0 ? null : " ".repeat(Math.min(n as number, 8000))) },
  { name: "REVERSE", parameters: ["string"], result: firstType, evaluate: ([s]) => (s as string).split("").reverse().join("") },
  { name: "ASCII", parameters: ["string"], result: INT, mayBeNull: true, evaluate: ([s], _, [t]) =>
    ((s as string) === "" ? null : storedBytes((s as string)[0]!, { name: "varchar", length: 1, ...collationOf(t!) })[0]!) },
  { name: "UNICODE", parameters: ["string"], result: INT, mayBeNull: true, evaluate: ([s]) =>
    ((s as string) === "" ? null : (s as string).charCodeAt(0)) },
  { name: "CHAR", parameters: [INT], result: { name: "char", length: 1 }, mayBeNull: true, evaluate: ([n], rt) =>
    ((n as number) < 0 || (n as number) > 255 ? null : rt.decodeByte(n as number)) },
  { name: "NCHAR", parameters: [INT], result: { name: "nchar", length: 1 }, mayBeNull: true, evaluate: ([n]) =>
    ((n as number) < 0 || (n as number) > 65535 ? null : String.fromCharCode(n as number)) },
  { name: "CONCAT", parameters: ["string"], variadic: true, handlesNull: true, mayBeNull: false, result: concatResult, evaluate: (a) => concat(a) },
  { name: "CONCAT_WS", parameters: ["string", "string"], variadic: true, handlesNull: true, mayBeNull: false, result: (o) => {
    const type = concatResult(o);
    return { ...type, length: type.length === -1 ? -1 : isUnicode(type) ? 4000 : 8000 };
  }, evaluate: ([separator, ...rest]) => (rest.filter((v) => v !== null) as string[]).join((separator as string | null) ?? "") },
  { name: "QUOTENAME", parameters: [nvarchar(128), { name: "nvarchar", length: 1 }], optional: 1, result: nvarchar(258), mayBeNull: true, evaluate: quoteName },
  { name: "STR", parameters: [FLOAT, INT, INT], optional: 2, result: varchar(8000), evaluate: ([v, l, d]) =>
    str(v as number, (l as number | undefined) ?? 10, (d as number | undefined) ?? 0) },
  { name: "SOUNDEX", parameters: ["string"], result: varchar(4), evaluate: ([s]) => soundex(s as string) },
  { name: "DIFFERENCE", parameters: ["string", "string"], result: INT, evaluate: ([a, b]) => {
    const [x, y] = [soundex(a as string), soundex(b as string)];
    return [0, 1, 2, 3].filter((at) => x[at] === y[at]).length;
  } },
  { name: "TRANSLATE", parameters: ["string", "string", "string"], result: widest, evaluate: ([s, from, to], _, [t]) => {
    if ((from as string).length !== (to as string).length) throw sqlError(9828);
    const keys = fold(from as string, t!);
    return [...(s as string)].map((c) => { const at = keys.indexOf(fold(c, t!)); return at < 0 ? c : (to as string)[at]!; }).join("");
  } },
];

function collationOf(type: SqlType): { collation?: string } {
  return type.collation === undefined ? {} : { collation: type.collation };
}

/** One unit to one unit: the server never changes a text's length by UPPER or LOWER. */
function simpleCase(text: string, upper: boolean): string {
  const changed = upper ? text.toUpperCase() : text.toLowerCase();
  if (changed.length === text.length) return changed;
  return [...text]
    .map((char) => {
      const one = upper ? char.toUpperCase() : char.toLowerCase();
      return one.length === char.length ? one : char;
    })
    .join("");
}
