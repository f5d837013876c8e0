import type { ColumnReference, Expression, FunctionCall, PseudoColumn } from "../../tsql/ast-expressions.ts";
import type { Query } from "../../tsql/ast-queries.ts";
import type { SqlRow } from "../../values/sql-type.ts";
import type { Runtime } from "../runtime.ts";
import type { StatementContext } from "../statement-context.ts";
import type { Compiled, SlotSet } from "./compiled.ts";
import type { SqlType } from "../../values/sql-type.ts";

/** Rows that are pulled one by one; `reset` starts over with what the outer rows hold then. */
export interface RowCursor {
  reset(): void;
  next(): SqlRow | undefined;
}

export interface OutputColumn {
  /** "" where the column has no name. */
  readonly name: string;
  readonly type: SqlType;
  readonly nullable: boolean;
  readonly source?: Compiled;
  /** What a column shows to this reader: the text of a mask (data-mask.ts). Its values are the real ones until the statement's result. */
  readonly masked?: string;
}

export interface RowPlan {
  readonly columns: readonly OutputColumn[];
  /** What it reads from queries around it; empty: it gives the same rows each time. */
  readonly outerSlots: SlotSet;
  readonly volatile: boolean;
  open(runtime: Runtime, rowGoal?: number): RowCursor;
  /** A guess of how many rows come. */
  estimate(runtime: Runtime): number;
}

/** What names and calls mean where an expression stands. */
export interface ExpressionEnv {
  readonly context: StatementContext;
  /** @throws SqlError 207, 209, 4104 */
  column(reference: ColumnReference): Compiled;
  pseudoColumn?(reference: PseudoColumn): Compiled;
  /** Takes an expression as a whole, such as one of GROUP BY. */
  replace?(expression: Expression): Compiled | undefined;
  /** Aggregates and window functions. @returns undefined for any other function */
  call?(call: FunctionCall): Compiled | undefined;
  query(query: Query): RowPlan;
}
