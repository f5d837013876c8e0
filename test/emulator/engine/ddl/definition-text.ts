import type { Expression, Predicate } from "../../tsql/ast-expressions.ts";
import type { DataTypeNode, ObjectName } from "../../tsql/ast-names.ts";

/**
 * How the catalog shows a default, check or computed column: written anew from its tree, in parentheses, names in
 * brackets, numbers in parentheses of their own, `CAST` as `CONVERT` ("sys.default_constraints", and what servers return).
 */
export function definitionText(expression: Expression, written: string): string {
  return enclosed(tryText(() => expressionText(expression)) ?? written);
}

export function predicateDefinition(predicate: Predicate, written: string): string {
  return enclosed(tryText(() => predicateText(predicate)) ?? written);
}

function enclosed(text: string): string {
  return `(${text})`;
}

/** A kind of expression that is not printed here: the text stays as it was written, which is as good to execute. */
class NotPrinted extends Error {}

function tryText(print: () => string): string | undefined {
  try {
    return print();
  } catch (error) {
    if (error instanceof NotPrinted) return undefined;
    throw error;
  }
}

const bracketed = (name: string): string => `[${name.replace(/\]/g, "]]")}]`;

function nameText(name: ObjectName): string {
  return [name.database, name.schema, name.name]
    .filter((part) => part !== undefined)
    .map(bracketed)
    .join(".");
}

function typeText(type: DataTypeNode): string {
  const name =
    type.schema === undefined
      ? bracketed(type.name.toLowerCase())
      : `${bracketed(type.schema)}.${bracketed(type.name)}`;
  return type.arguments.length === 0 ? name : `${name}(${type.arguments.join(",")})`;
}

function list(expressions: readonly Expression[]): string {
  return expressions.map(expressionText).join(",");
}

/** Looser operators inside tighter ones keep their parentheses. */
const STRENGTH: Record<string, number> = { "*": 3, "/": 3, "%": 3, "+": 2, "-": 2, "&": 2, "|": 2, "^": 2 };

function operand(expression: Expression, strength: number, right: boolean): string {
  const text = expressionText(expression);
  if (expression.kind !== "binary") return text;
  const own = STRENGTH[expression.operator]!;
  return own < strength || (right && own === strength) ? `(${text})` : text;
}

export function expressionText(expression: Expression): string {
  switch (expression.kind) {
    case "literal": {
      if (expression.value === null) return "NULL";
      if (typeof expression.value === "string") return expression.text;
      if (Buffer.isBuffer(expression.value)) return expression.text;
      return `(${expression.text})`;
    }
    case "column":
      return bracketed(expression.name);
    case "global-variable":
      return expression.name;
    case "unary":
      return `${expression.operator}${expressionText(expression.operand)}`;
    case "binary": {
      const strength = STRENGTH[expression.operator]!;
      return `${operand(expression.left, strength, false)}${expression.operator}${operand(expression.right, strength, true)}`;
    }
    case "function-call": {
      if (expression.star || expression.distinct || expression.over || expression.withinGroup) throw new NotPrinted();
      const plain = /^(current_timestamp|current_user|session_user|system_user|user)$/i.test(expression.name.name);
      if (plain && expression.arguments.length === 0) {
        return expression.name.name.toLowerCase() === "current_timestamp"
          ? "getdate()"
          : `${expression.name.name.toLowerCase()}()`;
      }
      const name =
        expression.name.schema === undefined ? expression.name.name.toLowerCase() : nameText(expression.name);
      return `${name}(${list(expression.arguments)})`;
    }
    case "date-part":
      return expression.name;
    case "cast": {
      if (expression.function !== "cast" && expression.function !== "convert") throw new NotPrinted();
      const style = expression.style ? `,${expressionText(expression.style)}` : "";
      return `CONVERT(${typeText(expression.type)},${expressionText(expression.operand)}${style})`;
    }
    case "collate":
      return `${expressionText(expression.operand)} COLLATE ${expression.collation}`;
    case "case": {
      const branches =
        expression.input === undefined
          ? expression.branches.map(
              (branch) => ` when ${predicateText(branch.when)} then ${expressionText(branch.then)}`,
            )
          : expression.branches.map(
              (branch) => ` when ${expressionText(branch.when)} then ${expressionText(branch.then)}`,
            );
      const input = expression.input === undefined ? "" : ` ${expressionText(expression.input)}`;
      const otherwise = expression.otherwise ? ` else ${expressionText(expression.otherwise)}` : "";
      return `case${input}${branches.join("")}${otherwise} end`;
    }
    case "next-value":
      return `NEXT VALUE FOR ${nameText(expression.sequence)}`;
    default:
      throw new NotPrinted();
  }
}

function nested(predicate: Predicate, inside: "and" | "or" | "not"): string {
  const text = predicateText(predicate);
  if (predicate.kind === "or" && inside !== "or") return `(${text})`;
  return predicate.kind === "and" && inside === "not" ? `(${text})` : text;
}

export function predicateText(predicate: Predicate): string {
  switch (predicate.kind) {
    case "comparison":
      return `${expressionText(predicate.left)}${predicate.operator}${expressionText(predicate.right)}`;
    case "and":
      return predicate.operands.map((each) => nested(each, "and")).join(" AND ");
    case "or":
      return predicate.operands.map((each) => nested(each, "or")).join(" OR ");
    case "not":
      return `NOT ${nested(predicate.operand, "not")}`;
    case "is-null":
      return `${expressionText(predicate.operand)} IS${predicate.negated ? " NOT" : ""} NULL`;
    case "between": {
      if (predicate.negated) throw new NotPrinted();
      const value = expressionText(predicate.operand);
      return `${value}>=${expressionText(predicate.low)} AND ${value}<=${expressionText(predicate.high)}`;
    }
    case "in-list": {
      if (predicate.negated) throw new NotPrinted();
      const value = expressionText(predicate.operand);
      return [...predicate.values]
        .reverse()
        .map((each) => `${value}=${expressionText(each)}`)
        .join(" OR ");
    }
    case "like": {
      const escape = predicate.escape ? ` ESCAPE ${expressionText(predicate.escape)}` : "";
      return `${predicate.negated ? "NOT " : ""}${expressionText(predicate.operand)} like ${expressionText(predicate.pattern)}${escape}`;
    }
    default:
      throw new NotPrinted();
  }
}
