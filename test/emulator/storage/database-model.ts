import type { SqlType, SqlValue } from "../values/sql-type.ts";
import type { ColumnEncryption, GeneratedAlwaysModel, GraphColumnType, HistoryRetention } from "./table-kind-model.ts";
import type { TableStore } from "./table-store.ts";

/**
 * What a database holds, as plain data. Objects are never changed in place: DDL puts a changed copy in their place
 * (`Database.replace`), so that undo, snapshots of a whole database and caches keyed by the object stay simple.
 * Dates are milliseconds since 1970 UTC of the server's clock. Names keep their spelling; they are looked up in the
 * database's collation.
 */

interface ObjectBase {
  readonly objectId: number;
  readonly schemaId: number;
  readonly name: string;
  /** Constraints and triggers: their table's (or view's) object id; else 0. */
  readonly parentObjectId: number;
  readonly createDate: number;
  readonly modifyDate: number;
  /** Owner, where it is not the schema's. */
  readonly principalId?: number;
}

export interface IdentityColumn {
  readonly seed: bigint;
  readonly increment: bigint;
  readonly notForReplication: boolean;
}

export interface ComputedColumnModel {
  /** As sys.computed_columns.definition shows it: in parentheses. */
  readonly definition: string;
  readonly persisted: boolean;
  /** What the expression mentions besides the table's own columns; all of it schema-bound. */
  readonly references?: readonly ModuleReference[];
}

export interface Column {
  /** Never used again after DROP COLUMN; the place in a row is the place in `TableObject.columns`, not this. */
  readonly columnId: number;
  readonly name: string;
  /** The system type, also for a column of an alias type. Character types carry their collation. */
  readonly type: SqlType;
  /** An alias type's user_type_id. */
  readonly userTypeId?: number;
  readonly nullable: boolean;
  readonly identity?: IdentityColumn;
  readonly computed?: ComputedColumnModel;
  /** Object id of its DEFAULT constraint. */
  readonly defaultObjectId?: number;
  readonly rowGuidCol?: boolean;
  readonly sparse?: boolean;
  readonly columnSet?: boolean;
  readonly hidden?: boolean;
  readonly filestream?: boolean;
  readonly generatedAlways?: GeneratedAlwaysModel;
  /** Always Encrypted: the values are ciphertext, which only clients with the key can make or read. */
  readonly encryption?: ColumnEncryption;
  /** sys.columns.graph_type: a column that the server adds to node and edge tables. */
  readonly graphType?: GraphColumnType;
  /** MASKED WITH (FUNCTION = '...'): the function's text. */
  readonly maskingFunction?: string;
}

export interface IndexColumnModel {
  readonly columnId: number;
  readonly descending: boolean;
}

export interface Index {
  /** 1: clustered; 2 and up: nonclustered. A heap has no entry (the catalog shows its row with index_id 0). */
  readonly indexId: number;
  readonly name: string;
  readonly clustered: boolean;
  readonly unique: boolean;
  readonly primaryKey: boolean;
  readonly uniqueConstraint: boolean;
  /** Object id of the PRIMARY KEY or UNIQUE constraint. */
  readonly constraintObjectId?: number;
  readonly keyColumns: readonly IndexColumnModel[];
  readonly includedColumnIds: readonly number[];
  /** As sys.indexes.filter_definition shows it. */
  readonly filterDefinition?: string;
  readonly ignoreDupKey: boolean;
  readonly disabled: boolean;
  readonly fillFactor: number;
  readonly padded: boolean;
  readonly allowRowLocks: boolean;
  readonly allowPageLocks: boolean;
}

export interface TemporalPeriod {
  readonly startColumnId: number;
  readonly endColumnId: number;
}

export interface TableObject extends ObjectBase {
  readonly kind: "table";
  readonly columns: readonly Column[];
  /** The largest column id ever given out. */
  readonly maxColumnId: number;
  readonly indexes: readonly Index[];
  readonly usesAnsiNulls: boolean;
  readonly period?: TemporalPeriod;
  /** System-versioned: the history table's object id. */
  readonly historyTableId?: number;
  /** A history table: the object id of its current table. */
  readonly historyOfTableId?: number;
  /** Undefined: INFINITE. */
  readonly historyRetention?: HistoryRetention;
  readonly graph?: "node" | "edge";
  readonly ledger?: "history" | "updatable" | "append-only";
  readonly lockEscalation?: "TABLE" | "DISABLE" | "AUTO";
  readonly lockOnBulkLoad?: boolean;
  readonly textInRowLimit?: number;
  readonly largeValueTypesOutOfRow?: boolean;
  readonly store: TableStore;
}

