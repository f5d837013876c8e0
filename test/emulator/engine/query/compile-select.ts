import type { Expression } from "../../tsql/ast-expressions.ts";
import type { OrderItem, SelectItem, SelectQuery, TopClause } from "../../tsql/ast-queries.ts";
import { BIGINT, FLOAT, typeFamily } from "../../values/coerce-type.ts";
import { sqlError } from "../../values/error-table.ts";
import { convertTo } from "../expressions/arithmetic.ts";
import { isComparable, requireComparable } from "../expressions/compare.ts";
import { conjunctsOf, NO_SLOTS, unionSlots, type Compiled } from "../expressions/compiled.ts";
import { compileExpression } from "../expressions/expression.ts";
import type { ExpressionEnv, OutputColumn } from "../expressions/expression-env.ts";
import { compilePredicate } from "../expressions/predicate.ts";
import type { StatementContext } from "../statement-context.ts";
import { compileFrom } from "./compile-from.ts";
import { DEFAULT_MASK } from "./data-mask.ts";
import { expressionText } from "./expression-text.ts";
import { Grouping, isAggregate } from "./grouping.ts";
import { JoinGroup } from "./join-group.ts";
import { QueryScope, shownName, sourceColumn } from "./query-scope.ts";
import type { SelectShape, SelectSort, SelectTop } from "./select-plan.ts";
import { Windows } from "./window-functions.ts";

/** Thrown inside: the select list has an aggregate, so it must be compiled again over groups. */
class NeedsGroups extends Error {}

export interface SelectExtras {
  readonly orderBy: readonly OrderItem[];
  readonly offset: Expression | undefined;
  readonly fetch: Expression | undefined;
}

interface SelectColumn extends OutputColumn {
  readonly value: Compiled;
  /** Set for an item that was `@v = ...`: index into the shape's assignments. */
  readonly assigns?: { readonly variable: string; readonly operator: string };
}

/** Compiles one SELECT with the ORDER BY that belongs to it. @returns what select-plan.ts runs */
export function compileSelect(
  select: SelectQuery,
  extras: SelectExtras,
  context: StatementContext,
  outer: ExpressionEnv | undefined,
): SelectShape {
  const scope = new QueryScope(context, outer);
  let misplaced = 147;
  scope.caller = (call) => {
    if (call.over) throw sqlError(4108);
    if (isAggregate(call)) throw sqlError(misplaced);
    return undefined;
  };
  const from = compileFrom(select.from, scope);
  const where = select.where ? conjunctsOf(compilePredicate(select.where, scope)) : [];
  const rows = new JoinGroup(from.nodes, [...from.predicates, ...where]);
  misplaced = 144;
  const keys = select.groupBy.map((expression) => {
    const key = compileExpression(expression, scope);
    if (key.literal !== undefined || key.slots.size === 0) throw sqlError(164);
    requireComparable(key.type, "GROUP BY");
    return { key, text: expressionText(expression, scope) };
  });
  scope.caller = undefined;
  const grouped = select.groupBy.length > 0 || select.having !== undefined;
  try {
    return compileLists(select, extras, scope, rows, grouped ? keys : undefined);
  } catch (error) {
    if (!(error instanceof NeedsGroups)) throw error;
    return compileLists(select, extras, scope, rows, keys);
  }
}

