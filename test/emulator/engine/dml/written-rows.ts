import type { DeleteStatement, UpdateStatement } from "../../tsql/ast-dml.ts";
import type { NamedTable, TableSource } from "../../tsql/ast-queries.ts";
import type { RowEntry } from "../../storage/row-entry.ts";
import { sqlError } from "../../values/error-table.ts";
import type { SqlRow } from "../../values/sql-type.ts";
import { conjunctsOf, NO_SLOTS } from "../expressions/compiled.ts";
import { compilePredicate } from "../expressions/predicate.ts";
import { compileFrom } from "../query/compile-from.ts";
import { JoinGroup } from "../query/join-group.ts";
import { QueryScope } from "../query/query-scope.ts";
import type { Runtime } from "../runtime.ts";
import { findTarget } from "../session/resolve-name.ts";
import type { StatementContext } from "../statement-context.ts";
import { tableSource } from "../tables/table-source.ts";
import { resolveTarget, type ResolvedTarget } from "./dml-target.ts";

/** Which rows an UPDATE or DELETE writes: the join of FROM, restricted by WHERE; each row of the target once. */
export interface WrittenRows {
  readonly target: ResolvedTarget;
  readonly slot: number;
  readonly scope: QueryScope;
  /** Calls `each` with the frame standing on the row's first match. */
  collect(runtime: Runtime, limit: number, each: (entry: RowEntry, row: SqlRow) => void): void;
}

/** The source of FROM that the target's name means: an alias, else the table itself. */
function targetInFrom(statement: UpdateStatement | DeleteStatement, context: StatementContext): NamedTable | undefined {
  const { target } = statement;
  if (target.kind !== "named-table") return undefined;
  const found: NamedTable[] = [];
  const byTable: NamedTable[] = [];
  const wanted = target.name.schema === undefined && target.name.database === undefined ? target.name.name : undefined;
  const object = findTarget(target.name, context.session, context.scope)?.object;
  const visit = (source: TableSource): void => {
    if (source.kind === "join") {
      visit(source.left);
      visit(source.right);
    } else if (source.kind === "named-table") {
      const name = source.alias ?? source.name.name;
      if (wanted !== undefined && context.sameName(name, wanted)) found.push(source);
      else if (object && findTarget(source.name, context.session, context.scope)?.object === object)
        byTable.push(source);
    }
  };
  for (const source of statement.from) visit(source);
  const candidates = found.length > 0 ? found : byTable;
  if (candidates.length > 1) throw sqlError(8154, target.name.name);
  return candidates[0];
}

function tableVariableInFrom(statement: UpdateStatement | DeleteStatement): boolean {
  return statement.target.kind === "table-variable" && statement.from.length > 0;
}

export function compileWrittenRows(
  statement: UpdateStatement | DeleteStatement,
  context: StatementContext,
): WrittenRows {
  const inFrom = targetInFrom(statement, context);
  const scope = new QueryScope(context, undefined);
  let target: ResolvedTarget;
  if (inFrom) {
    target = resolveTarget({ ...inFrom, hints: [...inFrom.hints, ...statement.target.hints] }, context);
    context.writtenSource = { source: inFrom, slot: undefined };
    if (statement.target.kind === "named-table") {
      void statement.target.name.name;
      void statement.target.alias;
    }
  } else {
    if (tableVariableInFrom(statement))
      throw sqlError(1087, statement.target.kind === "table-variable" ? statement.target.name : "");
    target = resolveTarget(statement.target, context);
  }
  const from = compileFrom(statement.from, scope);
  let slot = context.writtenSource?.slot;
  const nodes = [...from.nodes];
  if (slot === undefined) {
    const own = tableSource(
      target.table,
      target.database,
      {
        alias: statement.target.alias ?? target.name,
        schema: target.schema,
        hints: statement.target.hints,
        target: true,
      },
      context,
    );
    slot = context.newSlot();
    scope.add({ slot, alias: own.alias, schema: own.schema, columns: own.columns });
    nodes.unshift(own.node(slot, NO_SLOTS));
  }
  context.writtenSource = undefined;
  const where = statement.where ? conjunctsOf(compilePredicate(statement.where, scope)) : [];
  const group = new JoinGroup(nodes, [...from.predicates, ...where]);
  const ownSlot = slot;
  return {
    target,
    slot: ownSlot,
    scope,
    collect: (runtime, limit, each) => {
      const cursor = group.open(runtime, {
        bound: NO_SLOTS,
        candidates: [],
        order: [],
        rowGoal: undefined,
        repeated: false,
      });
      cursor.reset();
      const seen = nodes.length > 1 || group.members.length !== 1 ? new Set<RowEntry>() : undefined;
      let count = 0;
      const most = Math.min(limit, runtime.session.options.rowCount || Infinity);
      while (count < most && cursor.next()) {
        const entry = runtime.handles[ownSlot] as RowEntry | undefined;
        // The null row of an outer join is no row of the target.
        if (!entry) continue;
        if (seen?.has(entry)) continue;
        seen?.add(entry);
        count++;
        each(entry, runtime.frame[ownSlot]!);
      }
    },
  };
}
