import type { Statement } from "./ast.ts";
import { syntaxError } from "./syntax-error.ts";

/** Labels are unique in a batch or module, and a GOTO finds its own. @throws SqlError 132, 133 */
export function checkLabels(statements: readonly Statement[]): void {
  const labels = new Set<string>();
  const jumps: { label: string; line: number }[] = [];
  visit(statements, (statement) => {
    if (statement.kind === "label") {
      const label = statement.label.toLowerCase();
      if (labels.has(label)) throw syntaxError.labelDeclared(statement.label, statement.line);
      labels.add(label);
    } else if (statement.kind === "goto") {
      jumps.push(statement);
    }
  });
  for (const { label, line } of jumps) {
    if (!labels.has(label.toLowerCase())) throw syntaxError.labelMissing(label, line);
  }
}

function visit(statements: readonly Statement[], look: (statement: Statement) => void): void {
  for (const statement of statements) {
    look(statement);
    visit(innerStatements(statement), look);
  }
}

function innerStatements(statement: Statement): readonly Statement[] {
  switch (statement.kind) {
    case "if":
      return statement.otherwise === undefined ? [statement.then] : [statement.then, statement.otherwise];
    case "while":
      return [statement.body];
    case "block":
      return statement.statements;
    case "try":
      return [...statement.body, ...statement.handler];
    case "create-procedure":
    case "create-trigger":
      return statement.body;
    case "create-function":
      return "body" in statement.returns ? statement.returns.body : [];
    default:
      return [];
  }
}