function compileLists(
  select: SelectQuery,
  extras: SelectExtras,
  scope: QueryScope,
  rows: JoinGroup,
  keys: readonly { key: Compiled; text: string | undefined }[] | undefined,
): SelectShape {
  const { context } = scope;
  const grouping =
    keys &&
    new Grouping(
      context.newSlot(),
      keys.map(({ key }) => key),
      keys.map(({ text }) => text),
    );
  const windows = new Windows(context.newSlot());
  let windowsAllowed = true;
  let clause: "select" | "having" | "order" = "select";
  const unhook = hookScope(
    scope,
    grouping,
    (call) => {
      if (!call.over) return undefined;
      if (!windowsAllowed) throw sqlError(4108);
      return windows.register(call, call.over, scope);
    },
    () => clause,
  );
  try {
    windowsAllowed = false;
    clause = "having";
    const having = select.having ? conjunctsOf(compilePredicate(select.having, scope)) : [];
    windowsAllowed = true;
    clause = "select";
    const columns = select.items.flatMap((item) => compileItem(item, scope));
    const loose = select.distinct ? columns.find(({ value }) => !isComparable(value.type)) : undefined;
    if (loose) throw sqlError(421, loose.value.type.name);
    clause = "order";
    const sorts = extras.orderBy.map((item) => compileOrder(item, columns, scope, select.distinct));
    const assigned = columns.filter((column) => column.assigns !== undefined);
    if (assigned.length > 0 && assigned.length < columns.length) throw sqlError(141);
    unhook();
    const top = select.top && compileTop(select.top, scope);
    if (top && extras.offset) throw sqlError(10741);
    const offset = extras.offset && convertTo(compileExpression(extras.offset, scope), BIGINT).evaluate;
    const fetch = extras.fetch && convertTo(compileExpression(extras.fetch, scope), BIGINT).evaluate;
    const all: Compiled[] = [...columns.map((column) => column.value), ...sorts.map((sort) => sort.value)];
    const own = unionSlots(rows.slots, new Set([windows.slot, ...(grouping ? [grouping.slot] : [])]));
    const read = unionSlots(
      ...all.map((value) => value.slots),
      ...having.map((predicate) => predicate.slots),
      rows.reads,
      ...(keys ?? []).map(({ key }) => key.slots),
      grouping?.reads() ?? NO_SLOTS,
      windows.reads(),
    );
    return {
      rows,
      grouping,
      having,
      windows: windows.count > 0 ? windows : undefined,
      columns,
      values: columns.map((column) => column.value),
      assigns: columns.map((column) => column.assigns),
      distinct: select.distinct,
      sorts,
      top,
      offset,
      fetch,
      ownSlots: own,
      outerSlots: new Set([...read].filter((slot) => !own.has(slot))),
      volatile: all.some((value) => value.volatile === true),
      sources: scope.sources,
    };
  } finally {
    unhook();
  }
}

function hookScope(
  scope: QueryScope,
  grouping: Grouping | undefined,
  windowCall: (call: Parameters<NonNullable<QueryScope["caller"]>>[0]) => Compiled | undefined,
  clause: () => "select" | "having" | "order",
): () => void {
  const inRows = <T>(run: () => T): T => {
    const saved = [scope.interceptor, scope.caller, scope.groupedOnly] as const;
    scope.interceptor = undefined;
    scope.caller = (call) => {
      if (call.over) throw sqlError(4108);
      if (isAggregate(call)) throw sqlError(130);
      return undefined;
    };
    scope.groupedOnly = undefined;
    try {
      return run();
    } finally {
      [scope.interceptor, scope.caller, scope.groupedOnly] = saved;
    }
  };
  scope.caller = (call) => {
    const window = windowCall(call);
    if (window) return window;
    if (!isAggregate(call)) return undefined;
    if (!grouping) throw new NeedsGroups();
    return inRows(() => grouping.aggregate(call, scope));
  };
  if (grouping) {
    scope.groupedOnly = (reference, column) => {
      const at = grouping.keys.findIndex((key) => key.text !== undefined && key.text === column.text);
      if (at >= 0) return grouping.keyColumn(at);
      const source = scope.sources.find((known) => column.slots.has(known.slot));
      const number = clause() === "having" ? 8121 : clause() === "order" ? 8127 : 8120;
      throw sqlError(number, source?.alias ?? "", reference.table ? reference.name : shownName(reference));
    };
    scope.interceptor = (expression) => {
      if (
        grouping.keyTexts.every((text) => text === undefined) ||
        expression.kind === "column" ||
        expression.kind === "literal"
      ) {
        return undefined;
      }
      const text = inRows(() => {
        try {
          return expressionText(expression, scope);
        } catch {
          // Not an expression over the rows: it is compiled, and refused, in its own right.
          return undefined;
        }
      });
      const at = text === undefined ? -1 : grouping.keyTexts.indexOf(text);
      return at < 0 ? undefined : grouping.keyColumn(at);
    };
  }
  return () => {
    scope.interceptor = undefined;
    scope.caller = undefined;
    scope.groupedOnly = undefined;
  };
}

