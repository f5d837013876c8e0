import type { OrderItem, Query, QueryBody, SetOperation } from "../../tsql/ast-queries.ts";
import { BIGINT } from "../../values/coerce-type.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { SqlRow, SqlValue } from "../../values/sql-type.ts";
import { convertTo } from "../expressions/arithmetic.ts";
import { isComparable, rowKeyOf, type HashKey } from "../expressions/compare.ts";
import { NO_SLOTS, unionSlots, type Compiled } from "../expressions/compiled.ts";
import { DEFAULT_MASK } from "./data-mask.ts";
import { compileExpression, unifyTypes } from "../expressions/expression.ts";
import type { ExpressionEnv, OutputColumn, RowCursor, RowPlan } from "../expressions/expression-env.ts";
import type { Runtime } from "../runtime.ts";
import type { StatementContext } from "../statement-context.ts";
import { without } from "../without.ts";
import { compileSelect } from "./compile-select.ts";
import { forClausePlan } from "./for-json.ts";
import { sortComparer } from "./frame-rows.ts";
import { selectPlan } from "./select-plan.ts";

/** A query expression as a plan. @throws SqlError as the server's compile of it; Unsupported */
export function compileQuery(query: Query, context: StatementContext, outer: ExpressionEnv | undefined): RowPlan {
  const plan = compilePlain(query, context, outer);
  return query.for ? forClausePlan(query.for, plan) : plan;
}

function compilePlain(query: Query, context: StatementContext, outer: ExpressionEnv | undefined): RowPlan {
  const { body } = query;
  if (body.kind === "select-query") {
    const shape = compileSelect(
      body,
      { orderBy: query.orderBy, offset: query.offset, fetch: query.fetch },
      context,
      outer,
    );
    if (shape.assigns.some((assign) => assign !== undefined)) throw sqlError(141);
    return selectPlan(shape);
  }
  const plan = compileSetOperation(body, context, outer);
  if (query.orderBy.length === 0 && !query.offset) return plan;
  return orderedPlan(plan, query, context, outer);
}

function compileBody(body: QueryBody, context: StatementContext, outer: ExpressionEnv | undefined): RowPlan {
  if (body.kind === "set-operation") return compileSetOperation(body, context, outer);
  return selectPlan(compileSelect(body, { orderBy: [], offset: undefined, fetch: undefined }, context, outer));
}

function asValue(column: OutputColumn, read: () => SqlValue): Compiled {
  const source = column.source;
  return {
    type: column.type,
    nullable: column.nullable,
    evaluate: read,
    slots: NO_SLOTS,
    collation: source?.collation ?? "implicit",
    // An untyped NULL takes the other side's type.
    ...(source?.untyped === true ? { untyped: true } : {}),
  };
}

/** Converts the rows of a plan to the types of a set operation's result. */
function convertedCursor(plan: RowPlan, columns: readonly OutputColumn[], runtime: Runtime): RowCursor {
  const cursor = plan.open(runtime);
  let current: SqlRow = [];
  const converters = plan.columns.map((column, at) => {
    const source = asValue(column, () => current[at]!);
    const typed = without(source, "untyped");
    const converted =
      source.untyped === true ? convertTo(source, columns[at]!.type) : convertTo(typed, columns[at]!.type);
    return converted.evaluate === typed.evaluate ? undefined : converted.evaluate;
  });
  if (converters.every((converter) => converter === undefined)) return cursor;
  return {
    reset: () => cursor.reset(),
    next: () => {
      const row = cursor.next();
      if (row === undefined) return undefined;
      current = row;
      return row.map((value, at) => converters[at]?.(runtime) ?? (converters[at] ? null : value));
    },
  };
}

/** UNION and the like: columns by position, in their common types; the names of the first. */
export function unifiedColumns(left: RowPlan, right: RowPlan): OutputColumn[] {
  if (left.columns.length !== right.columns.length) throw sqlError(205);
  return left.columns.map((column, at) => {
    const other = right.columns[at]!;
    const { type, collation } = unifyTypes([asValue(column, () => null), asValue(other, () => null)]);
    return {
      name: column.name,
      type,
      nullable: column.nullable || other.nullable,
      source: { type, nullable: true, evaluate: () => null, slots: NO_SLOTS, collation },
      ...(column.masked === undefined && other.masked === undefined ? {} : { masked: DEFAULT_MASK }),
    };
  });
}

