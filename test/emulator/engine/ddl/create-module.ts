import type {
  Column,
  DatabaseObject,
  FunctionObject,
  ModuleText,
  Parameter,
  ProcedureObject,
  TriggerObject,
  ViewObject,
} from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import type {
  CreateFunctionStatement,
  CreateProcedureStatement,
  CreateTriggerStatement,
  CreateViewStatement,
  ModuleParameter,
} from "../../tsql/ast-modules.ts";
import type { EnableTriggerStatement } from "../../tsql/ast-control.ts";
import { withCoverage, wholeNode } from "../../tsql/coverage.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { OutputColumn } from "../expressions/expression-env.ts";
import { moduleStatement } from "../procedures/module-body.ts";
import { declareCtes } from "../query/compile-from.ts";
import { compileQuery } from "../query/compile-query.ts";
import { databaseOf, requireTable, writtenName } from "../session/resolve-name.ts";
import { Scope } from "../session/scope.ts";
import type { Session } from "../session/session.ts";
import { noColumns } from "../statements/variable-statements.ts";
import { StatementContext } from "../statement-context.ts";
import { buildColumn } from "./build-column.ts";
import { moduleReferences } from "./module-references.ts";
import { schemaFor } from "./object-place.ts";
import { requireNotReferenced } from "./schema-binding.ts";

type Module = ViewObject | ProcedureObject | FunctionObject | TriggerObject;
type CreateStatement = CreateViewStatement | CreateProcedureStatement | CreateFunctionStatement;

/** What sys.sql_modules will hold. */
function moduleText(statement: CreateStatement | CreateTriggerStatement, session: Session): ModuleText {
  const attributes = new Set(statement.attributes);
  const known = [
    "schemabinding",
    "encryption",
    "view_metadata",
    "recompile",
    "returns null on null input",
    "called on null input",
    "native_compilation",
  ];
  for (const attribute of attributes)
    if (!known.includes(attribute)) throw new Unsupported(`WITH ${attribute.toUpperCase()}`);
  if (attributes.has("native_compilation")) throw new Unsupported("WITH NATIVE_COMPILATION");
  const { executeAs } = statement;
  return {
    definition: attributes.has("encryption") ? undefined : statement.definition,
    source: statement.definition,
    usesAnsiNulls: session.options.ansiNulls,
    usesQuotedIdentifier: session.options.quotedIdentifier,
    schemaBound: attributes.has("schemabinding"),
    recompiled: attributes.has("recompile"),
    nullOnNullInput: attributes.has("returns null on null input"),
    ...(executeAs === undefined || executeAs === "caller"
      ? {}
      : { executeAsPrincipalId: executeAs === "owner" ? -2 : 1 }),
  };
}

const KINDS: Readonly<Record<CreateStatement["kind"] | "create-trigger", readonly DatabaseObject["kind"][]>> = {
  "create-view": ["view"],
  "create-procedure": ["procedure"],
  "create-function": ["scalar-function", "inline-function", "table-function"],
  "create-trigger": ["trigger"],
};

/** @returns the object that ALTER changes; undefined for a new one. @throws SqlError 2714, 208, 2010 */
function existing(
  statement: CreateStatement | CreateTriggerStatement,
  schemaId: number,
  database: Database,
  session: Session,
): DatabaseObject | undefined {
  const object = database.findObject(schemaId, statement.name.name, session.transactions.current);
  if (!object) {
    if (statement.action === "alter") throw sqlError(208, writtenName(statement.name));
    return undefined;
  }
  if (statement.action === "create") throw sqlError(2714, statement.name.name);
  if (!KINDS[statement.kind].includes(object.kind)) throw sqlError(2010, statement.name.name);
  return object;
}

function parameterModels(parameters: readonly ModuleParameter[], context: StatementContext): Parameter[] {
  return parameters.map((parameter, at) => {
    const database = context.session.currentDatabase;
    const schemaId =
      parameter.type.schema === undefined
        ? context.session.defaultSchemaId(database)
        : database.findSchema(parameter.type.schema)?.schemaId;
    const user =
      schemaId === undefined
        ? undefined
        : database.findType(schemaId, parameter.type.name, context.session.transactions.current);
    const isTable = user?.tableTypeObjectId !== undefined;
    if (isTable && !parameter.readOnly) throw sqlError(352, parameter.name);
    return {
      name: parameter.name,
      parameterId: at + 1,
      type: isTable ? { name: "int" } : context.dataType(parameter.type, "declaration"),
      ...(user ? { userTypeId: user.userTypeId } : {}),
      output: parameter.output,
      readOnly: parameter.readOnly,
      nullable: parameter.nullable ?? true,
      hasDefault: parameter.default !== undefined,
    };
  });
}