export interface KeyConstraintObject extends ObjectBase {
  readonly kind: "primary-key" | "unique";
  readonly indexId: number;
  readonly systemNamed: boolean;
}

export interface DefaultConstraintObject extends ObjectBase {
  readonly kind: "default";
  readonly references?: readonly ModuleReference[];
  readonly columnId: number;
  /** In parentheses, as sys.default_constraints.definition shows it. */
  readonly definition: string;
  readonly systemNamed: boolean;
}

export interface CheckConstraintObject extends ObjectBase {
  readonly kind: "check";
  readonly references?: readonly ModuleReference[];
  /** 0: a table constraint. */
  readonly columnId: number;
  readonly definition: string;
  readonly disabled: boolean;
  readonly notTrusted: boolean;
  readonly notForReplication: boolean;
  readonly systemNamed: boolean;
}

export type ReferentialActionModel = "NO_ACTION" | "CASCADE" | "SET_NULL" | "SET_DEFAULT";

export interface ForeignKeyObject extends ObjectBase {
  readonly kind: "foreign-key";
  readonly referencedObjectId: number;
  /** The key or unique index of the referenced table that it leans on. */
  readonly keyIndexId: number;
  readonly columns: readonly { readonly columnId: number; readonly referencedColumnId: number }[];
  readonly onDelete: ReferentialActionModel;
  readonly onUpdate: ReferentialActionModel;
  readonly disabled: boolean;
  readonly notTrusted: boolean;
  readonly notForReplication: boolean;
  readonly systemNamed: boolean;
}

/** What sys.sql_modules has of a module. */
export interface ModuleText {
  /** The whole text. Undefined: WITH ENCRYPTION. */
  readonly definition: string | undefined;
  /** What the engine executes, also where the definition is hidden. */
  readonly source: string;
  readonly usesAnsiNulls: boolean;
  readonly usesQuotedIdentifier: boolean;
  readonly schemaBound: boolean;
  readonly recompiled: boolean;
  readonly nullOnNullInput: boolean;
  /** EXECUTE AS: a principal id, -2 for OWNER; undefined for CALLER. */
  readonly executeAsPrincipalId?: number;
}

export interface Parameter {
  /** With its `@`; "" is the return value of a scalar function (parameter_id 0). */
  readonly name: string;
  readonly parameterId: number;
  readonly type: SqlType;
  readonly userTypeId?: number;
  readonly output: boolean;
  readonly readOnly: boolean;
  readonly nullable: boolean;
  /** sys.parameters shows it for CLR modules only: T-SQL modules have 0 whatever they declare. */
  readonly hasDefault: boolean;
}

/** A name that a module's text mentions; resolved by name each time (sys.sql_expression_dependencies). */
export interface ModuleReference {
  readonly server?: string;
  readonly database?: string;
  readonly schema?: string;
  readonly name: string;
  /** "OBJECT_OR_COLUMN" or "TYPE". */
  readonly class: "object" | "type";
  /** Columns named in a schema-bound reference: one row each. */
  readonly columnIds?: readonly number[];
  readonly schemaBound: boolean;
  /** Depends on the caller's default schema: a procedure or function in EXECUTE that is named without a schema. */
  readonly callerDependent: boolean;
  /** A function, or a method of a column: seen when it runs. */
  readonly ambiguous: boolean;
}

interface ModuleBase extends ObjectBase {
  readonly module: ModuleText;
  readonly references: readonly ModuleReference[];
}

export interface ViewObject extends ModuleBase {
  readonly kind: "view";
  readonly columns: readonly Column[];
  readonly withCheckOption: boolean;
  /** An indexed view's indexes. */
  readonly indexes: readonly Index[];
}

export interface ProcedureObject extends ModuleBase {
  readonly kind: "procedure";
  readonly parameters: readonly Parameter[];
}

export interface FunctionObject extends ModuleBase {
  readonly kind: "scalar-function" | "inline-function" | "table-function";
  readonly parameters: readonly Parameter[];
  /** Of the returned table; empty for a scalar function. */
  readonly columns: readonly Column[];
}

