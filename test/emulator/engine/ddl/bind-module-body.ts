import type { DatabaseObject } from "../../storage/database-model.ts";
import type { DeclareStatement } from "../../tsql/ast-control.ts";
import type { Statement } from "../../tsql/ast.ts";
import { SqlError, Unsupported } from "../../values/sql-error.ts";
import { compileDelete } from "../dml/delete-statement.ts";
import { compileInsert } from "../dml/insert-statement.ts";
import { compileMerge } from "../dml/merge-statement.ts";
import { compileUpdate } from "../dml/update-statement.ts";
import { compileExpression } from "../expressions/expression.ts";
import { compilePredicate } from "../expressions/predicate.ts";
import type { ModuleStatement } from "../procedures/module-body.ts";
import { NO_OUTPUT } from "../procedures/user-functions.ts";
import { Scope } from "../session/scope.ts";
import type { Session } from "../session/session.ts";
import { compileSelectStatement } from "../statements/select-statement.ts";
import { noColumns } from "../statements/variable-statements.ts";
import { StatementContext } from "../statement-context.ts";
import { createTableVariable, dropLocalTables, tableTypeOf, temporaryCopy } from "../tables/create-local-table.ts";

/**
 * What binding a statement of a body finds when the module is created: columns that tables which are there do not have, FOR SYSTEM_TIME on a
 * table that is not temporal, writing to a table-valued parameter. All else, and every statement that names a table or function that is not there, waits until it runs
 * ("CREATE PROCEDURE": deferred name resolution).
 */
const FOUND_AT_CREATION: ReadonlySet<number> = new Set([207, 209, 4104, 10700, 13544]);

type BodyStatement = Exclude<ModuleStatement, { kind: "create-view" }>;

/**
 * Binds the body of a procedure, trigger, or function with statements; the session is in the module's frame.
 * @param parent the trigger's table or view
 * @throws SqlError 2715 for a variable's type that is not there, and those of `FOUND_AT_CREATION`
 */
export function bindModuleBody(statement: BodyStatement, parent: DatabaseObject | undefined, session: Session): void {
  const scope = new Scope("function", undefined, {
    name: statement.name.name,
    id: 0,
    ...(parent?.kind === "table"
      ? {
          trigger: {
            tableId: parent.objectId,
            inserted: temporaryCopy(parent, [], session),
            deleted: temporaryCopy(parent, [], session),
            updated: new Set<string>(),
          },
        }
      : {}),
  });
  const binder = new BodyBinder(session, scope);
  try {
    if (statement.kind !== "create-trigger") {
      statement.parameters.forEach(({ name, type, readOnly }, at) => binder.declare(name, type, at + 1, readOnly));
    }
    if (statement.kind !== "create-function") binder.bind(statement.body);
    else if (statement.returns.kind === "scalar-function") binder.bind(statement.returns.body);
    else if (statement.returns.kind === "table-function") {
      binder.declareTable(statement.returns.variable, statement.returns.table);
      binder.bind(statement.returns.body);
    }
  } finally {
    dropLocalTables(scope, session);
  }
}

class BodyBinder {
  readonly #session: Session;
  readonly #scope: Scope;

  constructor(session: Session, scope: Scope) {
    this.#session = session;
    this.#scope = scope;
  }

  declare(name: string, type: Parameters<StatementContext["dataType"]>[0], number: number, readOnly = false): void {
    if (this.#scope.variables.has(name.toLowerCase())) return;
    const shape = tableTypeOf(type, this.#session);
    if (shape) {
      createTableVariable(name, shape, this.#execution(), readOnly);
      return;
    }
    const context = new StatementContext(this.#session, this.#scope);
    this.#scope.declare({ name, type: context.dataType(type, "declaration", number), value: null });
  }

  declareTable(name: string, table: Parameters<typeof createTableVariable>[1]): void {
    if (!this.#scope.variables.has(name.toLowerCase())) createTableVariable(name, table, this.#execution());
  }

  bind(statements: readonly Statement[]): void {
    for (const statement of statements) this.#bind(statement);
  }

  #execution() {
    return { session: this.#session, scope: this.#scope, output: NO_OUTPUT, inProcedure: true };
  }

  #bind(statement: Statement): void {
    switch (statement.kind) {
      case "declare":
        return this.#declareAll(statement);
      case "block":
        return this.bind(statement.statements);
      case "try":
        this.bind(statement.body);
        this.bind(statement.handler);
        return;
      case "if":
        this.#compile((context) => compilePredicate(statement.condition, noColumns(context)));
        this.#bind(statement.then);
        if (statement.otherwise) this.#bind(statement.otherwise);
        return;
      case "while":
        this.#compile((context) => compilePredicate(statement.condition, noColumns(context)));
        this.#bind(statement.body);
        return;
      case "set-variable":
        return this.#compile((context) => compileExpression(statement.value, noColumns(context)));
      case "return": {
        const { value } = statement;
        if (value) this.#compile((context) => compileExpression(value, noColumns(context)));
        return;
      }
      case "select":
        return this.#compile((context) => compileSelectStatement(statement, context));
      case "insert":
        if (statement.source.kind === "insert-execute") return;
        return this.#compile((context) => compileInsert(statement, context, undefined));
      case "update":
        return this.#compile((context) => compileUpdate(statement, context));
      case "delete":
        return this.#compile((context) => compileDelete(statement, context));
      case "merge":
        return this.#compile((context) => compileMerge(statement, context));
      default:
        return;
    }
  }

  #declareAll(statement: DeclareStatement): void {
    statement.variables.forEach((variable, at) => {
      if (variable.kind === "table-variable-declaration") return this.declareTable(variable.name, variable.table);
      this.declare(variable.name, variable.type, at + 1);
      const { initial } = variable;
      if (initial) this.#compile((context) => compileExpression(initial, noColumns(context)));
    });
  }

  #compile(compile: (context: StatementContext) => unknown): void {
    try {
      compile(new StatementContext(this.#session, this.#scope));
    } catch (error) {
      if (error instanceof Unsupported) return;
      if (!(error instanceof SqlError)) throw error;
      if (FOUND_AT_CREATION.has(error.number)) throw error;
    }
  }
}
