import type { Expression, Predicate } from "../../tsql/ast-expressions.ts";
import { printDefinition, type PrintOptions } from "../../tsql/print-definition.ts";
import { Unsupported } from "../../values/sql-error.ts";

/** How the catalog shows a default, check or computed column. */
export function definitionText(expression: Expression, written: string): string {
  return shownOr(expression, written, {});
}

export function predicateDefinition(predicate: Predicate, written: string): string {
  return shownOr(predicate, written, {});
}

/** Of a filtered index. */
export function filterDefinition(predicate: Predicate, written: string): string {
  return shownOr(predicate, written, { filter: true });
}

/** A kind of expression that is not printed stays as it was written, which is as good to execute. */
function shownOr(node: Expression | Predicate, written: string, options: PrintOptions): string {
  try {
    return printDefinition(node, options);
  } catch (error) {
    if (error instanceof Unsupported) return `(${written})`;
    throw error;
  }
}
