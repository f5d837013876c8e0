import type { Expression, Predicate } from "./ast-expressions.ts";
import type { DataTypeNode, ObjectName } from "./ast-names.ts";

/** CREATE TABLE, ALTER TABLE, indexes, and what they are made of. */

interface Base {
  readonly pos: number;
  readonly line: number;
}

/** Inside CREATE TABLE, CREATE TYPE AS TABLE, DECLARE @t TABLE, RETURNS @t TABLE. Column constraints are in `constraints` too, in written order. */
export interface TableDefinition {
  readonly kind: "table-definition";
  readonly columns: readonly ColumnDefinition[];
  readonly constraints: readonly TableConstraint[];
  readonly indexes: readonly InlineIndex[];
  readonly period: PeriodForSystemTime | undefined;
}

export interface PeriodForSystemTime {
  readonly kind: "period";
  readonly start: string;
  readonly end: string;
}

export interface ColumnDefinition {
  readonly kind: "column-definition";
  readonly pos: number;
  readonly name: string;
  /** Undefined for a computed column, and for `timestamp` written without a type. */
  readonly type: DataTypeNode | undefined;
  readonly computed: ComputedColumn | undefined;
  readonly collation: string | undefined;
  /** Undefined: not written (NULL unless it is a key column, an alias type says otherwise, or ANSI_NULL_DFLT is off). */
  readonly nullable: boolean | undefined;
  readonly identity: IdentityDefinition | undefined;
  readonly default: DefaultDefinition | undefined;
  readonly rowGuidCol: boolean;
  readonly sparse: boolean;
  /** XML COLUMN_SET FOR ALL_SPARSE_COLUMNS. */
  readonly columnSet: boolean;
  readonly filestream: boolean;
  readonly generatedAlways: GeneratedAlways | undefined;
  readonly hidden: boolean;
  readonly encrypted: ColumnEncryptionClause | undefined;
  /** MASKED WITH (FUNCTION = '...'). */
  readonly masked: string | undefined;
}

export type GeneratedAlways =
  | "row start"
  | "row end"
  | "transaction id start"
  | "transaction id end"
  | "sequence number start"
  | "sequence number end";

/** ENCRYPTED WITH (COLUMN_ENCRYPTION_KEY = key, ENCRYPTION_TYPE = ..., ALGORITHM = '...'). */
export interface ColumnEncryptionClause {
  readonly kind: "encrypted";
  readonly key: string;
  readonly type: "DETERMINISTIC" | "RANDOMIZED";
  readonly algorithm: string;
}

export interface ComputedColumn {
  readonly kind: "computed";
  readonly expression: Expression;
  /** The expression as written, without the outer AS. */
  readonly text: string;
  readonly persisted: boolean;
}

export interface IdentityDefinition {
  readonly kind: "identity";
  /** Decimal texts, with their sign: identity columns of decimal(38,0) exceed bigint. */
  readonly seed: string;
  readonly increment: string;
  readonly notForReplication: boolean;
}

export interface DefaultDefinition {
  readonly kind: "default";
  readonly name: string | undefined;
  readonly expression: Expression;
  readonly text: string;
}

export type TableConstraint = KeyConstraint | CheckConstraint | ForeignKeyConstraint;

export interface KeyConstraint {
  readonly kind: "key-constraint";
  readonly pos: number;
  readonly name: string | undefined;
  readonly primary: boolean;
  /** Undefined: a primary key is clustered unless another constraint or index is; a unique constraint is not. */
  readonly clustered: boolean | undefined;
  readonly columns: readonly IndexColumn[];
  readonly options: readonly IndexOption[];
  readonly filegroup: string | undefined;
}

export interface CheckConstraint {
  readonly kind: "check-constraint";
  readonly pos: number;
  readonly name: string | undefined;
  readonly predicate: Predicate;
  readonly text: string;
  /** The column whose definition it was written in. */
  readonly column: string | undefined;
  readonly notForReplication: boolean;
}

export type ReferentialAction = "no action" | "cascade" | "set null" | "set default";

export interface ForeignKeyConstraint {
  readonly kind: "foreign-key";
  readonly pos: number;
  readonly name: string | undefined;
  readonly columns: readonly string[];
  readonly references: ObjectName;
  /** Undefined: the primary key. */
  readonly referencedColumns: readonly string[] | undefined;
  readonly onDelete: ReferentialAction | undefined;
  readonly onUpdate: ReferentialAction | undefined;
  readonly notForReplication: boolean;
}

export interface IndexColumn {
  readonly kind: "index-column";
  readonly name: string;
  readonly descending: boolean;
}

/** WITH (FILLFACTOR = 80, IGNORE_DUP_KEY = ON): name and value in lower case. */
export interface IndexOption {
  readonly kind: "index-option";
  readonly name: string;
  readonly value: string | undefined;
}

