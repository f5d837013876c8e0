import type { SqlType, SqlValue } from "../values/sql-type.ts";
import type { ObjectName, DataTypeNode } from "./ast-names.ts";
import type { OrderItem, Query } from "./ast-queries.ts";

/**
 * Scalar expressions and predicates. T-SQL has no boolean values: a `Predicate` stands only where a condition is expected,
 * an `Expression` only where a value is. Parentheses are gone; the shape of the tree says it all.
 */
export type Expression =
  | Literal
  | ColumnReference
  | PseudoColumn
  | VariableReference
  | GlobalVariable
  | UnaryExpression
  | BinaryExpression
  | CaseExpression
  | CastExpression
  | CollateExpression
  | AtTimeZone
  | FunctionCall
  | DatePart
  | TrimExpression
  | NextValueFor
  | IdentityFunction
  | MethodCall
  | StaticMethodCall
  | ScalarSubquery;

export type Predicate =
  | Comparison
  | LogicalPredicate
  | NotPredicate
  | IsNull
  | IsDistinct
  | Between
  | InList
  | InQuery
  | Like
  | Exists
  | QuantifiedComparison
  | UpdateFunction;

/**
 * A constant with its type as the server sees it: int when it fits, else numeric; 1.50 numeric(3,2); 1e3 float; $1.5 money;
 * 'x' varchar(n), N'x' nvarchar(n), both (max) beyond 8,000 bytes, length 1 when empty; 0x varbinary(n). NULL has type int.
 * A minus sign before a number is part of it. Never wrapped by coverage.
 */
export interface Literal {
  readonly kind: "literal";
  readonly pos: number;
  readonly type: SqlType;
  readonly value: SqlValue;
  /** As written. */
  readonly text: string;
}

/** `name`, `t.name`, `s.t.name`: everything before the last dot is the qualifier. `inserted` and `deleted` are ordinary qualifiers. */
export interface ColumnReference {
  readonly kind: "column";
  readonly pos: number;
  readonly table: ObjectName | undefined;
  readonly name: string;
}

/** `$action` (MERGE output), `$identity`, `$rowguid`; names are lower case. */
export interface PseudoColumn {
  readonly kind: "pseudo-column";
  readonly pos: number;
  readonly table: ObjectName | undefined;
  readonly name: "$action" | "$identity" | "$rowguid";
}

/** `@name`, as written, with its `@`. */
export interface VariableReference {
  readonly kind: "variable";
  readonly pos: number;
  readonly name: string;
}

/** `@@rowcount`: lower case, with its `@@`. */
export interface GlobalVariable {
  readonly kind: "global-variable";
  readonly pos: number;
  readonly name: string;
}

export interface UnaryExpression {
  readonly kind: "unary";
  readonly pos: number;
  readonly operator: "-" | "+" | "~";
  readonly operand: Expression;
}

export type BinaryOperator = "+" | "-" | "*" | "/" | "%" | "&" | "|" | "^";

export interface BinaryExpression {
  readonly kind: "binary";
  readonly pos: number;
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
}

/** Simple form (`input` set): `when` is an Expression that is compared with it; searched form: `when` is a Predicate. IIF becomes the searched form. */
export type CaseExpression =
  | {
      readonly kind: "case";
      readonly pos: number;
      readonly input: Expression;
      readonly branches: readonly { readonly when: Expression; readonly then: Expression }[];
      readonly otherwise: Expression | undefined;
    }
  | {
      readonly kind: "case";
      readonly pos: number;
      readonly input: undefined;
      readonly branches: readonly { readonly when: Predicate; readonly then: Expression }[];
      readonly otherwise: Expression | undefined;
    };

export interface CastExpression {
  readonly kind: "cast";
  readonly pos: number;
  readonly function: "cast" | "convert" | "try_cast" | "try_convert" | "parse" | "try_parse";
  readonly operand: Expression;
  readonly type: DataTypeNode;
  /** CONVERT only. */
  readonly style: Expression | undefined;
  /** PARSE ... USING. */
  readonly culture: Expression | undefined;
}

export interface CollateExpression {
  readonly kind: "collate";
  readonly pos: number;
  readonly operand: Expression;
  /** As written; `database_default` is possible. */
  readonly collation: string;
}

export interface AtTimeZone {
  readonly kind: "at-time-zone";
  readonly pos: number;
  readonly operand: Expression;
  readonly zone: Expression;
}

/**
 * Built-in and user-defined functions, aggregates and window functions; CURRENT_TIMESTAMP, CURRENT_USER, SESSION_USER, SYSTEM_USER and USER
 * come without arguments. `name.name` is as written: compare without case.
 */
export interface FunctionCall {
  readonly kind: "function-call";
  readonly pos: number;
  readonly name: ObjectName;
  readonly arguments: readonly Expression[];
  /** COUNT(*). */
  readonly star: boolean;
  readonly distinct: boolean;
  readonly over: OverClause | undefined;
  /** WITHIN GROUP (ORDER BY ...). */
  readonly withinGroup: readonly OrderItem[] | undefined;
  readonly nullTreatment: "ignore nulls" | "respect nulls" | undefined;
}

