import type { ModuleReference } from "../../storage/database-model.ts";
import { DBO_SCHEMA_ID, type Database } from "../../storage/database.ts";
import type { Expression, Predicate } from "../../tsql/ast-expressions.ts";
import type { DataTypeNode, ObjectName } from "../../tsql/ast-names.ts";
import { systemType } from "../../tsql/system-type.ts";
import type { ModuleStatement } from "../procedures/module-body.ts";

/** A name in the text, and how it is used there. */
interface Found {
  readonly name: Pick<ObjectName, "server" | "database" | "schema" | "name">;
  readonly class: "object" | "type";
  /** A one-part name in EXECUTE means what the caller's default schema makes of it. */
  readonly executed: boolean;
  /** `a.b()` may be a function, or a method of a column. */
  readonly called: boolean;
  /** By which columns of it are named. */
  readonly alias: string | undefined;
}

/** `qualifier.name`, in lower case. */
interface NamedColumn {
  readonly qualifier: string | undefined;
  readonly name: string;
}

type Node = Readonly<Record<string, unknown>>;

/**
 * What a module's text mentions ("sys.sql_expression_dependencies"): tables, views, functions, procedures, sequences, synonyms, types.
 * @param statement a bare syntax tree
 */
export function moduleReferences(
  statement: ModuleStatement,
  database: Database,
  schemaBound: boolean,
): ModuleReference[] {
  return referencesIn(statement, database, schemaBound);
}

/** What an expression of a table's definition mentions: functions, sequences and types. */
export function expressionReferences(tree: Expression | Predicate, database: Database): ModuleReference[] {
  return referencesIn(tree, database, true);
}

function referencesIn(tree: object, database: Database, schemaBound: boolean): ModuleReference[] {
  const names = new NameCollector(database);
  names.visit(tree, new Set());
  const { found, columns } = names;
  const groups = new Map<string, Found[]>();
  for (const each of found) {
    const { server, database: other, schema, name } = each.name;
    const key = [each.class, server, other, schema, name].map((part) => part ?? "").join("|");
    const group = groups.get(database.nameKey(key));
    if (group) group.push(each);
    else groups.set(database.nameKey(key), [each]);
  }
  return [...groups.values()].map((group) => {
    const { name, class: kind } = group[0]!;
    const columnIds = schemaBound && kind === "object" ? usedColumns(group, columns, database) : undefined;
    return {
      ...(name.server === undefined ? {} : { server: name.server }),
      ...(name.database === undefined ? {} : { database: name.database }),
      ...(name.schema === undefined ? {} : { schema: name.schema }),
      name: name.name,
      class: kind,
      ...(columnIds ? { columnIds } : {}),
      schemaBound,
      callerDependent: !schemaBound && name.schema === undefined && group.every(({ executed }) => executed),
      ambiguous: !schemaBound && group.every(({ called }) => called),
    };
  });
}

/** Walks a syntax tree with the CTEs that are in sight in each of its parts. */
class NameCollector {
  readonly found: Found[] = [];
  readonly columns: NamedColumn[] = [];
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  visit(value: unknown, ctes: ReadonlySet<string>): void {
    if (Array.isArray(value)) {
      for (const item of value) this.visit(item, ctes);
      return;
    }
    if (typeof value !== "object" || value === null || Buffer.isBuffer(value)) return;
    const node = value as Node;
    const own = node["with"];
    const inSight = Array.isArray(own)
      ? new Set([...ctes, ...own.map((cte: Node) => String(cte["name"]).toLowerCase())])
      : ctes;
    this.#collect(node, inSight);
    const target = isAliasOfSource(node) ? node["target"] : undefined;
    for (const child of Object.values(node)) if (child !== target || child === undefined) this.visit(child, inSight);
  }

