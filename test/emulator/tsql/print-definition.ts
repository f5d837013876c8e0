import { Unsupported } from "../values/sql-error.ts";
import type { Expression, FunctionCall, Predicate } from "./ast-expressions.ts";
import { printDataType, quoteName } from "./print-data-type.ts";

export interface PrintOptions {
  /** Of a filtered index: IN stays IN; elsewhere the server keeps it as comparisons. */
  readonly filter?: boolean;
}

/**
 * The text that the catalog shows for a default, check, computed column or index filter (sys.default_constraints.definition and the like):
 * in parentheses, names in brackets, numbers in parentheses, built-in functions in lower case, CAST as CONVERT, BETWEEN and IN as
 * comparisons. As seen in Microsoft's AdventureWorks scripts, such as `(isnull(([SubTotal]+[TaxAmt])+[Freight],(0)))`.
 * Printing what was parsed from such a text gives the same text.
 * @throws Unsupported for what cannot stand in such a definition
 */
export function printDefinition(node: Expression | Predicate, options: PrintOptions = {}): string {
  return `(${print(node, options)})`;
}

type Node = Expression | Predicate;

/** Binding strength; an operand of the same strength or less goes into parentheses. */
function strength(node: Node): number {
  switch (node.kind) {
    case "or":
      return 1;
    case "and":
      return 2;
    case "between":
    case "in-list":
      return 2;
    case "not":
      return 3;
    case "comparison":
    case "like":
    case "is-null":
    case "is-distinct":
      return 4;
    case "binary":
      return "*/%".includes(node.operator) ? 6 : 5;
    case "unary":
    case "collate":
    case "at-time-zone":
      return 7;
    default:
      return 8;
  }
}

function operand(node: Node, parent: Node, options: PrintOptions): string {
  const text = print(node, options);
  return strength(node) <= strength(parent) ? `(${text})` : text;
}

function list(nodes: readonly Expression[], options: PrintOptions): string {
  return nodes.map((node) => print(node, options)).join(",");
}

function print(node: Node, options: PrintOptions): string {
  switch (node.kind) {
    case "literal":
      return printLiteral(node.text);
    case "column":
      return node.table === undefined ? quoteName(node.name) : `${quoteName(node.table.name)}.${quoteName(node.name)}`;
    case "global-variable":
      return node.name;
    case "unary":
      return `${node.operator}${operand(node.operand, node, options)}`;
    case "binary":
      return `${operand(node.left, node, options)}${node.operator}${operand(node.right, node, options)}`;
    case "case":
      return printCase(node, options);
    case "cast":
      return printCast(node, options);
    case "collate":
      return `${operand(node.operand, node, options)} collate ${node.collation}`;
    case "at-time-zone":
      return `${operand(node.operand, node, options)} AT TIME ZONE ${operand(node.zone, node, options)}`;
    case "date-part":
      return node.name;
    case "function-call":
      return printCall(node, options);
    case "trim": {
      const side = node.side === undefined ? "" : `${node.side.toUpperCase()} `;
      const characters = node.characters === undefined ? "" : `${print(node.characters, options)} FROM `;
      return `trim(${side}${characters}${print(node.operand, options)})`;
    }
    case "next-value":
      if (node.over !== undefined) break;
      return `NEXT VALUE FOR ${[node.sequence.schema ?? "dbo", node.sequence.name].map(quoteName).join(".")}`;
    case "method-call": {
      const args = node.call ? `(${list(node.arguments, options)})` : "";
      return `${print(node.target, options)}.${quoteName(node.method)}${args}`;
    }
    case "static-method-call":
      return `${printDataType(node.type)}::${quoteName(node.method)}${node.call ? `(${list(node.arguments, options)})` : ""}`;
    default:
      return printPredicate(node, options);
  }
  throw new Unsupported(`${node.kind} in a definition`);
}

