import type { OutputClause, OutputIntoClause } from "../../tsql/ast-dml.ts";
import type { ResultColumn } from "../../tds/session-handler.ts";
import type { SelectItem } from "../../tsql/ast-queries.ts";
import { nvarchar } from "../../values/coerce-type.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { SqlRow } from "../../values/sql-type.ts";
import type { Compiled, Evaluate } from "../expressions/compiled.ts";
import { slotColumn } from "../expressions/compiled.ts";
import { compileExpression } from "../expressions/expression.ts";
import { QueryScope, sourceColumn, type NamedSource } from "../query/query-scope.ts";
import type { Runtime } from "../runtime.ts";
import { resultColumns } from "../statements/select-statement.ts";
import type { StatementContext } from "../statement-context.ts";
import { sourceColumns } from "../tables/table-source.ts";
import { columnOrdinals, resolveTarget, type ResolvedTarget } from "./dml-target.ts";
import { asColumn } from "./row-expressions.ts";
import { TableWriter } from "./table-writer.ts";

/** OUTPUT and OUTPUT INTO: what a statement did to its rows. */
export interface OutputProgram {
  readonly insertedSlot: number;
  readonly deletedSlot: number;
  readonly actionSlot: number;
  readonly client: { readonly columns: readonly ResultColumn[]; readonly values: readonly Evaluate[] } | undefined;
  readonly into:
    | { readonly target: ResolvedTarget; readonly ordinals: readonly number[]; readonly values: readonly Evaluate[] }
    | undefined;
}

type Verb = "insert" | "update" | "delete" | "merge";

/** @param sources those of FROM, whose columns OUTPUT may name too (UPDATE, DELETE, MERGE) */
export function compileOutput(
  output: OutputClause | undefined,
  into: OutputIntoClause | undefined,
  target: ResolvedTarget,
  verb: Verb,
  sources: readonly NamedSource[],
  context: StatementContext,
): OutputProgram | undefined {
  if (!output && !into) return undefined;
  const scope = new QueryScope(context, undefined);
  const insertedSlot = context.newSlot();
  const deletedSlot = context.newSlot();
  const actionSlot = context.newSlot();
  const columns = sourceColumns(target.table.columns);
  const both = verb === "update" || verb === "merge";
  if (verb === "insert" || both)
    scope.sources.push({
      slot: insertedSlot,
      alias: "inserted",
      columns: both && verb === "merge" ? columns.map((column) => ({ ...column, nullable: true })) : columns,
    });
  if (verb === "delete" || both)
    scope.sources.push({
      slot: deletedSlot,
      alias: "deleted",
      columns: verb === "merge" ? columns.map((column) => ({ ...column, nullable: true })) : columns,
    });
  scope.sources.push(...sources);
  scope.pseudoColumn = (reference) => {
    if (reference.name !== "$action" || verb !== "merge") throw sqlError(207, reference.name);
    return slotColumn(actionSlot, 0, nvarchar(10), false, "$action");
  };
  const items = (list: readonly SelectItem[]): { name: string; value: Compiled }[] =>
    list.flatMap((item) => compileItem(item, scope));
  const client = output && items(output.items);
  const kept = into && items(into.items);
  let intoProgram: OutputProgram["into"];
  if (into && kept) {
    const table = resolveTarget(into.target, context);
    const writable = table.table.columns.flatMap((column, at) => (column.computed || column.identity ? [] : [at]));
    const ordinals = into.columns ? columnOrdinals(into.columns, table, context) : writable;
    if (kept.length !== ordinals.length) throw sqlError(213);
    intoProgram = {
      target: table,
      ordinals,
      values: kept.map(({ value }, at) =>
        asColumn(value, table.table.columns[ordinals[at]!]!, table.table, table.database),
      ),
    };
  }
  return {
    insertedSlot,
    deletedSlot,
    actionSlot,
    client: client && {
      columns: resultColumns(
        client.map(({ name, value }) => ({ name, type: value.type, nullable: value.nullable, source: value })),
      ),
      values: client.map(({ value }) => value.evaluate),
    },
    into: intoProgram,
  };
}

function compileItem(item: SelectItem, scope: QueryScope): { name: string; value: Compiled }[] {
  switch (item.kind) {
    case "select-expression": {
      const value = compileExpression(item.expression, scope);
      return [{ name: item.alias ?? value.column?.name ?? "", value }];
    }
    case "select-star": {
      const sources = item.table ? scope.sourcesOf(item.table) : [];
      if (sources.length === 0) throw sqlError(107, item.table?.name ?? "*");
      return sources.flatMap((source) =>
        source.columns.map((column, at) => ({ name: column.name, value: sourceColumn(source, at) })),
      );
    }
    case "select-assign":
      throw new Unsupported("assignment in OUTPUT");
  }
}

/** Collects what OUTPUT gives while a statement runs; sent when the statement has succeeded. */
export class OutputRows {
  readonly rows: SqlRow[] = [];
  readonly #program: OutputProgram;
  readonly #into: SqlRow[] = [];

  constructor(program: OutputProgram) {
    this.#program = program;
  }

  /** Other slots hold the row of FROM that led here. */
  add(runtime: Runtime, inserted: SqlRow | undefined, deleted: SqlRow | undefined, action = ""): void {
    const { insertedSlot, deletedSlot, actionSlot, client, into } = this.#program;
    const width = (inserted ?? deleted)!.length;
    runtime.frame[insertedSlot] = inserted ?? new Array<null>(width).fill(null);
    runtime.frame[deletedSlot] = deleted ?? new Array<null>(width).fill(null);
    runtime.frame[actionSlot] = [action];
    if (client) this.rows.push(client.values.map((value) => value(runtime)));
    if (into) this.#into.push(into.values.map((value) => value(runtime)));
  }

  /** Writes the rows of OUTPUT INTO. */
  finish(runtime: Runtime): void {
    const { into } = this.#program;
    if (!into || this.#into.length === 0) return;
    const { table, database } = into.target;
    const writer = new TableWriter(table, database, runtime.session);
    for (const values of this.#into) {
      const row: SqlRow = table.columns.map((_, ordinal) => {
        const at = into.ordinals.indexOf(ordinal);
        return at >= 0
          ? values[at]!
          : writer.rules.identity?.ordinal === ordinal
            ? writer.nextIdentity()
            : writer.defaultValue(ordinal);
      });
      writer.complete(row, "INSERT");
      writer.insert(row);
    }
    writer.checkViews();
  }
}