  #add(name: unknown, options: { executed?: boolean; called?: boolean; alias?: unknown } = {}): void {
    if (!isName(name) || name.name.startsWith("#") || name.name.startsWith("@")) return;
    const schema = name.schema?.toLowerCase();
    if (schema === "sys" || schema === "information_schema") return;
    this.found.push({
      name,
      class: "object",
      executed: options.executed ?? false,
      called: options.called ?? false,
      alias: typeof options.alias === "string" ? options.alias : undefined,
    });
  }

  #collect(node: Node, ctes: ReadonlySet<string>): void {
    switch (node["kind"]) {
      case "column": {
        const table = node["table"];
        const qualifier = isName(table) ? table.name.toLowerCase() : undefined;
        this.columns.push({ qualifier, name: String(node["name"]).toLowerCase() });
        return;
      }
      case "named-table": {
        const name = node["name"];
        if (!isName(name)) return;
        if (name.schema === undefined && name.database === undefined) {
          const lower = name.name.toLowerCase();
          if (ctes.has(lower) || lower === "inserted" || lower === "deleted") return;
        }
        this.#add(name, { alias: node["alias"] });
        return;
      }
      case "function-table":
        if (isName(node["name"]) && node["name"].schema !== undefined)
          this.#add(node["name"], { alias: node["alias"] });
        return;
      case "function-call":
        if (isName(node["name"]) && node["name"].schema !== undefined) this.#add(node["name"], { called: true });
        return;
      case "changetable-changes":
      case "changetable-version":
        this.#add(node["table"], { alias: node["alias"] });
        return;
      case "truncate-table":
      case "set-identity-insert":
        this.#add(node["table"]);
        return;
      case "next-value":
        this.#add(node["sequence"]);
        return;
      case "execute": {
        const name = node["procedure"];
        if (isName(name) && !this.#isSystemProcedure(name)) this.#add(name, { executed: true });
        return;
      }
      case "data-type":
        this.#addType(node as unknown as DataTypeNode);
        return;
      default:
        return;
    }
  }

  /** Dependencies on system objects are not kept. */
  #isSystemProcedure(name: ObjectName): boolean {
    if (!/^(sp|xp)_/i.test(name.name)) return false;
    if (name.schema !== undefined || name.database !== undefined) return name.schema?.toLowerCase() === "sys";
    return this.#database.findObject(DBO_SCHEMA_ID, name.name) === undefined;
  }

  #addType(type: DataTypeNode): void {
    const own = type.schema === undefined ? systemType(type, "declaration") === undefined : !/^sys$/i.test(type.schema);
    if (!own) return;
    const name = { server: undefined, database: undefined, schema: type.schema, name: type.name };
    this.found.push({ name, class: "type", executed: false, called: false, alias: undefined });
  }
}

function isName(value: unknown): value is ObjectName {
  return typeof value === "object" && value !== null && (value as { kind?: unknown }).kind === "name";
}

/** UPDATE t ... FROM dbo.x AS t: the target names the source, and no object t. */
function isAliasOfSource(node: Node): boolean {
  if (node["kind"] !== "update" && node["kind"] !== "delete") return false;
  const target = node["target"] as Node;
  const name = target["name"];
  if (!isName(name) || name.schema !== undefined || name.database !== undefined) return false;
  return aliasesIn(node["from"]).includes(name.name.toLowerCase());
}

function aliasesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(aliasesIn);
  if (typeof value !== "object" || value === null) return [];
  const { alias, left, right } = value as Node;
  const own = typeof alias === "string" ? [alias.toLowerCase()] : [];
  return [...own, ...aliasesIn(left), ...aliasesIn(right)];
}

/** The columns of a table that a schema-bound module names: all of them stand there by name. */
function usedColumns(
  group: readonly Found[],
  columns: readonly NamedColumn[],
  database: Database,
): number[] | undefined {
  const { schema: schemaName, name } = group[0]!.name;
  const schema = schemaName === undefined ? undefined : database.findSchema(schemaName);
  const object = schema && database.findObject(schema.schemaId, name);
  if (!object || !("columns" in object) || object.kind === "foreign-key") return undefined;
  const qualifiers = new Set(group.map(({ alias }) => (alias ?? name).toLowerCase()));
  return object.columns
    .filter((column) =>
      columns.some(
        (named) =>
          named.name === column.name.toLowerCase() &&
          (named.qualifier === undefined || qualifiers.has(named.qualifier)),
      ),
    )
    .map((column) => column.columnId);
}