export function createModule(covered: CreateStatement, session: Session, scope: Scope): void {
  const statement = wholeNode(covered);
  session.transactions.requireWritable();
  const database = databaseOf(statement.name, session);
  if (statement.name.database !== undefined) throw sqlError(166, statement.kind.replace("-", " ").toUpperCase());
  const schemaId = schemaFor(statement.name, database, session);
  const before = existing(statement, schemaId, database, session);
  const module = moduleText(statement, session);
  const now = session.engine.clock.now();
  const base = {
    objectId: before?.objectId ?? database.newObjectId(),
    schemaId,
    name: before?.name ?? statement.name.name,
    parentObjectId: 0,
    createDate: before?.createDate ?? now,
    modifyDate: now,
    module,
    references: moduleReferences(statement, database, module.schemaBound),
  };
  if (module.schemaBound) checkBinding(base.references, statement.name.name, database);
  const object: Module = { ...base, ...shapeOf(statement, session, scope, base.objectId) };
  if (before && before.kind !== object.kind) throw sqlError(2010, statement.name.name);
  const transaction = session.transactions.current!;
  if (before) {
    requireNotReferenced("ALTER", before, database);
    database.replaceObject(transaction, object);
  } else database.addObject(transaction, object);
}

/** Bound modules name everything with its schema, in their own database. @throws SqlError 4512 */
function checkBinding(references: Module["references"], name: string, database: Database): void {
  for (const reference of references) {
    if (reference.class !== "object") continue;
    if (reference.schema === undefined || reference.database !== undefined)
      throw sqlError(4512, "object", name, reference.name);
    const schema = database.findSchema(reference.schema);
    const object = schema && database.findObject(schema.schemaId, reference.name);
    if (!object) throw sqlError(208, `${reference.schema}.${reference.name}`);
    if ("module" in object && !object.module.schemaBound)
      throw sqlError(4513, "object", name, `${reference.schema}.${reference.name}`);
  }
}

type Shape =
  | Pick<ViewObject, "kind" | "columns" | "withCheckOption" | "indexes">
  | Pick<ProcedureObject, "kind" | "parameters">
  | Pick<FunctionObject, "kind" | "parameters" | "columns">;

function shapeOf(statement: CreateStatement, session: Session, scope: Scope, objectId: number): Shape {
  const context = new StatementContext(
    session,
    new Scope("function", undefined, { name: statement.name.name, id: objectId }),
  );
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
): Shape {
  const parameters = parameterModels(statement.parameters, context);
  const { returns } = statement;
  switch (returns.kind) {
    case "scalar-function": {
      const type = context.dataType(returns.type, "declaration");
      const result: Parameter = {
        name: "",
        parameterId: 0,
        type,
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

/** CREATE TRIGGER on a table. @throws SqlError 8197, 2714 */
export function createTrigger(covered: CreateTriggerStatement, session: Session, scope: Scope): void {
  const statement = wholeNode(covered);
  session.transactions.requireWritable();
  if (typeof statement.on === "string") throw new Unsupported("DDL and logon triggers");
  const { database, table } = requireTable(statement.on, session, scope, (written) => sqlError(8197, written));
  const before = existing(statement, table.schemaId, database, session);
  if (before && before.parentObjectId !== table.objectId) throw sqlError(2714, statement.name.name);
  const now = session.engine.clock.now();
  const module = moduleText(statement, session);
  const object: TriggerObject = {
    kind: "trigger",
    objectId: before?.objectId ?? database.newObjectId(),
    schemaId: table.schemaId,
    name: before?.name ?? statement.name.name,
    parentObjectId: table.objectId,
    createDate: before?.createDate ?? now,
    modifyDate: now,
    module,
    references: moduleReferences(statement, database, module.schemaBound),
    disabled: false,
    insteadOf: statement.timing === "instead of",
    events: statement.events as TriggerObject["events"],
    notForReplication: statement.notForReplication,
  };
  if (before) database.replaceObject(session.transactions.current!, object);
  else database.addObject(session.transactions.current, object);
}

export function enableTrigger(statement: EnableTriggerStatement, session: Session, scope: Scope): void {
  if (typeof statement.on === "string") throw new Unsupported("DDL and logon triggers");
  const { database, table } = requireTable(statement.on, session, scope, (written) => sqlError(1088, written));
  const { names } = statement;
  const triggers = database.children(table.objectId).filter((child) => child.kind === "trigger");
  const chosen =
    names === "all"
      ? triggers
      : names.map((name) => {
          const found = triggers.find((trigger) => database.nameKey(trigger.name) === database.nameKey(name.name));
          if (!found) throw sqlError(1088, writtenName(name));
          return found;
        });
  for (const trigger of chosen)
    database.replaceObject(session.transactions.current!, { ...trigger, disabled: !statement.enabled });
}

/** For sp_refreshview: the tree of a stored view. */
export function storedView(view: ViewObject, session: Session): CreateViewStatement {
  const statement = moduleStatement(view, session);
  if (statement.kind !== "create-view") throw new Error(`${view.name} is no view`);
  return statement;
}
