import type { ColumnReference, Expression, Predicate } from "./ast-expressions.ts";
import type { ExecuteStatement } from "./ast-control.ts";
import type { DataTypeNode, ObjectName } from "./ast-names.ts";
import type {
  AssignmentOperator,
  CommonTableExpression,
  NamedTable,
  Query,
  QueryHint,
  SelectItem,
  TableSource,
  TableVariable,
  TopClause,
} from "./ast-queries.ts";

interface Base {
  readonly pos: number;
  readonly line: number;
}

/** WITH before SELECT and DML. */
interface WithClause {
  readonly with: readonly CommonTableExpression[];
  /** WITH CHANGE_TRACKING_CONTEXT (ctx). */
  readonly changeTrackingContext: Expression | undefined;
}

export interface SelectStatement extends Base, WithClause {
  readonly kind: "select";
  readonly query: Query;
  /** SELECT ... INTO, of the first (leftmost) select. */
  readonly into: ObjectName | undefined;
  readonly options: readonly QueryHint[];
}

/** DEFAULT in the place of a value. */
export interface DefaultValue {
  readonly kind: "default-value";
  readonly pos: number;
}

export type DmlTarget = NamedTable | TableVariable;

/** OUTPUT ... to the client. */
export interface OutputClause {
  readonly kind: "output";
  readonly items: readonly SelectItem[];
}

/** OUTPUT ... INTO; a statement may have both, this one first. */
export interface OutputIntoClause {
  readonly kind: "output-into";
  readonly items: readonly SelectItem[];
  readonly target: DmlTarget;
  readonly columns: readonly string[] | undefined;
}

export interface InsertStatement extends Base, WithClause {
  readonly kind: "insert";
  readonly top: TopClause | undefined;
  readonly target: DmlTarget;
  /** Undefined: all columns that can be written, in order. */
  readonly columns: readonly string[] | undefined;
  readonly output: OutputClause | undefined;
  readonly outputInto: OutputIntoClause | undefined;
  readonly source: InsertSource;
  readonly options: readonly QueryHint[];
}

export type InsertSource =
  | { readonly kind: "insert-values"; readonly rows: readonly (readonly (Expression | DefaultValue)[])[] }
  | { readonly kind: "insert-query"; readonly query: Query }
  | { readonly kind: "insert-execute"; readonly execute: ExecuteStatement }
  | { readonly kind: "insert-default-values" };

/** What a driver sends before a bulk load; the rows follow on the wire. */
export interface InsertBulkStatement extends Base {
  readonly kind: "insert-bulk";
  readonly table: ObjectName;
  readonly columns: readonly InsertBulkColumn[];
  /** KEEP_NULLS, CHECK_CONSTRAINTS, FIRE_TRIGGERS, KEEP_IDENTITY?, TABLOCK, ROWS_PER_BATCH = n, ORDER(...): lower case names. */
  readonly options: readonly InsertBulkOption[];
}

export interface InsertBulkColumn {
  readonly kind: "insert-bulk-column";
  readonly name: string;
  readonly type: DataTypeNode;
  readonly collation: string | undefined;
}

export interface InsertBulkOption {
  readonly kind: "insert-bulk-option";
  readonly name: string;
  readonly argument: string | undefined;
}

export type Assignment =
  | {
      readonly kind: "set-column";
      readonly pos: number;
      readonly column: ColumnReference;
      readonly operator: AssignmentOperator;
      readonly value: Expression | DefaultValue;
    }
  /** `@v = expression`, or `@v = column = expression` when `column` is set. */
  | {
      readonly kind: "set-variable-in-update";
      readonly pos: number;
      readonly variable: string;
      readonly column: ColumnReference | undefined;
      readonly operator: AssignmentOperator;
      readonly value: Expression;
    }
  /** `column.WRITE(expression, offset, length)`. */
  | {
      readonly kind: "write-column";
      readonly pos: number;
      readonly column: ColumnReference;
      readonly value: Expression;
      readonly offset: Expression;
      readonly length: Expression;
    };

export interface UpdateStatement extends Base, WithClause {
  readonly kind: "update";
  readonly top: TopClause | undefined;
  readonly target: DmlTarget;
  readonly assignments: readonly Assignment[];
  readonly output: OutputClause | undefined;
  readonly outputInto: OutputIntoClause | undefined;
  readonly from: readonly TableSource[];
  readonly where: Predicate | undefined;
  readonly options: readonly QueryHint[];
}

export interface DeleteStatement extends Base, WithClause {
  readonly kind: "delete";
  readonly top: TopClause | undefined;
  readonly target: DmlTarget;
  readonly output: OutputClause | undefined;
  readonly outputInto: OutputIntoClause | undefined;
  readonly from: readonly TableSource[];
  readonly where: Predicate | undefined;
  readonly options: readonly QueryHint[];
}

export interface MergeStatement extends Base, WithClause {
  readonly kind: "merge";
  readonly top: TopClause | undefined;
  /** Its alias is in the target. */
  readonly target: DmlTarget;
  readonly source: TableSource;
  readonly on: Predicate;
  readonly clauses: readonly MergeClause[];
  readonly output: OutputClause | undefined;
  readonly outputInto: OutputIntoClause | undefined;
  readonly options: readonly QueryHint[];
}

export interface MergeClause {
  readonly kind: "merge-clause";
  readonly pos: number;
  /** `not matched` is BY TARGET. */
  readonly match: "matched" | "not matched" | "not matched by source";
  readonly and: Predicate | undefined;
  readonly action: MergeAction;
}

export type MergeAction =
  | { readonly kind: "merge-update"; readonly assignments: readonly Assignment[] }
  | { readonly kind: "merge-delete" }
  | {
      readonly kind: "merge-insert";
      readonly columns: readonly string[] | undefined;
      /** Undefined: DEFAULT VALUES. */
      readonly values: readonly (Expression | DefaultValue)[] | undefined;
    };

export interface TruncateTableStatement extends Base {
  readonly kind: "truncate-table";
  readonly table: ObjectName;
}
