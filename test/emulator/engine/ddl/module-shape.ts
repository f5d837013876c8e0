import type { Column, FunctionObject, Parameter, ProcedureObject, ViewObject } from "../../storage/database-model.ts";
import type {
  CreateFunctionStatement,
  CreateProcedureStatement,
  CreateViewStatement,
  ModuleParameter,
} from "../../tsql/ast-modules.ts";
import { withCoverage } from "../../tsql/coverage.ts";
import { systemType } from "../../tsql/system-type.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { OutputColumn } from "../expressions/expression-env.ts";
import { moduleStatement } from "../procedures/module-body.ts";
import { declareCtes } from "../query/compile-from.ts";
import { compileQuery } from "../query/compile-query.ts";
import { findTypeNamed, writtenName } from "../session/resolve-name.ts";
import { Scope } from "../session/scope.ts";
import type { Session } from "../session/session.ts";
import { noColumns } from "../statements/variable-statements.ts";
import { StatementContext } from "../statement-context.ts";
import { buildColumn } from "./build-column.ts";

export type CreateModuleStatement = CreateViewStatement | CreateProcedureStatement | CreateFunctionStatement;

/** What a module is beside its text: its kind, parameters and columns, as they are bound now. */
export type ModuleShape =
  | Pick<ViewObject, "kind" | "columns" | "withCheckOption" | "indexes">
  | Pick<ProcedureObject, "kind" | "parameters">
  | Pick<FunctionObject, "kind" | "parameters" | "columns">;

/** @throws SqlError of what a view or inline function selects; 2715 for a type that is not there */
export function moduleShape(
  statement: CreateModuleStatement,
  objectId: number,
  session: Session,
  scope: Scope,
): ModuleShape {
  const own = new Scope("function", undefined, { name: statement.name.name, id: objectId });
  const context = new StatementContext(session, own);
  return context.withinModule(objectId, writtenName(statement.name), () => shapeIn(context, statement, session, scope));
}

function shapeIn(
  context: StatementContext,
  statement: CreateModuleStatement,
  session: Session,
  scope: Scope,
): ModuleShape {
  switch (statement.kind) {
    case "create-view":
      return {
        kind: "view",
        columns: viewColumns(statement, context),
        withCheckOption: statement.checkOption,
        indexes: [],
      };
    case "create-procedure":
      if (statement.forReplication) throw new Unsupported("CREATE PROCEDURE FOR REPLICATION");
      return { kind: "procedure", parameters: parameterModels(statement.parameters, context) };
    case "create-function":
      return functionShape(statement, session, scope, context);
  }
}

function functionShape(
  statement: CreateFunctionStatement,
  session: Session,
  scope: Scope,
  context: StatementContext,
): ModuleShape {
  const parameters = parameterModels(statement.parameters, context);
  const { returns } = statement;
  switch (returns.kind) {
    case "scalar-function": {
      const type = context.dataType(returns.type, "declaration");
      const alias =
        systemType(returns.type, "declaration") === undefined
          ? findTypeNamed(returns.type, session.currentDatabase, session)
          : undefined;
      const result: Parameter = {
        name: "",
        parameterId: 0,
        type,
        ...(alias ? { userTypeId: alias.userTypeId } : {}),
        output: true,
        readOnly: false,
        nullable: true,
        hasDefault: false,
      };
      return { kind: "scalar-function", parameters: [result, ...parameters], columns: [] };
    }
    case "inline-function": {
      for (const parameter of parameters)
        context.scope.declare({ name: parameter.name, type: parameter.type, value: null });
      const covered = withCoverage(returns.select);
      declareCtes(covered.node.with, noColumns(context));
      const plan = compileQuery(covered.node.query, context, undefined);
      const unread = covered.unreadClauses();
      if (unread.length > 0) throw new Unsupported(unread.join(", "));
      return {
        kind: "inline-function",
        parameters,
        columns: namedColumns(plan.columns, undefined, statement.name.name),
      };
    }
    case "table-function": {
      const columns: Column[] = [];
      const key = returns.table.constraints.find((each) => each.kind === "key-constraint" && each.primary);
      returns.table.columns.forEach((column, at) => {
        const inKey =
          key?.kind === "key-constraint" && key.columns.some((each) => context.sameName(each.name, column.name));
        columns.push(
          buildColumn(column, at + 1, inKey, {
            database: session.currentDatabase,
            tableName: returns.variable,
            session,
            scope,
            columns,
          }),
        );
      });
      return { kind: "table-function", parameters, columns };
    }
  }
}

function namedColumns(
  columns: readonly OutputColumn[],
  names: readonly string[] | undefined,
  module: string,
): Column[] {
  if (names && names.length !== columns.length)
    throw names.length < columns.length ? sqlError(8158, module) : sqlError(8159, module);
  const seen = new Set<string>();
  return columns.map((column, at) => {
    const name = names?.[at] ?? column.name;
    if (name === "") throw sqlError(4511, at + 1);
    if (seen.has(name.toLowerCase())) throw sqlError(4506, name, module);
    seen.add(name.toLowerCase());
    return { columnId: at + 1, name, type: column.type, nullable: column.nullable };
  });
}

/** The columns of a view as they are bound now. @throws SqlError 1033, 4506, 4511 */
export function viewColumns(statement: CreateViewStatement, context: StatementContext): Column[] {
  const covered = withCoverage(statement.select);
  const { query } = covered.node;
  if (query.orderBy.length > 0 && !query.offset && !(query.body.kind === "select-query" && query.body.top))
    throw sqlError(1033);
  if (covered.node.into) throw sqlError(156, "INTO");
  declareCtes(covered.node.with, noColumns(context));
  const plan = compileQuery(query, context, undefined);
  const unread = covered.unreadClauses();
  if (unread.length > 0) throw new Unsupported(unread.join(", "));
  return namedColumns(plan.columns, statement.columns, statement.name.name);
}

function parameterModels(parameters: readonly ModuleParameter[], context: StatementContext): Parameter[] {
  return parameters.map((parameter, at) => {
    const user = findTypeNamed(parameter.type, context.session.currentDatabase, context.session);
    const own = systemType(parameter.type, "declaration") === undefined ? user : undefined;
    const isTable = own?.tableTypeObjectId !== undefined;
    if (isTable && !parameter.readOnly) throw sqlError(352, parameter.name);
    return {
      name: parameter.name,
      parameterId: at + 1,
      type: isTable ? { name: "int" } : context.dataType(parameter.type, "declaration", at + 1),
      ...(own ? { userTypeId: own.userTypeId } : {}),
      output: parameter.output,
      readOnly: parameter.readOnly,
      nullable: parameter.nullable ?? true,
      hasDefault: parameter.default !== undefined,
    };
  });
}

/** For sp_refreshview: the tree of a stored view. */
export function storedView(view: ViewObject, session: Session): CreateViewStatement {
  const statement = moduleStatement(view, session);
  if (statement.kind !== "create-view") throw new Error(`${view.name} is no view`);
  return statement;
}
