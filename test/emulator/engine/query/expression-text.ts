import type { Expression } from "../../tsql/ast-expressions.ts";
import type { ExpressionEnv } from "../expressions/expression-env.ts";

/**
 * One text for expressions that mean the same in a scope: how an expression of the select list is recognised as one of GROUP BY.
 * @returns undefined for kinds that are never recognised
 */
export function expressionText(expression: Expression, env: ExpressionEnv): string | undefined {
  switch (expression.kind) {
    case "literal":
      return `${expression.type.name}:${expression.text}`;
    case "column":
      return env.column(expression).text;
    case "variable":
      return expression.name.toLowerCase();
    case "unary":
      return joined(expression.operator, [expression.operand], env);
    case "binary":
      return joined(expression.operator, [expression.left, expression.right], env);
    case "cast":
      return joined(
        `${expression.function} ${expression.type.name} ${expression.type.arguments.join()}`,
        [expression.operand, ...(expression.style ? [expression.style] : [])],
        env,
      );
    case "collate":
      return joined(`collate ${expression.collation.toLowerCase()}`, [expression.operand], env);
    case "date-part":
      return expression.name;
    case "trim":
      return joined(
        `trim ${expression.side ?? ""}`,
        [expression.operand, ...(expression.characters ? [expression.characters] : [])],
        env,
      );
    case "function-call":
      if (expression.over || expression.star || expression.distinct) return undefined;
      return joined(`${expression.name.schema ?? ""}.${expression.name.name.toLowerCase()}`, expression.arguments, env);
    default:
      return undefined;
  }
}

function joined(head: string, parts: readonly Expression[], env: ExpressionEnv): string | undefined {
  const texts = parts.map((part) => expressionText(part, env));
  return texts.some((text) => text === undefined) ? undefined : `${head}(${texts.join(",")})`;
}
