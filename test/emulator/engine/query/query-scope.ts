import type { ColumnReference, Expression, FunctionCall, PseudoColumn } from "../../tsql/ast-expressions.ts";
import type { ObjectName } from "../../tsql/ast-names.ts";
import type { Query } from "../../tsql/ast-queries.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { SqlType } from "../../values/sql-type.ts";
import { typeFamily } from "../../values/coerce-type.ts";
import type { Compiled } from "../expressions/compiled.ts";
import type { ExpressionEnv, RowPlan } from "../expressions/expression-env.ts";
import type { StatementContext } from "../statement-context.ts";
import { compileQuery } from "./compile-query.ts";

export interface SourceColumn {
  readonly name: string;
  readonly type: SqlType;
  readonly nullable: boolean;
  /** Left out of `*`. */
  readonly hidden?: boolean;
  readonly identity?: boolean;
  readonly computed?: boolean;
  readonly rowGuidCol?: boolean;
  /** A column whose value the emulator does not know: reading it is refused. */
  readonly unknown?: string;
  /** MASKED WITH, where the reader has not UNMASK: the function's text. */
  readonly masked?: string;
}

/** A source as names see it. */
export interface NamedSource {
  readonly slot: number;
  /** What references qualify with. */
  readonly alias: string;
  /** Set where the source has no alias of its own: `schema.table.column` works too. */
  readonly schema?: string | undefined;
  readonly columns: readonly SourceColumn[];
}

/** The names of one FROM clause, inside those of the queries around it. */
export class QueryScope implements ExpressionEnv {
  readonly context: StatementContext;
  readonly outer: ExpressionEnv | undefined;
  readonly sources: NamedSource[] = [];
  /** Group and window columns of this level, once they are known. */
  interceptor: ((expression: Expression) => Compiled | undefined) | undefined;
  caller: ((call: FunctionCall) => Compiled | undefined) | undefined;
  /** Columns that may not be used any more, because the rows are groups. */
  groupedOnly: ((reference: ColumnReference, column: Compiled) => Compiled) | undefined;

  constructor(context: StatementContext, outer: ExpressionEnv | undefined) {
    this.context = context;
    this.outer = outer;
  }

  /** @throws SqlError 1011, 1012, 1013: two sources of one name */
  add(source: NamedSource): void {
    const { context } = this;
    for (const known of this.sources) {
      if (source.alias === "" || !context.sameName(known.alias, source.alias)) continue;
      const bothNamed = known.schema !== undefined && source.schema !== undefined;
      if (bothNamed && !context.sameName(known.schema, source.schema)) continue;
      throw bothNamed ? sqlError(1013, source.alias, known.alias) : sqlError(1011, source.alias);
    }
    this.sources.push(source);
  }

  replace(expression: Expression): Compiled | undefined {
    return this.interceptor?.(expression);
  }

  call(call: FunctionCall): Compiled | undefined {
    return this.caller?.(call);
  }

  column(reference: ColumnReference): Compiled {
    const found = this.find(reference);
    if (found) return this.groupedOnly ? this.groupedOnly(reference, found) : found;
    if (this.outer) return this.outer.column(reference);
    throw this.#unknown(reference);
  }

  #unknown(reference: ColumnReference): Error {
    if (!reference.table) return sqlError(207, reference.name);
    if (this.sourcesOf(reference.table).length > 0) return sqlError(207, reference.name);
    return sqlError(4104, shownName(reference));
  }

  /** The sources that a qualifier means. */
  sourcesOf(table: ObjectName): NamedSource[] {
    const { context } = this;
    return this.sources.filter((source) => {
      if (!context.sameName(source.alias, table.name)) return false;
      if (table.schema === undefined) return true;
      return source.schema !== undefined && context.sameName(source.schema, table.schema);
    });
  }

  /** Looks in this level only. @throws SqlError 209, 207 */
  find(reference: ColumnReference): Compiled | undefined {
    const { context } = this;
    const sources = reference.table ? this.sourcesOf(reference.table) : this.sources;
    let found: Compiled | undefined;
    for (const source of sources) {
      const at = source.columns.findIndex((column) => context.sameName(column.name, reference.name));
      if (at < 0) continue;
      if (found) throw sqlError(209, reference.name);
      found = sourceColumn(source, at);
      if (source.columns[at]!.masked !== undefined) context.maskedReads++;
    }
    if (!found && reference.table && sources.length > 0) throw sqlError(207, reference.name);
    return found;
  }

  pseudoColumn(reference: PseudoColumn): Compiled {
    for (const source of this.sources) {
      const at = source.columns.findIndex((column) =>
        reference.name === "$identity" ? column.identity === true : column.rowGuidCol === true,
      );
      if (at >= 0)
        return this.column({
          kind: "column",
          pos: reference.pos,
          table: reference.table,
          name: source.columns[at]!.name,
        });
    }
    throw sqlError(207, reference.name);
  }

  query(query: Query): RowPlan {
    return compileQuery(query, this.context, this);
  }
}

export function sourceColumn(source: NamedSource, at: number): Compiled {
  const column = source.columns[at]!;
  const { slot } = source;
  if (column.unknown !== undefined) throw new Unsupported(`column ${source.alias}.${column.name}: ${column.unknown}`);
  return {
    type: column.type,
    nullable: column.nullable,
    evaluate: (runtime) => runtime.frame[slot]![at]!,
    slots: new Set([slot]),
    column: {
      slot,
      index: at,
      name: column.name,
      ...(column.identity === true ? { identity: true } : {}),
      ...(column.computed === true ? { computed: true } : {}),
      ...(column.masked === undefined ? {} : { masked: column.masked }),
    },
    collation: typeFamily(column.type) === "string" ? "implicit" : "coercible",
    text: `c${slot}.${at}`,
  };
}

export function shownName(reference: ColumnReference): string {
  const { table } = reference;
  const parts = table ? [table.database, table.schema, table.name, reference.name] : [reference.name];
  return parts.filter((part) => part !== undefined).join(".");
}
