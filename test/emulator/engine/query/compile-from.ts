import type { Expression } from "../../tsql/ast-expressions.ts";
import type { CommonTableExpression, Join, TableSource } from "../../tsql/ast-queries.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import { unifyTypes } from "../expressions/expression.ts";
import { convertTo } from "../expressions/arithmetic.ts";
import { compileExpression } from "../expressions/expression.ts";
import {
  conjunctsOf,
  NO_SLOTS,
  unionSlots,
  type Compiled,
  type CompiledPredicate,
  type SlotSet,
} from "../expressions/compiled.ts";
import type { ExpressionEnv, OutputColumn, RowPlan } from "../expressions/expression-env.ts";
import { compilePredicate } from "../expressions/predicate.ts";
import { changeTablePlan, changeVersionPlan } from "../tables/change-table-source.ts";
import { functionTable, openJsonTable } from "../tables/function-tables.ts";
import { compileQuery } from "./compile-query.ts";
import { JoinGroup } from "./join-group.ts";
import { FullJoinNode, OuterJoinNode } from "./outer-join-node.ts";
import type { PlanNode } from "./plan-node.ts";
import { planNode } from "./plan-source.ts";
import { QueryScope, type SourceColumn } from "./query-scope.ts";

/** What a FROM clause compiles to: nodes to be joined, and the predicates that inner joins brought. */
export interface FromClause {
  readonly nodes: readonly PlanNode[];
  readonly predicates: readonly CompiledPredicate[];
}

/** Makes the node of a source once its slot is known. `siblings` are the slots filled to its left in the same FROM. */
export interface ResolvedTable {
  readonly alias: string;
  readonly schema?: string | undefined;
  readonly columns: readonly SourceColumn[];
  readonly node: (slot: number, siblings: SlotSet) => PlanNode;
}

export function compileFrom(sources: readonly TableSource[], scope: QueryScope): FromClause {
  const nodes: PlanNode[] = [];
  const predicates: CompiledPredicate[] = [];
  for (const source of sources) {
    const part = compileSource(source, scope, slotsOf(nodes), false);
    nodes.push(...part.nodes);
    predicates.push(...part.predicates);
  }
  return { nodes, predicates };
}

function slotsOf(nodes: readonly PlanNode[]): SlotSet {
  return unionSlots(...nodes.map((node) => node.slots));
}

/** One node out of a clause: joins within an outer join are a group of their own. */
function asNode(clause: FromClause): PlanNode {
  if (clause.nodes.length === 1 && clause.predicates.length === 0) return clause.nodes[0]!;
  return new JoinGroup(clause.nodes, clause.predicates);
}

/** @param lateral whether the source sees those to its left: only the right side of APPLY does */
function compileSource(source: TableSource, scope: QueryScope, siblings: SlotSet, lateral: boolean): FromClause {
  if (source.kind === "join") return compileJoin(source, scope, siblings, lateral);
  const resolved = resolveSource(source, lateral ? scope : new QueryScope(scope.context, scope.outer));
  const slot = scope.context.newSlot();
  scope.add({ slot, alias: resolved.alias, schema: resolved.schema, columns: resolved.columns });
  return { nodes: [resolved.node(slot, siblings)], predicates: [] };
}

/** ON sees the sources of its own join only, besides those outside: names to the left of the join are no part of it. */
function compileJoin(join: Join, scope: QueryScope, siblings: SlotSet, lateral: boolean): FromClause {
  const before = scope.sources.length;
  void join.hint;
  const left = compileSource(join.left, scope, siblings, lateral);
  const middle = scope.sources.length;
  const leftSlots = unionSlots(siblings, slotsOf(left.nodes));
  const apply = join.type === "cross apply" || join.type === "outer apply";
  const right = compileSource(join.right, scope, apply ? leftSlots : siblings, lateral || apply);
  const on = join.on === undefined ? [] : conjunctsOf(compileOn(join, scope, before));
  if (join.type === "right" || join.type === "full") makeNullable(scope, before, middle);
  if (join.type === "left" || join.type === "full" || join.type === "outer apply") {
    makeNullable(scope, middle, scope.sources.length);
  }
  switch (join.type) {
    case "inner":
    case "cross":
    case "cross apply":
      return {
        nodes: [...left.nodes, ...right.nodes],
        predicates: [...left.predicates, ...right.predicates, ...on],
      };
    case "left":
    case "outer apply":
      return { nodes: [new OuterJoinNode(asNode(left), asNode(right), on)], predicates: [] };
    case "right":
      return { nodes: [new OuterJoinNode(asNode(right), asNode(left), on)], predicates: [] };
    case "full":
      return { nodes: [new FullJoinNode(asNode(left), asNode(right), on)], predicates: [] };
  }
}

