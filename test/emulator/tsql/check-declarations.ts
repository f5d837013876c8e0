import type { Statement } from "./ast.ts";
import { syntaxError } from "./syntax-error.ts";

/**
 * What holds for a batch or module as a whole: labels are unique and a GOTO finds its own; a variable is declared once, wherever the
 * DECLARE stands, and not under a parameter's name. @throws SqlError 132, 133, 134
 */
export function checkDeclarations(statements: readonly Statement[]): void {
  const labels = new Set<string>();
  const variables = new Set<string>();
  const jumps: { label: string; line: number }[] = [];
  visit(statements, (statement) => {
    if (statement.kind === "label") {
      const label = statement.label.toLowerCase();
      if (labels.has(label)) throw syntaxError.labelDeclared(statement.label, statement.line);
      labels.add(label);
    } else if (statement.kind === "goto") {
      jumps.push(statement);
    } else {
      for (const name of declaredNames(statement)) {
        // Variable names are compared by the collation of the instance, which is taken as insensitive to case.
        const key = name.toLowerCase();
        if (variables.has(key)) throw syntaxError.variableDeclared(name, statement.line);
        variables.add(key);
      }
    }
  });
  for (const { label, line } of jumps) {
    if (!labels.has(label.toLowerCase())) throw syntaxError.labelMissing(label, line);
  }
}

function declaredNames(statement: Statement): readonly string[] {
  switch (statement.kind) {
    case "declare":
      return statement.variables.map((variable) => variable.name);
    case "create-procedure":
    case "create-function": {
      const names = statement.parameters.map((parameter) => parameter.name);
      const returns = statement.kind === "create-function" ? statement.returns : undefined;
      return returns?.kind === "table-function" ? [...names, returns.variable] : names;
    }
    default:
      return [];
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