function compileItem(item: SelectItem, scope: QueryScope): SelectColumn[] {
  switch (item.kind) {
    case "select-expression": {
      const reads = scope.context.maskedReads;
      const value = compileExpression(item.expression, scope);
      const name = item.alias ?? value.column?.name ?? (item.expression.kind === "column" ? item.expression.name : "");
      const masked = scope.context.maskedReads > reads ? (value.column?.masked ?? DEFAULT_MASK) : undefined;
      return [{ name, type: value.type, nullable: value.nullable, source: value, value, ...shown(masked) }];
    }
    case "select-star": {
      const sources = item.table ? scope.sourcesOf(item.table) : scope.sources;
      if (item.table && sources.length === 0) throw sqlError(107, item.table.name);
      if (sources.length === 0) throw sqlError(263);
      return sources.flatMap((source) =>
        source.columns.flatMap((column, at): SelectColumn[] => {
          if (column.hidden === true) return [];
          const compiled = sourceColumn(source, at);
          const value = scope.groupedOnly
            ? scope.groupedOnly({ kind: "column", pos: item.pos, table: undefined, name: column.name }, compiled)
            : compiled;
          if (column.masked !== undefined) scope.context.maskedReads++;
          const masked = shown(column.masked);
          return [{ name: column.name, type: value.type, nullable: value.nullable, source: value, value, ...masked }];
        }),
      );
    }
    case "select-assign": {
      const variable = scope.context.variable(item.variable);
      const value = scope.context.assignmentValue(
        item.variable,
        item.operator,
        compileExpression(item.expression, scope),
      );
      return [
        {
          name: "",
          type: variable.type,
          nullable: true,
          value,
          assigns: { variable: item.variable, operator: item.operator },
        },
      ];
    }
  }
}

const shown = (masked: string | undefined): { masked?: string } => (masked === undefined ? {} : { masked });

/** ORDER BY: a position, the name of a column of the result, or an expression. */
function compileOrder(
  item: OrderItem,
  columns: readonly SelectColumn[],
  scope: QueryScope,
  distinct: boolean,
): SelectSort {
  const { expression, descending } = item;
  const output = (at: number): SelectSort => ({ value: columns[at]!.value, output: at, descending });
  if (expression.kind === "literal") {
    if (typeof expression.value !== "number" || expression.type.name !== "int") throw sqlError(408, 1);
    if (expression.value < 1 || expression.value > columns.length) throw sqlError(108, expression.value);
    return output(expression.value - 1);
  }
  if (expression.kind === "column" && !expression.table) {
    const named = columns.flatMap((column, at) => (scope.context.sameName(column.name, expression.name) ? [at] : []));
    if (named.length > 1 && new Set(named.map((at) => columns[at]!.value.text ?? at)).size > 1)
      throw sqlError(209, expression.name);
    if (named.length > 0) return output(named[0]!);
  }
  const value = compileExpression(expression, scope);
  const same = columns.findIndex((column) => column.value.text !== undefined && column.value.text === value.text);
  if (same >= 0) return output(same);
  if (distinct) throw sqlError(145);
  requireComparable(value.type, "ORDER BY");
  return { value, output: undefined, descending };
}

function compileTop(top: TopClause, scope: QueryScope): SelectTop {
  const count = compileExpression(top.count, scope);
  const type = top.percent ? FLOAT : BIGINT;
  if (
    !top.percent &&
    typeFamily(count.type) !== "integer" &&
    count.literal !== null &&
    typeFamily(count.type) !== "decimal"
  ) {
    throw sqlError(1060);
  }
  return { count: convertTo(count, type).evaluate, percent: top.percent, withTies: top.withTies };
}
