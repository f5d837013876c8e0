import type { DatabaseObject, Index, ViewObject } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import type { Expression, FunctionCall } from "../../tsql/ast-expressions.ts";
import type { Query, SelectItem, SelectQuery, TableSource } from "../../tsql/ast-queries.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import { compileQuery } from "../query/compile-query.ts";
import { inDatabase } from "../procedures/module-context.ts";
import { moduleStatement } from "../procedures/module-body.ts";
import { findTarget, writtenName } from "../session/resolve-name.ts";
import { Scope } from "../session/scope.ts";
import type { Session } from "../session/session.ts";
import { StatementContext } from "../statement-context.ts";
import {
  aggregateOf,
  isPrecise,
  mayBeNull,
  operandsOf,
  requireDeterministic,
  type ExpressionFacts,
  type IndexableScope,
} from "./indexable-expression.ts";

/** What the view's name is in most errors about its definition. */
export function threePartName(object: DatabaseObject, database: Database): string {
  return `${database.name}.${database.schemaName(object.schemaId)}.${object.name}`;
}

type Item = Extract<SelectItem, { kind: "select-expression" }>;

/** A view's definition, asked whether an index may stand on it ("Create indexed views", additional requirements). */
export class IndexableView {
  readonly #view: ViewObject;
  readonly #database: Database;
  readonly #session: Session;
  readonly #name: string;
  readonly #select: SelectQuery;
  readonly #scope: IndexableScope;
  readonly #items: readonly Item[];

