import type { Expression, FunctionCall, Predicate } from "../../tsql/ast-expressions.ts";
import { typeFamily } from "../../values/coerce-type.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { SqlType } from "../../values/sql-type.ts";
import { isAggregate } from "../query/grouping.ts";

/** What is known of an expression where it stands in the view. */
export interface ExpressionFacts {
  readonly type: SqlType;
  readonly nullable: boolean;
}

export interface IndexableScope {
  /** `database.schema.view`. */
  readonly view: string;
  readonly factsOf: (expression: Expression) => ExpressionFacts;
}

/** Deterministic with whatever arguments ("Deterministic and nondeterministic functions"). */
// prettier-ignore
const DETERMINISTIC: ReadonlySet<string> = new Set([
  "abs", "acos", "asin", "atan", "atn2", "ceiling", "cos", "cot", "degrees", "exp", "floor", "log", "log10", "pi", "power", "radians", "round",
  "sign", "sin", "sqrt", "square", "tan",
  "isnull", "coalesce", "nullif", "isnumeric", "datalength",
  "dateadd", "datediff", "datediff_big", "day", "month", "year", "eomonth",
  "ascii", "char", "charindex", "concat", "concat_ws", "difference", "left", "len", "lower", "ltrim", "nchar", "patindex", "quotename", "replace",
  "replicate", "reverse", "right", "rtrim", "soundex", "space", "str", "stuff", "substring", "translate", "unicode", "upper",
]);

/** With the name that error 1949 has for them. */
const NONDETERMINISTIC: ReadonlyMap<string, string> = new Map([
  ["getdate", "getdate"],
  ["current_timestamp", "getdate"],
  ["getutcdate", "getutcdate"],
  ["sysdatetime", "sysdatetime"],
  ["sysutcdatetime", "sysutcdatetime"],
  ["sysdatetimeoffset", "sysdatetimeoffset"],
  ["newid", "newid"],
  ["datename", "datename"],
]);

/** Parts that do not depend on SET DATEFIRST or a language. */
// prettier-ignore
const DATE_PARTS: ReadonlySet<string> = new Set([
  "year", "yy", "yyyy", "quarter", "qq", "q", "month", "mm", "m", "dayofyear", "dy", "y", "day", "dd", "d", "hour", "hh", "minute", "mi", "n",
  "second", "ss", "s", "millisecond", "ms", "microsecond", "mcs", "nanosecond", "ns",
]);

/** Styles above 100 are deterministic but for these ("CAST and CONVERT", footnotes on styles). */
const NONDETERMINISTIC_STYLES: ReadonlySet<number> = new Set([106, 107, 109, 113, 130]);

const isDate = (type: SqlType): boolean => typeFamily(type) === "datetime";
const isString = (type: SqlType): boolean => typeFamily(type) === "string";
const isFloat = (type: SqlType): boolean => typeFamily(type) === "float";

/** The aggregate that an expression is, as a whole. */
export function aggregateOf(node: Expression | Predicate): FunctionCall | undefined {
  return node.kind === "function-call" && isAggregate(node) ? node : undefined;
}

type Node = Expression | Predicate;

/** What an expression or condition is made of, one level down. Subqueries have been refused before. */
export function operandsOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case "literal":
    case "column":
    case "date-part":
    case "variable":
      return [];
    case "unary":
    case "not":
    case "is-null":
    case "collate":
      return [node.operand];
    case "binary":
    case "comparison":
    case "is-distinct":
      return [node.left, node.right];
    case "case": {
      const values = node.branches.flatMap((branch): Node[] => [branch.when, branch.then]);
      return [...(node.input ? [node.input] : []), ...values, ...(node.otherwise ? [node.otherwise] : [])];
    }
    case "cast":
      return [node.operand, ...(node.style ? [node.style] : [])];
    case "function-call":
      return node.arguments;
    case "trim":
      return [node.operand, ...(node.characters ? [node.characters] : [])];
    case "and":
    case "or":
      return node.operands;
    case "between":
      return [node.operand, node.low, node.high];
    case "in-list":
      return [node.operand, ...node.values];
    case "like":
      return [node.operand, node.pattern, ...(node.escape ? [node.escape] : [])];
    default:
      throw new Unsupported(`an index on a view with ${node.kind.replaceAll("-", " ")}`);
  }
}

/** Values of one type each that meet there, as a comparison or ISNULL does. */
function meeting(node: Node): readonly Expression[] {
  switch (node.kind) {
    case "binary":
    case "comparison":
    case "is-distinct":
      return [node.left, node.right];
    case "between":
      return [node.operand, node.low, node.high];
    case "in-list":
      return [node.operand, ...node.values];
    case "like":
      return [node.operand, node.pattern];
    case "case":
      return [...node.branches.map((branch) => branch.then), ...(node.otherwise ? [node.otherwise] : [])];
    case "function-call":
      return ["isnull", "coalesce", "nullif"].includes(node.name.name.toLowerCase()) ? node.arguments : [];
    default:
      return [];
  }
}