export interface TriggerObject extends ModuleBase {
  readonly kind: "trigger";
  readonly disabled: boolean;
  readonly insteadOf: boolean;
  readonly events: readonly ("insert" | "update" | "delete")[];
  readonly notForReplication: boolean;
}

export interface SequenceObject extends ObjectBase {
  readonly kind: "sequence";
  readonly type: SqlType;
  readonly userTypeId?: number;
  readonly start: bigint;
  readonly increment: bigint;
  readonly minimum: bigint;
  readonly maximum: bigint;
  readonly cycling: boolean;
  readonly cached: boolean;
  readonly cacheSize: number | undefined;
  /** Moves outside of transactions, and so is shared by all copies of the object. */
  readonly state: { current: bigint; used: boolean };
}

export interface SynonymObject extends ObjectBase {
  readonly kind: "synonym";
  /** As sys.synonyms.base_object_name shows it: parts in brackets. */
  readonly baseObjectName: string;
}

/** The object behind a table type (sys.objects type TT, schema sys); the type itself is a `UserType`. */
export interface TableTypeObject extends ObjectBase {
  readonly kind: "table-type";
  readonly columns: readonly Column[];
  readonly maxColumnId: number;
  readonly indexes: readonly Index[];
  readonly userTypeId: number;
}

export interface SecurityPolicyObject extends ObjectBase {
  readonly kind: "security-policy";
  readonly enabled: boolean;
  readonly schemaBound: boolean;
  readonly notForReplication: boolean;
  readonly predicates: readonly {
    readonly predicateId: number;
    readonly targetObjectId: number;
    readonly functionObjectId: number;
    readonly definition: string;
    readonly type: "FILTER" | "BLOCK";
    readonly operation?: "AFTER INSERT" | "AFTER UPDATE" | "BEFORE UPDATE" | "BEFORE DELETE";
  }[];
  /** Its tables with the columns that are arguments, and its functions; all of it schema-bound where the policy is. */
  readonly references: readonly ModuleReference[];
}

export type DatabaseObject =
  | TableObject
  | KeyConstraintObject
  | DefaultConstraintObject
  | CheckConstraintObject
  | ForeignKeyObject
  | ViewObject
  | ProcedureObject
  | FunctionObject
  | TriggerObject
  | SequenceObject
  | SynonymObject
  | TableTypeObject
  | SecurityPolicyObject;

export interface Schema {
  readonly schemaId: number;
  readonly name: string;
  readonly principalId: number;
}

/** CREATE TYPE: an alias type, or a table type with its object. */
export interface UserType {
  readonly userTypeId: number;
  readonly schemaId: number;
  readonly name: string;
  readonly nullable: boolean;
  /** An alias type's system type. */
  readonly type?: SqlType;
  /** A table type's object id. */
  readonly tableTypeObjectId?: number;
}

export interface DatabasePrincipal {
  readonly principalId: number;
  readonly name: string;
  readonly type: "SQL_USER" | "DATABASE_ROLE" | "WINDOWS_USER" | "EXTERNAL_USER";
  readonly defaultSchema?: string;
  /** The login's security id; undefined for WITHOUT LOGIN and roles. */
  readonly sid?: Buffer;
  readonly isFixedRole: boolean;
  readonly owningPrincipalId?: number;
  readonly createDate: number;
  readonly modifyDate: number;
}

/** One row of sys.database_permissions. */
export interface Permission {
  readonly class: "DATABASE" | "OBJECT_OR_COLUMN" | "SCHEMA" | "DATABASE_PRINCIPAL" | "TYPE";
  readonly majorId: number;
  /** A column id, or 0. */
  readonly minorId: number;
  readonly granteePrincipalId: number;
  readonly grantorPrincipalId: number;
  /** Upper case: SELECT, VIEW DEFINITION. */
  readonly permission: string;
  /** REVOKE: a column that was taken out of what is granted on the whole object. */
  readonly state: "GRANT" | "DENY" | "GRANT_WITH_GRANT_OPTION" | "REVOKE";
}

/** One row of sys.extended_properties. */
export interface ExtendedProperty {
  readonly class: number;
  readonly majorId: number;
  readonly minorId: number;
  readonly name: string;
  readonly value: SqlValue;
}