/** The side of an outer join that may find no row: its columns may be NULL, whatever the table says. */
function makeNullable(scope: QueryScope, from: number, to: number): void {
  for (let at = from; at < to; at += 1) {
    const source = scope.sources[at]!;
    scope.sources[at] = { ...source, columns: source.columns.map((column) => ({ ...column, nullable: true })) };
  }
}

function compileOn(join: Join, scope: QueryScope, before: number): CompiledPredicate {
  const hidden = scope.sources.splice(0, before);
  try {
    return compilePredicate(join.on!, scope);
  } finally {
    scope.sources.unshift(...hidden);
  }
}

function planColumns(plan: RowPlan, names: readonly string[] | undefined, alias: string): SourceColumn[] {
  if (names && names.length !== plan.columns.length) {
    throw names.length < plan.columns.length ? sqlError(8158, alias) : sqlError(8159, alias);
  }
  const seen = new Set<string>();
  return plan.columns.map((column, at) => {
    const name = names?.[at] ?? column.name;
    if (name === "") throw sqlError(8155, at + 1, alias);
    if (seen.has(name.toLowerCase())) throw sqlError(8156, name, alias);
    seen.add(name.toLowerCase());
    return {
      name,
      type: column.type,
      nullable: column.nullable,
      ...(column.masked === undefined ? {} : { masked: column.masked }),
    };
  });
}

/** A plan as a source under an alias. */
export function tableOfPlan(plan: RowPlan, alias: string, names: readonly string[] | undefined): ResolvedTable {
  return { alias, columns: planColumns(plan, names, alias), node: (slot, siblings) => planNode(slot, plan, siblings) };
}

function resolveSource(source: Exclude<TableSource, Join>, scope: QueryScope): ResolvedTable {
  const { context } = scope;
  switch (source.kind) {
    case "named-table":
      return context.namedTable(source);
    case "table-variable":
      return context.tableVariable(source);
    case "derived-table":
      return tableOfPlan(compileQuery(source.query, context, scope), source.alias, source.columns);
    case "values-table":
      return tableOfPlan(valuesPlan(source.rows, scope), source.alias, source.columns);
    case "function-table":
      return functionTable(source, scope);
    case "open-json":
      return openJsonTable(source, scope);
    case "changetable-changes":
      return changeTablePlan(source, scope);
    case "changetable-version":
      return changeVersionPlan(source, scope);
    case "method-table":
      throw new Unsupported(`${source.method}()`);
  }
}

/** (VALUES ...): rows of expressions; a column has the common type of all of them. */
export function valuesPlan(rows: readonly (readonly Expression[])[], env: ExpressionEnv): RowPlan {
  const compiled = rows.map((row) => row.map((value) => compileExpression(value, env)));
  const width = compiled[0]!.length;
  if (compiled.some((row) => row.length !== width)) throw sqlError(10709);
  const columns: OutputColumn[] = [];
  const evaluators: Compiled[][] = compiled.map(() => []);
  for (let at = 0; at < width; at++) {
    const values = compiled.map((row) => row[at]!);
    const { type, collation } = unifyTypes(values);
    values.forEach((value, row) => evaluators[row]!.push(convertTo(value, type)));
    columns.push({
      name: "",
      type,
      nullable: values.some((value) => value.nullable),
      source: { type, nullable: true, evaluate: () => null, slots: NO_SLOTS, collation },
    });
  }
  const slots = unionSlots(...evaluators.flat().map((value) => value.slots));
  return {
    columns,
    outerSlots: slots,
    volatile: evaluators.flat().some((value) => value.volatile === true),
    estimate: () => rows.length,
    open: (runtime) => {
      let at = 0;
      return {
        reset: () => {
          at = 0;
        },
        next: () => {
          const row = evaluators[at++];
          return row?.map((value) => value.evaluate(runtime));
        },
      };
    },
  };
}

/** CTEs of a statement become names that a NamedTable may mean. */
export function declareCtes(ctes: readonly CommonTableExpression[], scope: ExpressionEnv): void {
  for (const cte of ctes) scope.context.declareCte(cte, scope);
}