function printPredicate(node: Node, options: PrintOptions): string {
  switch (node.kind) {
    case "comparison":
      return `${operand(node.left, node, options)}${node.operator}${operand(node.right, node, options)}`;
    case "and":
    case "or": {
      const word = node.kind === "and" ? " AND " : " OR ";
      return node.operands.map((part) => operand(part, node, options)).join(word);
    }
    case "not":
      return `NOT ${operand(node.operand, node, options)}`;
    case "is-null":
      return `${operand(node.operand, node, options)} IS ${node.negated ? "NOT " : ""}NULL`;
    case "is-distinct": {
      const right = operand(node.right, node, options);
      return `${operand(node.left, node, options)} IS ${node.negated ? "NOT " : ""}DISTINCT FROM ${right}`;
    }
    case "like": {
      const escape = node.escape === undefined ? "" : ` escape ${operand(node.escape, node, options)}`;
      const pattern = operand(node.pattern, node, options);
      return `${operand(node.operand, node, options)}${node.negated ? " NOT" : ""} like ${pattern}${escape}`;
    }
    case "between": {
      const value = comparisonOperand(node.operand, options);
      const [low, high] = [comparisonOperand(node.low, options), comparisonOperand(node.high, options)];
      return node.negated ? `${value}<${low} OR ${value}>${high}` : `${value}>=${low} AND ${value}<=${high}`;
    }
    case "in-list":
      return printIn(node.operand, node.values, node.negated, options);
    case "update-function":
    case "exists":
    case "in-query":
    case "quantified":
    default:
      throw new Unsupported(`${node.kind} in a definition`);
  }
}

/** As operand of a comparison: anything that is no predicate binds tighter. */
function comparisonOperand(node: Expression, options: PrintOptions): string {
  return print(node, options);
}

/** The last value first: that is how the server unrolls the list. */
function printIn(value: Expression, values: readonly Expression[], negated: boolean, options: PrintOptions): string {
  const left = comparisonOperand(value, options);
  if (options.filter === true) {
    return `${left} ${negated ? "NOT " : ""}IN (${values.map((item) => print(item, options)).join(", ")})`;
  }
  const operator = negated ? "<>" : "=";
  const parts = values.toReversed().map((item) => `${left}${operator}${comparisonOperand(item, options)}`);
  return parts.join(negated ? " AND " : " OR ");
}

/** Numbers stand in parentheses, strings and the rest do not. */
function printLiteral(text: string): string {
  if (/^[+-]?\s*[\d.]/.test(text) && !/^0x/i.test(text)) return `(${text.replace(/\s+/g, "")})`;
  if (/^[$£€]|^-\s*[$£€]/u.test(text)) return `(${text.replace(/\s+/g, "")})`;
  if (/^null$/i.test(text)) return "NULL";
  return text.startsWith("n'") ? `N${text.slice(1)}` : text;
}

function printCase(node: Extract<Expression, { kind: "case" }>, options: PrintOptions): string {
  const input = node.input === undefined ? "" : ` ${print(node.input, options)}`;
  const branches = node.branches.map(
    (branch) => ` when ${print(branch.when, options)} then ${print(branch.then, options)}`,
  );
  const otherwise = node.otherwise === undefined ? "" : ` else ${print(node.otherwise, options)}`;
  return `case${input}${branches.join("")}${otherwise} end`;
}

function printCast(node: Extract<Expression, { kind: "cast" }>, options: PrintOptions): string {
  const type = printDataType(node.type);
  const value = print(node.operand, options);
  const culture = node.culture === undefined ? "" : ` USING ${print(node.culture, options)}`;
  const style = node.style === undefined ? "" : `,${print(node.style, options)}`;
  switch (node.function) {
    case "cast":
    case "convert":
      return `CONVERT(${type},${value}${style})`;
    case "try_cast":
    case "try_convert":
      return `TRY_CONVERT(${type},${value}${style})`;
    case "parse":
      return `PARSE(${value} AS ${type}${culture})`;
    case "try_parse":
      return `TRY_PARSE(${value} AS ${type}${culture})`;
  }
}

/** Functions that the server shows under another name. */
const shownAs: ReadonlyMap<string, string> = new Map([
  ["current_timestamp", "getdate"],
  ["current_user", "user_name"],
  ["user", "user_name"],
  ["session_user", "user_name"],
  ["system_user", "suser_sname"],
]);

function printCall(node: FunctionCall, options: PrintOptions): string {
  if (node.star || node.distinct || node.over !== undefined || node.withinGroup !== undefined) {
    throw new Unsupported(`${node.name.name} with OVER, DISTINCT or * in a definition`);
  }
  const args = list(node.arguments, options);
  if (node.name.schema !== undefined) return `${[node.name.schema, node.name.name].map(quoteName).join(".")}(${args})`;
  const name = node.name.name.toLowerCase();
  return `${shownAs.get(name) ?? name}(${args})`;
}