/** INDEX name ... inside a table definition. */
export interface InlineIndex {
  readonly kind: "inline-index";
  readonly pos: number;
  readonly name: string;
  readonly unique: boolean;
  readonly clustered: boolean | undefined;
  readonly columns: readonly IndexColumn[];
  readonly include: readonly string[];
  readonly where: Predicate | undefined;
  readonly whereText: string | undefined;
  readonly options: readonly IndexOption[];
  readonly filegroup: string | undefined;
}

export interface CreateTableStatement extends Base {
  readonly kind: "create-table";
  readonly name: ObjectName;
  readonly definition: TableDefinition;
  /** AS NODE, AS EDGE. */
  readonly graph: "node" | "edge" | undefined;
  readonly filegroup: string | undefined;
  readonly textImageOn: string | undefined;
  readonly filestreamOn: string | undefined;
  /** WITH (...), SYSTEM_VERSIONING and LEDGER apart. */
  readonly options: readonly IndexOption[];
  readonly systemVersioning: SystemVersioning | undefined;
  readonly ledger: LedgerClause | undefined;
}

/** LEDGER = ON [(LEDGER_VIEW = name, APPEND_ONLY = ON)] | OFF; the names of the view's columns are refused. */
export interface LedgerClause {
  readonly kind: "ledger";
  readonly enabled: boolean;
  readonly view: ObjectName | undefined;
  readonly appendOnly: boolean;
}

export interface SystemVersioning {
  readonly kind: "system-versioning";
  readonly enabled: boolean;
  readonly historyTable: ObjectName | undefined;
  /** HISTORY_RETENTION_PERIOD; undefined: not written. */
  readonly retention:
    { readonly period: number; readonly unit: "DAY" | "WEEK" | "MONTH" | "YEAR" } | "infinite" | undefined;
  readonly options: readonly IndexOption[];
}

export interface AlterTableStatement extends Base {
  readonly kind: "alter-table";
  readonly table: ObjectName;
  readonly action: AlterTableAction;
}

export type AlterTableAction =
  | {
      readonly kind: "add";
      readonly definition: TableDefinition;
      /** CONSTRAINT ... DEFAULT ... FOR column. */
      readonly defaults: readonly { readonly definition: DefaultDefinition; readonly column: string }[];
      /** New columns take their default also in the rows that stand. */
      readonly withValues: boolean;
      /** WITH CHECK / WITH NOCHECK; undefined: CHECK. */
      readonly validation: "check" | "nocheck" | undefined;
    }
  | {
      readonly kind: "alter-column";
      readonly column: string;
      readonly type: DataTypeNode;
      readonly collation: string | undefined;
      readonly nullable: boolean | undefined;
      readonly sparse: boolean;
      readonly online: boolean;
    }
  | {
      readonly kind: "alter-column-property";
      readonly column: string;
      readonly add: boolean;
      readonly property: "rowguidcol" | "persisted" | "not for replication" | "sparse" | "hidden" | "masked";
      readonly argument: string | undefined;
    }
  | { readonly kind: "drop-elements"; readonly items: readonly AlterTableDrop[] }
  | {
      readonly kind: "change-tracking";
      readonly enabled: boolean;
      /** WITH (TRACK_COLUMNS_UPDATED = ...); undefined: not written (OFF). */
      readonly trackColumnsUpdated: boolean | undefined;
    }
  | {
      readonly kind: "enable-constraints";
      /** CHECK or NOCHECK CONSTRAINT. */
      readonly enabled: boolean;
      readonly validation: "check" | "nocheck" | undefined;
      readonly names: readonly string[] | "all";
    }
  | { readonly kind: "enable-triggers"; readonly enabled: boolean; readonly names: readonly string[] | "all" }
  | { readonly kind: "set-system-versioning"; readonly versioning: SystemVersioning }
  | { readonly kind: "set-table-options"; readonly options: readonly IndexOption[] }
  | { readonly kind: "rebuild"; readonly options: readonly IndexOption[] };

export interface AlterTableDrop {
  readonly kind: "alter-table-drop";
  readonly pos: number;
  /** "constraint" is also what no word before the name means. */
  readonly element: "column" | "constraint" | "period";
  /** "" for the period. */
  readonly name: string;
  readonly ifExists: boolean;
}

export interface CreateIndexStatement extends Base {
  readonly kind: "create-index";
  readonly name: string;
  readonly table: ObjectName;
  readonly unique: boolean;
  readonly clustered: boolean | undefined;
  readonly columns: readonly IndexColumn[];
  readonly include: readonly string[];
  readonly where: Predicate | undefined;
  readonly whereText: string | undefined;
  readonly options: readonly IndexOption[];
  readonly filegroup: string | undefined;
}

export interface AlterIndexStatement extends Base {
  readonly kind: "alter-index";
  /** Undefined: ALL. */
  readonly name: string | undefined;
  readonly table: ObjectName;
  readonly action: "rebuild" | "reorganize" | "disable" | "set";
  readonly options: readonly IndexOption[];
}

export interface DropIndexStatement extends Base {
  readonly kind: "drop-index";
  readonly ifExists: boolean;
  readonly items: readonly { readonly name: string; readonly table: ObjectName }[];
}