/** First argument of DATEADD, DATEDIFF, DATEDIFF_BIG, DATENAME, DATEPART, DATETRUNC, DATE_BUCKET: lower case, as written (`yy`, `day`). */
export interface DatePart {
  readonly kind: "date-part";
  readonly pos: number;
  readonly name: string;
}

export interface OverClause {
  readonly kind: "over";
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly OrderItem[];
  readonly frame: WindowFrame | undefined;
}

export interface WindowFrame {
  readonly kind: "frame";
  readonly unit: "rows" | "range";
  readonly start: FrameBound;
  /** Undefined: the short form, whose end is CURRENT ROW. */
  readonly end: FrameBound | undefined;
}

export interface FrameBound {
  readonly kind: "frame-bound";
  readonly bound: "unbounded preceding" | "preceding" | "current row" | "following" | "unbounded following";
  /** Set for `n PRECEDING` and `n FOLLOWING`. */
  readonly offset: Expression | undefined;
}

/** TRIM. */
export interface TrimExpression {
  readonly kind: "trim";
  readonly pos: number;
  readonly side: "leading" | "trailing" | "both" | undefined;
  readonly characters: Expression | undefined;
  readonly operand: Expression;
}

export interface NextValueFor {
  readonly kind: "next-value";
  readonly pos: number;
  readonly sequence: ObjectName;
  readonly over: OverClause | undefined;
}

/** IDENTITY(type, seed, increment) in SELECT INTO. */
export interface IdentityFunction {
  readonly kind: "identity-function";
  readonly pos: number;
  readonly type: DataTypeNode;
  readonly seed: Expression | undefined;
  readonly increment: Expression | undefined;
}

/** A method of xml, hierarchyid or a spatial type: `x.value('(/a)[1]', 'int')`, `@h.ToString()`. */
export interface MethodCall {
  readonly kind: "method-call";
  readonly pos: number;
  readonly target: Expression;
  readonly method: string;
  /** False: a property (`g.Lat`) and no arguments. */
  readonly call: boolean;
  readonly arguments: readonly Expression[];
}

/** `hierarchyid::Parse('/1/')`. */
export interface StaticMethodCall {
  readonly kind: "static-method-call";
  readonly pos: number;
  readonly type: DataTypeNode;
  readonly method: string;
  readonly call: boolean;
  readonly arguments: readonly Expression[];
}

export interface ScalarSubquery {
  readonly kind: "scalar-subquery";
  readonly pos: number;
  readonly query: Query;
}

/** `!=` is `<>`, `!<` is `>=`, `!>` is `<=`. */
export type ComparisonOperator = "=" | "<>" | "<" | ">" | "<=" | ">=";

export interface Comparison {
  readonly kind: "comparison";
  readonly pos: number;
  readonly operator: ComparisonOperator;
  readonly left: Expression;
  readonly right: Expression;
}

/** A chain of ANDs, or of ORs, in order; two operands or more. */
export interface LogicalPredicate {
  readonly kind: "and" | "or";
  readonly pos: number;
  readonly operands: readonly Predicate[];
}

export interface NotPredicate {
  readonly kind: "not";
  readonly pos: number;
  readonly operand: Predicate;
}

export interface IsNull {
  readonly kind: "is-null";
  readonly pos: number;
  readonly operand: Expression;
  readonly negated: boolean;
}

/** `negated` is IS NOT DISTINCT FROM. */
export interface IsDistinct {
  readonly kind: "is-distinct";
  readonly pos: number;
  readonly left: Expression;
  readonly right: Expression;
  readonly negated: boolean;
}

export interface Between {
  readonly kind: "between";
  readonly pos: number;
  readonly operand: Expression;
  readonly low: Expression;
  readonly high: Expression;
  readonly negated: boolean;
}

export interface InList {
  readonly kind: "in-list";
  readonly pos: number;
  readonly operand: Expression;
  readonly values: readonly Expression[];
  readonly negated: boolean;
}

export interface InQuery {
  readonly kind: "in-query";
  readonly pos: number;
  readonly operand: Expression;
  readonly query: Query;
  readonly negated: boolean;
}

export interface Like {
  readonly kind: "like";
  readonly pos: number;
  readonly operand: Expression;
  readonly pattern: Expression;
  readonly escape: Expression | undefined;
  readonly negated: boolean;
}

export interface Exists {
  readonly kind: "exists";
  readonly pos: number;
  readonly query: Query;
}

/** SOME is ANY. */
export interface QuantifiedComparison {
  readonly kind: "quantified";
  readonly pos: number;
  readonly operator: ComparisonOperator;
  readonly quantifier: "any" | "all";
  readonly left: Expression;
  readonly query: Query;
}

/** UPDATE(column) in a trigger. */
export interface UpdateFunction {
  readonly kind: "update-function";
  readonly pos: number;
  readonly column: string;
}
