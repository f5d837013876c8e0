import type { ModuleReference } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import type { Expression, Predicate } from "../../tsql/ast-expressions.ts";
import type { ObjectName } from "../../tsql/ast-names.ts";
import type { systemType } from "../../tsql/system-type.ts";
import type { ModuleStatement } from "../procedures/module-body.ts";

interface Found {
  readonly name: ObjectName;
  readonly class: "object" | "type";
  /** In a procedure a one-part name means what the caller's default schema makes of it. */
  readonly callerDependent: boolean;
}

/** Names that mean something inside the module only. */
interface Local {
  readonly ctes: Set<string>;
  readonly aliases: Set<string>;
}

/**
 * What a module's text mentions (sys.sql_expression_dependencies): tables, views, functions, procedures, types.
 * @param statement a bare syntax tree
 */
export function moduleReferences(
  statement: ModuleStatement,
  database: Database,
  schemaBound: boolean,
): ModuleReference[] {
  const deferred = statement.kind === "create-procedure" || statement.kind === "create-trigger";
  return referencesIn(statement, database, schemaBound, deferred);
}

/** What an expression of a table's definition mentions: functions and sequences. */
export function expressionReferences(tree: Expression | Predicate, database: Database): ModuleReference[] {
  return referencesIn(tree, database, true, false);
}

function referencesIn(tree: object, database: Database, schemaBound: boolean, deferred: boolean): ModuleReference[] {
  const found: Found[] = [];
  const columns = new Set<string>();
  const local: Local = { ctes: new Set(), aliases: new Set() };
  // Aliases first: UPDATE t ... FROM x AS t names no object t.
  walk(tree, (node) => {
    if (node["kind"] === "cte") local.ctes.add(String(node["name"]).toLowerCase());
    if (typeof node["alias"] === "string") local.aliases.add(node["alias"].toLowerCase());
  });
  walk(tree, (node) => collect(node, found, columns, local, deferred));
  const seen = new Set<string>();
  const out: ModuleReference[] = [];
  for (const { name, class: kind, callerDependent } of found) {
    const key = `${kind}|${name.server ?? ""}|${name.database ?? ""}|${name.schema ?? ""}|${name.name}`.toLowerCase();
    if (seen.has(key)) continue;
    seen.add(key);
    const columnIds = schemaBound ? usedColumns(name, columns, database) : undefined;
    out.push({
      ...(name.server === undefined ? {} : { server: name.server }),
      ...(name.database === undefined ? {} : { database: name.database }),
      ...(name.schema === undefined ? {} : { schema: name.schema }),
      name: name.name,
      class: kind,
      ...(columnIds ? { columnIds } : {}),
      schemaBound,
      callerDependent: callerDependent && name.schema === undefined,
      ambiguous: false,
    });
  }
  return out;
}

type Node = Readonly<Record<string, unknown>>;

function walk(value: unknown, visit: (node: Node) => void): void {
  if (Array.isArray(value)) {
    for (const item of value) walk(item, visit);
    return;
  }
  if (typeof value !== "object" || value === null || Buffer.isBuffer(value)) return;
  const node = value as Node;
  visit(node);
  for (const child of Object.values(node)) walk(child, visit);
}

function isName(value: unknown): value is ObjectName {
  return typeof value === "object" && value !== null && (value as { kind?: unknown }).kind === "name";
}

function collect(node: Node, found: Found[], columns: Set<string>, local: Local, deferred: boolean): void {
  const add = (name: unknown, kind: Found["class"] = "object", callerDependent = deferred): void => {
    if (!isName(name) || name.name.startsWith("#") || name.name.startsWith("@")) return;
    const system = name.schema?.toLowerCase();
    if (system === "sys" || system === "information_schema") return;
    found.push({ name, class: kind, callerDependent });
  };
  switch (node["kind"]) {
    case "column":
      columns.add(String(node["name"]).toLowerCase());
      return;
    case "named-table": {
      const name = node["name"];
      if (!isName(name)) return;
      const plain = name.schema === undefined && name.database === undefined;
      const lower = name.name.toLowerCase();
      if (plain && (local.ctes.has(lower) || local.aliases.has(lower) || lower === "inserted" || lower === "deleted"))
        return;
      add(name);
      return;
    }
    case "function-table": {
      const name = node["name"];
      if (isName(name) && name.schema !== undefined) add(name);
      return;
    }
    case "function-call": {
      const name = node["name"];
      if (isName(name) && name.schema !== undefined) add(name);
      return;
    }
    case "changetable-changes":
    case "changetable-version":
    case "truncate-table":
    case "set-identity-insert":
      add(node["table"]);
      return;
    case "next-value":
      add(node["sequence"]);
      return;
    case "execute":
      if (isName(node["procedure"]) && !/^sp_/i.test(node["procedure"].name)) add(node["procedure"]);
      return;
    case "data-type": {
      const type = node as unknown as Parameters<typeof systemType>[0];
      if (type.schema !== undefined && type.schema.toLowerCase() !== "sys") {
        add(
          { kind: "name", pos: type.pos, server: undefined, database: undefined, schema: type.schema, name: type.name },
          "type",
          false,
        );
      }
      return;
    }
    default:
      return;
  }
}

/** The columns of a table that a schema-bound module names; by name, since a bound module names them all. */
function usedColumns(name: ObjectName, columns: ReadonlySet<string>, database: Database): number[] | undefined {
  const schema = name.schema === undefined ? undefined : database.findSchema(name.schema);
  const object = schema && database.findObject(schema.schemaId, name.name);
  if (!object || !("columns" in object) || object.kind === "foreign-key") return undefined;
  return object.columns.filter((column) => columns.has(column.name.toLowerCase())).map((column) => column.columnId);
}