/**
 * All of an expression is deterministic, and that is known.
 * @throws SqlError 1949, 1963, 1985, 10139; Unsupported where the server's answer is not known
 */
export function requireDeterministic(node: Node, scope: IndexableScope): void {
  switch (node.kind) {
    case "function-call":
      requireKnownFunction(node, scope);
      break;
    case "cast":
      requireExactCast(node, scope);
      break;
    case "method-call":
      if (scope.factsOf(node.target).type.name === "xml") throw sqlError(1985, "index", scope.view);
      throw new Unsupported("an index on a view with a method call");
    case "literal":
      if (isFloat(node.type)) throw new Unsupported("an index on a view with a float constant");
      return;
    default:
      break;
  }
  const types = meeting(node).map((value) => scope.factsOf(value).type);
  const dates = types.filter(isDate);
  if (dates.length > 0 && types.some(isString)) refuseDateText(dates, scope);
  for (const operand of operandsOf(node)) requireDeterministic(operand, scope);
}

function refuseDateText(dates: readonly SqlType[], scope: IndexableScope): never {
  if (dates.some((type) => type.name === "datetime" || type.name === "smalldatetime"))
    throw sqlError(10139, "index", scope.view);
  throw new Unsupported("an index on a view that converts text to a date");
}

function requireKnownFunction(call: FunctionCall, scope: IndexableScope): void {
  if (aggregateOf(call)) return;
  const name = call.name.name.toLowerCase();
  if (call.name.schema !== undefined) throw new Unsupported("an index on a view that calls a user-defined function");
  const nondeterministic = NONDETERMINISTIC.get(name);
  if (nondeterministic !== undefined) throw sqlError(1949, "index", scope.view, nondeterministic);
  const [first] = call.arguments;
  const byPart = name === "datepart" || name.startsWith("datediff") || name === "dateadd";
  if (byPart && first?.kind === "date-part" && !DATE_PARTS.has(first.name))
    throw new Unsupported(`an index on a view with ${name} of ${first.name}`);
  if (name !== "datepart" && !DETERMINISTIC.has(name)) throw new Unsupported(`an index on a view that calls ${name}`);
  const values = call.arguments.filter((argument) => argument.kind !== "date-part");
  const types = values.map((value) => scope.factsOf(value).type);
  if (byPart || ["day", "month", "year", "eomonth"].includes(name)) {
    if (types.some(isString)) throw sqlError(10139, "index", scope.view);
    return;
  }
  const takesValues = ["isnull", "coalesce", "nullif", "datalength"].includes(name);
  if (!takesValues && types.some(isDate)) throw new Unsupported(`an index on a view with ${name} of a date`);
}

/** "CAST and CONVERT": texts and dates meet by a style that says all. */
function requireExactCast(cast: Extract<Expression, { kind: "cast" }>, scope: IndexableScope): void {
  if (cast.function !== "cast" && cast.function !== "convert")
    throw new Unsupported(`an index on a view with ${cast.function.toUpperCase()}`);
  const from = scope.factsOf(cast.operand).type;
  const to = scope.factsOf(cast).type;
  if (!((isDate(from) && isString(to)) || (isString(from) && isDate(to)))) return;
  const { style } = cast;
  if (style === undefined) {
    if (isString(from)) throw sqlError(1963, "index", scope.view);
    throw new Unsupported("an index on a view that converts a date to text without a style");
  }
  const number = style.kind === "literal" ? Number(style.value) : NaN;
  if (!(number > 100) || NONDETERMINISTIC_STYLES.has(number)) throw sqlError(1963, "index", scope.view);
}

/** No float has a part in it: it may be a key ("Create indexed views", deterministic and precise). */
export function isPrecise(node: Node, scope: IndexableScope): boolean {
  if (node.kind === "column" || node.kind === "cast" || node.kind === "function-call") {
    if (isFloat(scope.factsOf(node).type)) return false;
  }
  return operandsOf(node).every((operand) => isPrecise(operand, scope));
}

/** @returns undefined: not known how the server sees it */
export function mayBeNull(expression: Expression, scope: IndexableScope): boolean | undefined {
  switch (expression.kind) {
    case "literal":
      return expression.value === null;
    case "column":
      return scope.factsOf(expression).nullable;
    case "unary":
    case "cast":
      return mayBeNull(expression.operand, scope);
    case "binary":
      return anyNull([expression.left, expression.right], scope);
    case "case":
      return expression.otherwise === undefined
        ? true
        : anyNull([...expression.branches.map((branch) => branch.then), expression.otherwise], scope);
    case "function-call": {
      if (expression.name.name.toLowerCase() !== "isnull") return undefined;
      const parts = expression.arguments.map((argument) => mayBeNull(argument, scope));
      return parts.includes(false) ? false : parts.includes(undefined) ? undefined : true;
    }
    default:
      return undefined;
  }
}

function anyNull(expressions: readonly Expression[], scope: IndexableScope): boolean | undefined {
  const parts = expressions.map((each) => mayBeNull(each, scope));
  return parts.includes(true) ? true : parts.includes(undefined) ? undefined : false;
}
