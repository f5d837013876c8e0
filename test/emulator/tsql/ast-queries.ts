import type { Expression, Predicate } from "./ast-expressions.ts";
import type { DataTypeNode, ObjectName } from "./ast-names.ts";

/** A query expression with the clauses that belong to the whole of it. */
export interface Query {
  readonly kind: "query";
  readonly pos: number;
  readonly body: QueryBody;
  readonly orderBy: readonly OrderItem[];
  readonly offset: Expression | undefined;
  readonly fetch: Expression | undefined;
  readonly for: ForClause | undefined;
}

export type QueryBody = SelectQuery | SetOperation;

/** Parentheses and precedence (INTERSECT binds tighter) are in the shape. */
export interface SetOperation {
  readonly kind: "set-operation";
  readonly pos: number;
  readonly operator: "union" | "union all" | "except" | "intersect";
  readonly left: QueryBody;
  readonly right: QueryBody;
}

export interface SelectQuery {
  readonly kind: "select-query";
  readonly pos: number;
  readonly distinct: boolean;
  readonly top: TopClause | undefined;
  readonly items: readonly SelectItem[];
  /** Comma-separated sources are a cross product. Empty: no FROM. */
  readonly from: readonly TableSource[];
  readonly where: Predicate | undefined;
  readonly groupBy: readonly Expression[];
  readonly having: Predicate | undefined;
}

export interface TopClause {
  readonly kind: "top";
  readonly count: Expression;
  readonly percent: boolean;
  readonly withTies: boolean;
}

export type SelectItem =
  | {
      readonly kind: "select-expression";
      readonly pos: number;
      readonly expression: Expression;
      readonly alias: string | undefined;
    }
  | { readonly kind: "select-star"; readonly pos: number; readonly table: ObjectName | undefined }
  | {
      readonly kind: "select-assign";
      readonly pos: number;
      readonly variable: string;
      readonly operator: AssignmentOperator;
      readonly expression: Expression;
    };

export type AssignmentOperator = "=" | "+=" | "-=" | "*=" | "/=" | "%=" | "&=" | "^=" | "|=";

export interface OrderItem {
  readonly kind: "order-item";
  readonly expression: Expression;
  readonly descending: boolean;
}

/** FOR JSON PATH, FOR XML RAW('x'), ...: directives in lower case with the argument as written. */
export interface ForClause {
  readonly kind: "for";
  readonly pos: number;
  readonly format: "json" | "xml" | "browse";
  readonly mode: string;
  readonly modeArgument: string | undefined;
  readonly directives: readonly { readonly name: string; readonly argument: string | undefined }[];
}

export interface CommonTableExpression {
  readonly kind: "cte";
  readonly pos: number;
  readonly name: string;
  readonly columns: readonly string[] | undefined;
  readonly query: Query;
}

export type TableSource =
  | NamedTable
  | TableVariable
  | DerivedTable
  | ValuesTable
  | FunctionTable
  | OpenJson
  | MethodTable
  | ChangeTableChanges
  | ChangeTableVersion
  | Join;

/** A table, view, synonym, CTE, #temp table, or `inserted`/`deleted`. As target of UPDATE and DELETE also an alias of the FROM clause. */
export interface NamedTable {
  readonly kind: "named-table";
  readonly pos: number;
  readonly name: ObjectName;
  readonly alias: string | undefined;
  readonly hints: readonly TableHint[];
  readonly systemTime: SystemTime | undefined;
}

/** FOR SYSTEM_TIME of a temporal table. */
export interface SystemTime {
  readonly kind: "system-time";
  readonly mode: "as of" | "from" | "between" | "contained in" | "all";
  readonly from: Expression | undefined;
  readonly to: Expression | undefined;
}

/** NOLOCK, HOLDLOCK, INDEX(ix), FORCESEEK ...: lower case name, arguments as written. */
export interface TableHint {
  readonly kind: "table-hint";
  readonly pos: number;
  readonly name: string;
  readonly arguments: readonly string[];
}

export interface TableVariable {
  readonly kind: "table-variable";
  readonly pos: number;
  /** With its `@`. */
  readonly name: string;
  readonly alias: string | undefined;
  readonly hints: readonly TableHint[];
}

export interface DerivedTable {
  readonly kind: "derived-table";
  readonly pos: number;
  readonly query: Query;
  readonly alias: string;
  readonly columns: readonly string[] | undefined;
}

/** (VALUES (...), (...)) AS t (a, b). */
export interface ValuesTable {
  readonly kind: "values-table";
  readonly pos: number;
  readonly rows: readonly (readonly Expression[])[];
  readonly alias: string;
  readonly columns: readonly string[] | undefined;
}

/** A table-valued function, built in (STRING_SPLIT, sys.dm_..., GENERATE_SERIES) or not. */
export interface FunctionTable {
  readonly kind: "function-table";
  readonly pos: number;
  readonly name: ObjectName;
  readonly arguments: readonly Expression[];
  readonly alias: string | undefined;
  readonly columns: readonly string[] | undefined;
}

export interface OpenJson {
  readonly kind: "open-json";
  readonly pos: number;
  readonly json: Expression;
  readonly path: Expression | undefined;
  /** The WITH clause; undefined: the default schema key, value, type. */
  readonly schema: readonly OpenJsonColumn[] | undefined;
  readonly alias: string | undefined;
  readonly columns: readonly string[] | undefined;
}

export interface OpenJsonColumn {
  readonly kind: "open-json-column";
  readonly name: string;
  readonly type: DataTypeNode;
  readonly collation: string | undefined;
  readonly path: string | undefined;
  readonly asJson: boolean;
}

/** `x.nodes('/a') AS t(c)`. */
export interface MethodTable {
  readonly kind: "method-table";
  readonly pos: number;
  readonly target: Expression;
  readonly method: string;
  readonly arguments: readonly Expression[];
  readonly alias: string;
  readonly columns: readonly string[] | undefined;
}

/** CHANGETABLE(CHANGES table, last_sync_version [, FORCESEEK]) AS alias [(columns)]. */
export interface ChangeTableChanges {
  readonly kind: "changetable-changes";
  readonly pos: number;
  readonly table: ObjectName;
  /** NULL: all tracked changes. */
  readonly since: Expression;
  readonly forceSeek: boolean;
  readonly alias: string;
  readonly columns: readonly string[] | undefined;
}

/** CHANGETABLE(VERSION table, (key columns), (values) [, FORCESEEK]) AS alias [(columns)]. */
export interface ChangeTableVersion {
  readonly kind: "changetable-version";
  readonly pos: number;
  readonly table: ObjectName;
  readonly keyColumns: readonly string[];
  readonly keyValues: readonly Expression[];
  readonly forceSeek: boolean;
  readonly alias: string;
  readonly columns: readonly string[] | undefined;
}

export interface Join {
  readonly kind: "join";
  readonly pos: number;
  readonly type: "inner" | "left" | "right" | "full" | "cross" | "cross apply" | "outer apply";
  readonly left: TableSource;
  readonly right: TableSource;
  /** Undefined for cross joins and APPLY. */
  readonly on: Predicate | undefined;
  /** INNER LOOP JOIN and the like: forces the order too, no effect on the result. */
  readonly hint: "loop" | "hash" | "merge" | "remote" | undefined;
}

/** OPTION (...): lower case words and the argument as written: {name: "maxrecursion", argument: "100"}. */
export interface QueryHint {
  readonly kind: "query-hint";
  readonly pos: number;
  readonly name: string;
  readonly argument: string | undefined;
}
