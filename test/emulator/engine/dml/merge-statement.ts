import type { MergeClause, MergeStatement } from "../../tsql/ast-dml.ts";
import type { RowEntry } from "../../storage/row-entry.ts";
import type { RowChange } from "../../storage/table-store.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { SqlRow, SqlValue } from "../../values/sql-type.ts";
import { conjunctsOf, NO_SLOTS, type Evaluate, type Test } from "../expressions/compiled.ts";
import { compilePredicate } from "../expressions/predicate.ts";
import { compileFrom, declareCtes } from "../query/compile-from.ts";
import { JoinGroup } from "../query/join-group.ts";
import { FullJoinNode, OuterJoinNode } from "../query/outer-join-node.ts";
import type { PlanNode } from "../query/plan-node.ts";
import { QueryScope } from "../query/query-scope.ts";
import type { Runtime } from "../runtime.ts";
import type { Execution } from "../session/execution.ts";
import { requirePermission } from "../session/require-permission.ts";
import type { Step } from "../session/step.ts";
import { readHints } from "../statements/compile-statement.ts";
import { noColumns } from "../statements/variable-statements.ts";
import type { StatementContext } from "../statement-context.ts";
import { tableSource } from "../tables/table-source.ts";
import { requireNoHistory, resolveTarget, trackingContext, triggersOf, type ResolvedTarget } from "./dml-target.ts";
import { runDml, type DmlProgram, type DmlResult } from "./dml-run.ts";
import { insertedValue, planColumns } from "./insert-statement.ts";
import { compileOutput, OutputRows } from "./output-clause.ts";
import { TableWriter } from "./table-writer.ts";
import { compileAssignments, type Assignments } from "./update-statement.ts";

/** MERGE ("MERGE (Transact-SQL)"). The join is worked out first, then deletes, updates and inserts are written. */

const MERGE = 0x117;

export function* runMerge(statement: MergeStatement, execution: Execution): Step<void> {
  yield* runDml(statement, execution, MERGE, compileMerge);
}

type ClauseAction =
  | { readonly kind: "update"; readonly assignments: Assignments }
  | { readonly kind: "delete" }
  | { readonly kind: "insert"; readonly values: ReadonlyMap<number, Evaluate | undefined> };

interface Clause {
  readonly match: MergeClause["match"];
  readonly and: Test | undefined;
  readonly action: ClauseAction;
}

function compileClause(
  clause: MergeClause,
  target: ResolvedTarget,
  slot: number,
  scope: QueryScope,
  sourceOnly: QueryScope,
): Clause {
  const visible = clause.match === "not matched" ? sourceOnly : scope;
  const and = clause.and && compilePredicate(clause.and, visible).test;
  const { action, match } = clause;
  switch (action.kind) {
    case "merge-delete":
      return { match, and, action: { kind: "delete" } };
    case "merge-update":
      return {
        match,
        and,
        action: { kind: "update", assignments: compileAssignments(action.assignments, target, slot, scope) },
      };
    case "merge-insert": {
      const values = new Map<number, Evaluate | undefined>();
      if (action.values) {
        const plan = planColumns(target, action.columns, scope.context);
        if (plan.ordinals.length !== action.values.length)
          throw sqlError(plan.ordinals.length > action.values.length ? 109 : 110);
        action.values.forEach((value, at) => {
          const ordinal = plan.ordinals[at]!;
          const column = target.table.columns[ordinal]!;
          values.set(ordinal, insertedValue(value, column, target, visible));
        });
      }
      return { match, and, action: { kind: "insert", values } };
    }
  }
}

export function compileMerge(node: MergeStatement, context: StatementContext): DmlProgram {
  readHints(node.options, context);
  declareCtes(node.with, noColumns(context));
  if (node.top) throw new Unsupported("MERGE TOP");
  const target = resolveTarget(node.target, context);
  requireNoHistory(target.table, target.database, 13562);
  for (const { action } of node.clauses) {
    requirePermission(context.session, action.kind.slice("merge-".length).toUpperCase(), target.table, target.database);
  }
  const scope = new QueryScope(context, undefined);
  const slot = context.newSlot();
  const own = tableSource(
    target.table,
    target.database,
    { alias: node.target.alias ?? target.name, schema: target.schema, hints: node.target.hints, target: true },
    context,
  );
  scope.add({ slot, alias: own.alias, schema: own.schema, columns: own.columns });
  const targetNode = own.node(slot, NO_SLOTS);
  const sourceOnly = new QueryScope(context, undefined);
  const from = compileFrom([node.source], sourceOnly);
  for (const source of sourceOnly.sources) scope.add(source);
  const sourceNode: PlanNode = new JoinGroup(from.nodes, from.predicates);
  const on = conjunctsOf(compilePredicate(node.on, scope));
  const clauses = node.clauses.map((clause) => compileClause(clause, target, slot, scope, sourceOnly));
  const bySource = clauses.some((clause) => clause.match === "not matched by source");
  const join = bySource ? new FullJoinNode(sourceNode, targetNode, on) : new OuterJoinNode(sourceNode, targetNode, on);
  const track = trackingContext(node.changeTrackingContext, context);
  const hasTriggers = (["insert", "update", "delete"] as const).some((event) => triggersOf(target, event).length > 0);
  if (node.output && hasTriggers) throw sqlError(334, target.name);
  const output = compileOutput(node.output, node.outputInto, target, "merge", sourceOnly.sources, context);
  const sourceSlots = sourceNode.slots;
  return {
    target,
    verb: "MERGE",
    event: "update",
    output,
    updated: () =>
      new Set(
        clauses.flatMap(({ action }) =>
          action.kind === "update"
            ? action.assignments.columns.map(({ ordinal }) => target.table.columns[ordinal]!.name.toLowerCase())
            : [],
        ),
      ),
    run: (runtime) =>
      runJoin(
        join,
        clauses,
        target,
        slot,
        sourceSlots,
        runtime,
        track(runtime),
        output ? new OutputRows(output) : undefined,
      ),
  };
}

