import type { CommonTableExpression, Query, QueryBody } from "../../tsql/ast-queries.ts";
import { sqlError } from "../../values/error-table.ts";
import type { SqlRow, SqlType } from "../../values/sql-type.ts";
import { coercion } from "../../values/coerce.ts";
import type { ExpressionEnv, RowPlan } from "../expressions/expression-env.ts";
import type { Runtime } from "../runtime.ts";
import type { CteScope, StatementContext } from "../statement-context.ts";
import { tableOfPlan, type ResolvedTable } from "./compile-from.ts";
import { compileQuery } from "./compile-query.ts";
import type { RowIterator, RowSource } from "./row-source.ts";
import { TableNode } from "./table-node.ts";

/** WITH: a query by name. One that names itself is recursive. */
export function compileCte(
  cte: CommonTableExpression,
  before: readonly CteScope[],
  context: StatementContext,
  env: ExpressionEnv | undefined,
): ResolvedTable {
  const probe: CteScope = {
    name: cte.name,
    table: () => {
      throw new RecursionFound();
    },
  };
  try {
    return context.withCtes([...before, probe], () =>
      tableOfPlan(compileQuery(cte.query, context, env), cte.name, cte.columns),
    );
  } catch (error) {
    if (!(error instanceof RecursionFound)) throw error;
  }
  return recursiveTable(cte, before, context, env);
}

class RecursionFound extends Error {}

interface Parts {
  readonly anchors: QueryBody[];
  readonly recursive: QueryBody[];
}

/** UNION ALL of queries that do not name the CTE, then of queries that do. */
function partsOf(cte: CommonTableExpression, mentions: (body: QueryBody) => boolean): Parts {
  const flat: QueryBody[] = [];
  const collect = (body: QueryBody): void => {
    if (body.kind === "set-operation" && mentions(body)) {
      if (body.operator !== "union all") throw sqlError(252, cte.name);
      collect(body.left);
      collect(body.right);
    } else flat.push(body);
  };
  collect(cte.query.body);
  const firstRecursive = flat.findIndex(mentions);
  if (firstRecursive <= 0) throw sqlError(246, cte.name);
  if (flat.slice(firstRecursive).some((body) => !mentions(body))) throw sqlError(247, cte.name);
  return { anchors: flat.slice(0, firstRecursive), recursive: flat.slice(firstRecursive) };
}

function recursiveTable(
  cte: CommonTableExpression,
  before: readonly CteScope[],
  context: StatementContext,
  env: ExpressionEnv | undefined,
): ResolvedTable {
  const asQuery = (body: QueryBody): Query => ({ ...cte.query, kind: "query", pos: cte.pos, body });
  const compileWith = (body: QueryBody, self: CteScope): RowPlan =>
    context.withCtes([...before, self], () => compileQuery(asQuery(body), context, env));
  const mentions = (body: QueryBody): boolean => {
    let found = false;
    const self: CteScope = {
      name: cte.name,
      table: () => {
        found = true;
        throw new RecursionFound();
      },
    };
    try {
      compileWith(body, self);
    } catch (error) {
      if (!(error instanceof RecursionFound) && !found) throw error;
    }
    return found;
  };
  const { anchors, recursive } = partsOf(cte, mentions);
  const self: CteScope = {
    name: cte.name,
    table: () => {
      throw sqlError(246, cte.name);
    },
  };
  const anchorPlans = anchors.map((body) => compileWith(body, self));
  const anchorTable = tableOfPlan(anchorPlans[0]!, cte.name, cte.columns);
  const types = anchorTable.columns.map((column) => column.type);
  const work = new WorkTable(types);
  const inner: CteScope = {
    name: cte.name,
    table: () => ({ alias: cte.name, columns: anchorTable.columns, node: (slot) => new TableNode(slot, work) }),
  };
  const recursivePlans = recursive.map((body) => compileWith(body, inner));
  for (const plan of recursivePlans) {
    plan.columns.forEach((column, at) => {
      // Anchor and recursive part must have one type: nothing is widened.
      if (!sameKind(column.type, types[at]!)) throw sqlError(240, anchorTable.columns[at]!.name, cte.name);
    });
  }
  const plan: RowPlan = {
    columns: anchorPlans[0]!.columns.map((column) => ({ ...column, nullable: true })),
    outerSlots: anchorPlans[0]!.outerSlots,
    volatile: true,
    estimate: () => 100,
    open: (runtime) => {
      let rows: SqlRow[] | undefined;
      let at = 0;
      return {
        reset: () => {
          rows = undefined;
          at = 0;
        },
        next: () => {
          rows ??= runRecursion(runtime, anchorPlans, recursivePlans, work, types, context.maxRecursion);
          return rows[at++];
        },
      };
    },
  };
  return tableOfPlan(plan, cte.name, cte.columns);
}

function sameKind(a: SqlType, b: SqlType): boolean {
  const text = (type: SqlType): string =>
    `${type.name}(${type.length ?? ""},${type.precision ?? ""},${type.scale ?? ""})`;
  return text(a) === text(b);
}

function runRecursion(
  runtime: Runtime,
  anchors: readonly RowPlan[],
  recursive: readonly RowPlan[],
  work: WorkTable,
  types: readonly SqlType[],
  limit: number,
): SqlRow[] {
  const all: SqlRow[] = [];
  const collect = (plan: RowPlan, into: SqlRow[]): void => {
    const converters = plan.columns.map((column, at) => coercion(column.type, types[at]!));
    const cursor = plan.open(runtime);
    cursor.reset();
    for (let row = cursor.next(); row !== undefined; row = cursor.next()) {
      into.push(
        converters.some(Boolean)
          ? row.map((value, at) => converters[at]?.(value) ?? (converters[at] ? null : value))
          : row,
      );
    }
  };
  let level: SqlRow[] = [];
  for (const anchor of anchors) collect(anchor, level);
  for (let depth = 0; level.length > 0; depth++) {
    for (const row of level) all.push(row);
    if (limit > 0 && depth >= limit) {
      work.rows = level;
      const next: SqlRow[] = [];
      for (const plan of recursive) collect(plan, next);
      if (next.length > 0) throw sqlError(530, limit);
      break;
    }
    work.rows = level;
    const next: SqlRow[] = [];
    for (const plan of recursive) collect(plan, next);
    level = next;
  }
  return all;
}

/** What the last level of a recursion gave. */
class WorkTable implements RowSource {
  readonly types: readonly SqlType[];
  readonly indexes = [];
  rows: readonly SqlRow[] = [];

  constructor(types: readonly SqlType[]) {
    this.types = types;
  }

  rowCount(): number {
    return this.rows.length;
  }

  scan(): RowIterator {
    const { rows } = this;
    let at = 0;
    return { next: () => rows[at++] };
  }

  seek(): RowIterator {
    throw new TypeError("a work table has no index");
  }
}