function compileSetOperation(
  operation: SetOperation,
  context: StatementContext,
  outer: ExpressionEnv | undefined,
): RowPlan {
  const left = compileBody(operation.left, context, outer);
  const right = compileBody(operation.right, context, outer);
  const columns = unifiedColumns(left, right);
  const loose = operation.operator === "union all" ? undefined : columns.find((column) => !isComparable(column.type));
  if (loose) throw sqlError(5335, loose.type.name);
  const rowKey = operation.operator === "union all" ? undefined : rowKeyOf(columns.map((column) => column.type));
  return {
    columns,
    outerSlots: unionSlots(left.outerSlots, right.outerSlots),
    volatile: left.volatile || right.volatile,
    estimate: (runtime) => {
      const rows = left.estimate(runtime);
      return operation.operator.startsWith("union") ? rows + right.estimate(runtime) : rows;
    },
    open: (runtime) => {
      const a = convertedCursor(left, columns, runtime);
      const b = convertedCursor(right, columns, runtime);
      switch (operation.operator) {
        case "union all":
          return concatenated(a, b);
        case "union":
          return distinct(concatenated(a, b), rowKey!);
        case "except":
          return compared(a, b, rowKey!, false);
        case "intersect":
          return compared(a, b, rowKey!, true);
      }
    },
  };
}

function concatenated(a: RowCursor, b: RowCursor): RowCursor {
  let second = false;
  return {
    reset: () => {
      second = false;
      a.reset();
    },
    next: () => {
      if (!second) {
        const row = a.next();
        if (row !== undefined) return row;
        second = true;
        b.reset();
      }
      return b.next();
    },
  };
}

type RowKey = (row: readonly SqlValue[]) => HashKey | null;

function distinct(rows: RowCursor, key: RowKey): RowCursor {
  let seen = new Set<unknown>();
  return {
    reset: () => {
      seen = new Set();
      rows.reset();
    },
    next: () => {
      for (;;) {
        const row = rows.next();
        if (row === undefined) return undefined;
        const own = key(row);
        if (seen.has(own)) continue;
        seen.add(own);
        return row;
      }
    },
  };
}

/** EXCEPT and INTERSECT: distinct rows of the left that the right has not, or has. */
function compared(a: RowCursor, b: RowCursor, key: RowKey, wanted: boolean): RowCursor {
  let other: Set<unknown> | undefined;
  const unique = distinct(a, key);
  return {
    reset: () => {
      other = undefined;
      unique.reset();
    },
    next: () => {
      if (!other) {
        other = new Set();
        b.reset();
        for (let row = b.next(); row !== undefined; row = b.next()) other.add(key(row));
      }
      for (let row = unique.next(); row !== undefined; row = unique.next())
        if (other.has(key(row)) === wanted) return row;
      return undefined;
    },
  };
}

/** ORDER BY and OFFSET over a set operation: by names or positions of its columns only. */
function orderedPlan(
  plan: RowPlan,
  query: Query,
  context: StatementContext,
  outer: ExpressionEnv | undefined,
): RowPlan {
  const keys = query.orderBy.map((item) => ({ at: outputColumn(item, plan, context), descending: item.descending }));
  const compare = sortComparer(keys.map(({ at, descending }) => ({ type: plan.columns[at]!.type, descending })));
  const env: ExpressionEnv = outer ?? {
    context,
    column: (reference) => {
      throw sqlError(207, reference.name);
    },
    query: (inner) => compileQuery(inner, context, undefined),
  };
  const offset = query.offset && convertTo(compileExpression(query.offset, env), BIGINT).evaluate;
  const fetch = query.fetch && convertTo(compileExpression(query.fetch, env), BIGINT).evaluate;
  return {
    ...plan,
    open: (runtime) => {
      const cursor = plan.open(runtime);
      let rows: SqlRow[] | undefined;
      let at = 0;
      return {
        reset: () => {
          rows = undefined;
          at = 0;
          cursor.reset();
        },
        next: () => {
          if (!rows) {
            const all: SqlRow[] = [];
            for (let row = cursor.next(); row !== undefined; row = cursor.next()) all.push(row);
            const keyed = all.map((row) => ({ row, keys: keys.map((key) => row[key.at]!) }));
            keyed.sort((a, b) => compare(a.keys, b.keys));
            const skip = offset ? Number(offset(runtime) ?? 0n) : 0;
            const take = fetch ? Number(fetch(runtime) ?? 0n) : Infinity;
            rows = keyed.slice(skip, skip + take).map(({ row }) => row);
          }
          return rows[at++];
        },
      };
    },
  };
}

function outputColumn(item: OrderItem, plan: RowPlan, context: StatementContext): number {
  const { expression } = item;
  if (expression.kind === "literal" && typeof expression.value === "number") {
    if (expression.value < 1 || expression.value > plan.columns.length) throw sqlError(108, expression.value);
    return expression.value - 1;
  }
  if (expression.kind === "column") {
    const at = plan.columns.findIndex((column) => context.sameName(column.name, expression.name));
    if (at >= 0) return at;
    throw sqlError(207, expression.name);
  }
  if (expression.kind === "literal") throw new Unsupported("ORDER BY a constant");
  throw sqlError(104);
}