function isNullRow(row: SqlRow | undefined): boolean {
  return row === undefined || row.every((value) => value === null);
}

function runJoin(
  join: PlanNode,
  clauses: readonly Clause[],
  target: ResolvedTarget,
  slot: number,
  sourceSlots: ReadonlySet<number>,
  runtime: Runtime,
  context: Buffer | null,
  output: OutputRows | undefined,
): DmlResult {
  const writer = new TableWriter(target.table, target.database, runtime.session, {
    checks: true,
    trackingContext: context,
  });
  const deletes: { entry: RowEntry; row: SqlRow }[] = [];
  const changes: RowChange[] = [];
  const before: SqlRow[] = [];
  const inserts: SqlRow[] = [];
  const updatedIds = new Set<number>();
  const touched = new Set<RowEntry>();
  let identity: SqlValue = null;
  const cursor = join.open(runtime, {
    bound: NO_SLOTS,
    candidates: [],
    order: [],
    rowGoal: undefined,
    repeated: false,
  });
  cursor.reset();
  while (cursor.next()) {
    const entry = runtime.handles[slot] as RowEntry | undefined;
    const row = runtime.frame[slot];
    const hasTarget = entry !== undefined;
    const hasSource = [...sourceSlots].some((each) => !isNullRow(runtime.frame[each]));
    const match = hasTarget ? (hasSource ? "matched" : "not matched by source") : "not matched";
    const clause = clauses.find((each) => each.match === match && (!each.and || each.and(runtime) === true));
    if (!clause) continue;
    const { action } = clause;
    if (action.kind === "insert") {
      const made: SqlRow = target.table.columns.map((column, ordinal) => {
        const value = action.values.get(ordinal);
        if (value) return value(runtime);
        return column.identity ? writer.nextIdentity() : writer.defaultValue(ordinal);
      });
      if (writer.rules.identity) identity = made[writer.rules.identity.ordinal]!;
      writer.complete(made, "INSERT");
      inserts.push(made);
      output?.add(runtime, made, undefined, "INSERT");
      continue;
    }
    // A second match of one row is an error, whatever would be done with it.
    if (touched.has(entry!)) throw sqlError(8672);
    touched.add(entry!);
    if (action.kind === "delete") {
      deletes.push({ entry: entry!, row: row! });
      output?.add(runtime, undefined, row, "DELETE");
      continue;
    }
    const changed = [...row!];
    for (const { ordinal, value } of action.assignments.columns) {
      changed[ordinal] = value ? value(runtime) : writer.defaultValue(ordinal);
      updatedIds.add(target.table.columns[ordinal]!.columnId);
    }
    writer.complete(changed, "UPDATE");
    changes.push({ entry: entry!, row: changed });
    before.push(row!);
    output?.add(runtime, changed, row, "UPDATE");
  }
  for (const { entry, row } of deletes) writer.delete(entry, row);
  writer.update(changes, before, [...updatedIds]);
  for (const row of inserts) writer.insert(row);
  const after = changes.map((change) => change.row);
  writer.checkReferencing([...after, ...inserts], "UPDATE");
  const removed = deletes.map(({ row }) => row);
  writer.checkReferenced(removed, undefined);
  writer.checkReferenced(before, after);
  writer.checkViews();
  output?.finish(runtime);
  return {
    count: deletes.length + changes.length + inserts.length,
    inserted: [...after, ...inserts],
    deleted: [...removed, ...before],
    output,
    actions: [
      { event: "insert", inserted: inserts, deleted: [] },
      { event: "update", inserted: after, deleted: before },
      { event: "delete", inserted: [], deleted: removed },
    ],
    identity: identity === null ? undefined : BigInt(identity as number | bigint),
  };
}