  /** @throws SqlError 1935, 1937, 1938, 1942, 1947, 1949, 1962, 1963, 1985, 10100 to 10148; Unsupported where the server's answer is not known */
  constructor(view: ViewObject, database: Database, session: Session) {
    this.#view = view;
    this.#database = database;
    this.#session = session;
    this.#name = threePartName(view, database);
    requireOptionsAtCreation(view, [
      [view.module.usesAnsiNulls, "ANSI_NULLS"],
      [view.module.usesQuotedIdentifier, "QUOTED_IDENTIFIER"],
    ]);
    const statement = moduleStatement(view, session);
    if (statement.kind !== "create-view") throw new Error(`${view.name} is no view`);
    const { with: ctes, query } = statement.select;
    if (ctes.length > 0) throw sqlError(10137, "index", this.#name, ctes[0]!.name);
    this.#select = this.#plainSelect(query);
    this.#requireTables();
    this.#scope = { view: this.#name, factsOf: (expression) => this.#factsOf(expression) };
    this.#items = this.#select.items.map((item) => {
      if (item.kind !== "select-expression") throw new Unsupported(`an index on a view with ${item.kind}`);
      return item;
    });
    this.#requireForm();
    this.#requireExpressions();
  }

  /** @throws SqlError 1901, 8660, 8661, 8662, 8668 */
  requireKey(index: Index): void {
    const { groupBy } = this.#select;
    const keys = index.keyColumns.map((key) => {
      const at = this.#view.columns.findIndex((column) => column.columnId === key.columnId);
      return { column: this.#view.columns[at]!, expression: this.#items[at]!.expression };
    });
    if (index.clustered && groupBy.length > 0) {
      const shown = [index.name, this.#name] as const;
      const grouping = groupBy.map((each) => this.#textOf(each));
      const texts = this.#items.map(({ expression }) =>
        aggregateOf(expression) ? undefined : this.#textOf(expression),
      );
      if (texts.some((text) => text !== undefined && !grouping.includes(text))) throw sqlError(8668, ...shown);
      if (this.#items.some(({ expression }) => nestsAggregate(expression))) throw sqlError(8668, ...shown);
      if (grouping.some((text) => !texts.includes(text))) throw sqlError(8660, ...shown);
      if (keys.some(({ expression }) => aggregateOf(expression))) throw sqlError(8661, ...shown);
      this.#requireSums(shown);
    }
    for (const { column, expression } of keys) {
      if (aggregateOf(expression) || isPrecise(expression, this.#scope)) continue;
      if (expression.kind === "column") throw new Unsupported("a float column as the key of an indexed view");
      throw sqlError(1901, index.name, this.#name, column.name);
    }
  }

  #requireSums(shown: readonly [string, string]): void {
    for (const { expression } of this.#items) {
      const aggregate = aggregateOf(expression);
      if (aggregate?.name.name.toUpperCase() !== "SUM") continue;
      const nullable = mayBeNull(aggregate.arguments[0]!, this.#scope);
      if (nullable === undefined)
        throw new Unsupported("an index on a view with SUM of an expression that may be null");
      if (nullable) throw sqlError(8662, ...shown);
    }
  }

  /** @throws SqlError 10100, 10101, 10116 */
  #plainSelect(query: Query): SelectQuery {
    const { body } = query;
    if (body.kind === "set-operation") throw sqlError(10116, "index", this.#name);
    if (query.for) throw new Unsupported("an index on a view with FOR");
    if (body.distinct) throw sqlError(10100, "index", this.#name);
    if (body.top || query.offset) throw sqlError(10101, "index", this.#name);
    return body;
  }

  /** @throws SqlError 1935, 1937, 1938, 1947 and those of the sources that no index can stand on */
  #requireTables(): void {
    const seen = new Set<number>();
    const visit = (source: TableSource): void => {
      if (source.kind === "join") {
        this.#requireJoin(source);
        visit(source.left);
        visit(source.right);
        return;
      }
      if (source.kind !== "named-table") return this.#refuseSource(source);
      if (source.systemTime) throw sqlError(10147, "index", this.#name);
      const object = this.#find(source.name);
      if (source.hints.length > 0) throw sqlError(10140, "index", this.#name);
      if (object.kind === "view") throw sqlError(1937, "index", this.#name, writtenName(source.name));
      if (object.kind !== "table") throw new Unsupported(`an index on a view of a ${object.kind}`);
      if (seen.has(object.objectId)) throw sqlError(1947, "index", this.#name, threePartName(object, this.#database));
      seen.add(object.objectId);
      requireOptionsAtCreation(object, [[object.usesAnsiNulls, "ANSI_NULLS"]]);
      if (this.#database.ownerOf(object) !== this.#database.ownerOf(this.#view))
        throw sqlError(1938, this.#name, writtenName(source.name));
    };
    for (const source of this.#select.from) visit(source);
    if (seen.size === 0) throw new Unsupported("an index on a view of no table");
  }

  #requireJoin(join: Extract<TableSource, { kind: "join" }>): void {
    switch (join.type) {
      case "outer apply":
        throw sqlError(10110, "index", this.#name);
      case "cross apply":
        throw sqlError(10142, "index", this.#name);
      case "left":
      case "right":
      case "full":
        throw sqlError(10113, "index", this.#name);
      case "inner":
      case "cross":
        if (join.hint) throw sqlError(10112, "index", this.#name);
    }
  }

  #refuseSource(source: Exclude<TableSource, { kind: "join" | "named-table" }>): never {
    switch (source.kind) {
      case "derived-table":
        throw sqlError(10109, "index", this.#name, source.alias);
      case "function-table":
        if (source.name.schema === undefined) throw new Unsupported(`an index on a view of ${source.name.name}`);
        throw sqlError(10129, "index", this.#name, writtenName(source.name));
      case "open-json":
        throw sqlError(10148, "index", this.#name);
      case "changetable-changes":
      case "changetable-version":
        throw sqlError(10144, "index", this.#name);
      default:
        throw new Unsupported(`an index on a view of a ${source.kind}`);
    }
  }

  #find(name: Parameters<typeof findTarget>[0]): DatabaseObject {
    const found = this.#compiling((context) => findTarget(name, this.#session, context.scope));
    if (!found) throw sqlError(208, writtenName(name));
    return found.object;
  }

  /** Subqueries, windows, HAVING, aggregates. */
  #requireForm(): void {
    const { groupBy, having } = this.#select;
    const nodes = this.#nodes();
    if (nodes.some((node) => ["scalar-subquery", "in-query", "exists", "quantified"].includes(node.kind)))
      throw sqlError(10127, "index", this.#name);
    const calls = nodes.flatMap((node): FunctionCall[] => {
      const aggregate = aggregateOf(node as Expression);
      return aggregate ? [aggregate] : [];
    });
    if (nodes.some((node) => node.kind === "over")) throw sqlError(10143, "index", this.#name);
    if (having) throw sqlError(10121, "index", this.#name);
    for (const call of calls) {
      const name = call.name.name.toUpperCase();
      if (name === "GROUPING" || name === "GROUPING_ID") throw new Unsupported(`an index on a view with ${name}`);
      if (call.distinct) throw sqlError(10126, "index", this.#name, name);
      if (name === "COUNT") throw sqlError(10136, "index", this.#name);
      if (name !== "SUM" && name !== "COUNT_BIG") throw sqlError(10125, "index", this.#name, name);
    }
    if (groupBy.length === 0) {
      if (calls.length > 0) throw new Unsupported("an index on a view with aggregates of all rows");
      return;
    }
    const counts = this.#items.some(({ expression }) => {
      const aggregate = aggregateOf(expression);
      return aggregate?.star === true && aggregate.name.name.toUpperCase() === "COUNT_BIG";
    });
    if (!counts) throw sqlError(10138, "index", this.#name);
  }

  /** Everything that stands in the query, subqueries included. */
  #nodes(): { readonly kind: string }[] {
    const found: { readonly kind: string }[] = [];
    const visit = (value: unknown): void => {
      if (Array.isArray(value)) return value.forEach(visit);
      if (typeof value !== "object" || value === null || Buffer.isBuffer(value)) return;
      if ("kind" in value && typeof value.kind === "string") found.push(value as { kind: string });
      Object.values(value).forEach(visit);
    };
    visit(this.#select);
    return found;
  }

  /** @throws SqlError 1942, 1962 and those of `requireDeterministic` */
  #requireExpressions(): void {
    const { where, groupBy, from } = this.#select;
    for (const column of this.#view.columns) {
      if (["text", "ntext", "image", "xml"].includes(column.type.name)) throw sqlError(1942, "index", this.#name);
    }
    for (const { expression } of this.#items) requireDeterministic(expression, this.#scope);
    const conditions = [...groupBy, ...(where ? [where] : [])];
    for (const condition of conditions) {
      requireDeterministic(condition, this.#scope);
      this.#requirePreciseColumns(condition);
    }
    const joins = (source: TableSource): void => {
      if (source.kind !== "join") return;
      joins(source.left);
      joins(source.right);
      if (!source.on) return;
      requireDeterministic(source.on, this.#scope);
      if (!isPrecise(source.on, this.#scope)) throw new Unsupported("an index on a view that joins by a float");
    };
    from.forEach(joins);
  }

  #requirePreciseColumns(node: Parameters<typeof isPrecise>[0]): void {
    if (node.kind === "column" && !isPrecise(node, this.#scope)) throw sqlError(1962, "index", this.#name, node.name);
    for (const operand of operandsOf(node)) this.#requirePreciseColumns(operand);
    if (!isPrecise(node, this.#scope)) throw new Unsupported("an index on a view with a condition on floats");
  }

  /** One text for expressions that mean the same; columns by the place that they come from. */
  #textOf(expression: Expression): string {
    return JSON.stringify(expression, (key, value: unknown) => {
      if (key === "pos" || key === "text") return undefined;
      if (typeof value === "bigint") return String(value);
      if (key === "name" && typeof value === "string") return value.toLowerCase();
      if (typeof value !== "object" || value === null) return value;
      return "kind" in value && value.kind === "column" ? this.#columnText(value as Expression) : value;
    });
  }

  #columnText(column: Expression): string {
    return this.#compiled(column).source?.text ?? "";
  }

  #factsOf(expression: Expression): ExpressionFacts {
    const { type, nullable } = this.#compiled(expression);
    return { type, nullable };
  }

  /** An expression as a column of a query over the view's own tables. */
  #compiled(expression: Expression): ReturnType<typeof compileQuery>["columns"][number] {
    const item: Item = { kind: "select-expression", pos: 0, expression, alias: "value" };
    const body: SelectQuery = {
      ...this.#select,
      items: [item],
      where: undefined,
      groupBy: [],
      having: undefined,
    };
    const query: Query = {
      kind: "query",
      pos: 0,
      body,
      orderBy: [],
      offset: undefined,
      fetch: undefined,
      for: undefined,
    };
    return this.#compiling((context) => compileQuery(query, context, undefined)).columns[0]!;
  }

  #compiling<T>(run: (context: StatementContext) => T): T {
    const context = new StatementContext(this.#session, new Scope("function", undefined));
    return inDatabase(this.#database, context, () => run(context), this.#view);
  }
}

/** @throws SqlError 1935 */
function requireOptionsAtCreation(object: DatabaseObject, options: readonly (readonly [boolean, string])[]): void {
  const off = options.filter(([on]) => !on).map(([, name]) => name);
  if (off.length > 0) throw sqlError(1935, object.name, off.join(", "));
}

/** An aggregate within something else: ISNULL(SUM(x), 0). */
function nestsAggregate(expression: Expression): boolean {
  if (aggregateOf(expression)) return false;
  const within = (node: Parameters<typeof operandsOf>[0]): boolean =>
    aggregateOf(node) !== undefined || operandsOf(node).some(within);
  return operandsOf(expression).some(within);
}
