import type { Expression } from "./ast-expressions.ts";
import type { DataTypeNode, ObjectName } from "./ast-names.ts";
import type { TableDefinition } from "./ast-tables.ts";

/** Databases, schemas, types, sequences, synonyms, drops, principals and permissions. */

interface Base {
  readonly pos: number;
  readonly line: number;
}

export interface CreateDatabaseStatement extends Base {
  readonly kind: "create-database";
  readonly name: string;
  readonly collation: string | undefined;
}

export interface AlterDatabaseStatement extends Base {
  readonly kind: "alter-database";
  /** Undefined: CURRENT. */
  readonly database: string | undefined;
  readonly action: AlterDatabaseAction;
}

export type AlterDatabaseAction =
  | {
      readonly kind: "set-database-options";
      readonly options: readonly DatabaseOption[];
      readonly termination: DatabaseTermination | undefined;
    }
  | { readonly kind: "collate-database"; readonly collation: string }
  | { readonly kind: "rename-database"; readonly name: string }
  /** ADD FILEGROUP name CONTAINS FILESTREAM. */
  | { readonly kind: "add-filestream-filegroup"; readonly name: string }
  /** ADD FILE (NAME = name, FILENAME = '...') TO FILEGROUP filegroup. */
  | { readonly kind: "add-file"; readonly name: string; readonly path: string; readonly filegroup: string }
  /** MODIFY FILE (NAME = name, MAXSIZE = UNLIMITED). */
  | { readonly kind: "modify-file"; readonly name: string };

export type DatabaseOption =
  | {
      readonly kind: "change-tracking";
      /** `= ON`, `= OFF`; undefined: only the options in parentheses are changed. */
      readonly enabled: boolean | undefined;
      readonly retention: { readonly value: number; readonly unit: "days" | "hours" | "minutes" } | undefined;
      readonly autoCleanup: boolean | undefined;
    }
  | {
      /** `ALLOW_SNAPSHOT_ISOLATION ON`, `RECOVERY SIMPLE`, `READ_ONLY` (value undefined), `COMPATIBILITY_LEVEL = 160`: all in lower case. */
      readonly kind: "database-option";
      readonly pos: number;
      readonly name: string;
      readonly value: string | undefined;
    };

/** WITH ROLLBACK IMMEDIATE, WITH ROLLBACK AFTER n, WITH NO_WAIT. */
export interface DatabaseTermination {
  readonly kind: "termination";
  readonly action: "rollback immediate" | "rollback after" | "no_wait";
  readonly seconds: number | undefined;
}

export interface CreateSchemaStatement extends Base {
  readonly kind: "create-schema";
  /** Undefined: only AUTHORIZATION was written, its name is the schema's. */
  readonly name: string | undefined;
  readonly authorization: string | undefined;
}

export interface AlterSchemaTransferStatement extends Base {
  readonly kind: "alter-schema-transfer";
  readonly schema: string;
  readonly class: "object" | "type";
  readonly name: ObjectName;
}

export interface AlterAuthorizationStatement extends Base {
  readonly kind: "alter-authorization";
  /** "object" is the default. */
  readonly class: "object" | "schema" | "database" | "type" | "role";
  readonly name: ObjectName;
  /** Undefined: SCHEMA OWNER. */
  readonly owner: string | undefined;
}

/** CREATE COLUMN MASTER KEY. */
export interface CreateColumnMasterKeyStatement extends Base {
  readonly kind: "create-column-master-key";
  readonly name: string;
  readonly providerName: string;
  readonly path: string;
}

/** CREATE COLUMN ENCRYPTION KEY. */
export interface CreateColumnEncryptionKeyStatement extends Base {
  readonly kind: "create-column-encryption-key";
  readonly name: string;
  readonly values: readonly {
    readonly kind: "column-key-value";
    readonly masterKey: string;
    readonly algorithm: string;
    /** Hexadecimal digits. */
    readonly encrypted: string;
  }[];
}

export interface CreateTypeStatement extends Base {
  readonly kind: "create-type";
  readonly name: ObjectName;
  readonly definition:
    | { readonly kind: "alias-type"; readonly base: DataTypeNode; readonly nullable: boolean | undefined }
    | { readonly kind: "table-type"; readonly table: TableDefinition };
}

/** Numbers are decimal texts with their sign. */
export interface SequenceOptions {
  readonly kind: "sequence-options";
  /** START WITH, or RESTART WITH. */
  readonly start: string | undefined;
  readonly increment: string | undefined;
  /** "none": NO MINVALUE. */
  readonly minimum: string | undefined;
  /** "none": NO MAXVALUE. */
  readonly maximum: string | undefined;
  readonly cycle: boolean | undefined;
  /** A number, "no", or "default" (CACHE without a number). */
  readonly cache: string | undefined;
}

export interface CreateSequenceStatement extends Base {
  readonly kind: "create-sequence";
  readonly name: ObjectName;
  readonly type: DataTypeNode | undefined;
  readonly options: SequenceOptions;
}

export interface AlterSequenceStatement extends Base {
  readonly kind: "alter-sequence";
  readonly name: ObjectName;
  readonly restart: boolean;
  readonly options: SequenceOptions;
}

export interface CreateSynonymStatement extends Base {
  readonly kind: "create-synonym";
  readonly name: ObjectName;
  readonly target: ObjectName;
}

export type DropObjectClass =
  | "aggregate"
  | "database"
  | "default"
  | "function"
  | "login"
  | "procedure"
  | "role"
  | "rule"
  | "schema"
  | "security policy"
  | "sequence"
  | "statistics"
  | "synonym"
  | "table"
  | "trigger"
  | "type"
  | "user"
  | "view";

export interface DropStatement extends Base {
  readonly kind: "drop";
  readonly class: DropObjectClass;
  readonly ifExists: boolean;
  readonly names: readonly ObjectName[];
  /** DROP TRIGGER ... ON DATABASE | ALL SERVER. */
  readonly triggerScope: "database" | "all server" | undefined;
}

export interface CreateLoginStatement extends Base {
  readonly kind: "create-login";
  readonly name: string;
  readonly password: string | undefined;
  readonly options: readonly PrincipalOption[];
}

export interface AlterLoginStatement extends Base {
  readonly kind: "alter-login";
  readonly name: string;
  readonly enabled: boolean | undefined;
  readonly password: string | undefined;
  readonly options: readonly PrincipalOption[];
}

/** DEFAULT_DATABASE = x, CHECK_POLICY = OFF, DEFAULT_SCHEMA = x: lower case name, value as written. */
export interface PrincipalOption {
  readonly kind: "principal-option";
  readonly name: string;
  readonly value: string;
}

export interface CreateUserStatement extends Base {
  readonly kind: "create-user";
  readonly name: string;
  readonly login: string | undefined;
  readonly withoutLogin: boolean;
  readonly options: readonly PrincipalOption[];
}

export interface AlterUserStatement extends Base {
  readonly kind: "alter-user";
  readonly name: string;
  readonly options: readonly PrincipalOption[];
}

export interface CreateRoleStatement extends Base {
  readonly kind: "create-role";
  readonly name: string;
  readonly authorization: string | undefined;
}

export interface AlterRoleStatement extends Base {
  readonly kind: "alter-role";
  readonly server: boolean;
  readonly role: string;
  readonly action: "add member" | "drop member" | "rename";
  readonly name: string;
}

/** GRANT, DENY, REVOKE. */
export interface PermissionStatement extends Base {
  readonly kind: "permission";
  readonly action: "grant" | "deny" | "revoke";
  /** Lower case: "select", "view definition"; "all" for ALL [PRIVILEGES]. */
  readonly permissions: readonly { readonly name: string; readonly columns: readonly string[] }[];
  /** Undefined: on the database or the server, as the permission says. */
  readonly on: { readonly class: string; readonly name: ObjectName; readonly columns: readonly string[] } | undefined;
  readonly principals: readonly string[];
  readonly grantOption: boolean;
  readonly cascade: boolean;
  readonly as: string | undefined;
}

/** CREATE SECURITY POLICY ... ADD FILTER PREDICATE f(c) ON t, ... */
export interface CreateSecurityPolicyStatement extends Base {
  readonly kind: "create-security-policy";
  readonly name: ObjectName;
  readonly predicates: readonly SecurityPredicate[];
  readonly enabled: boolean | undefined;
  readonly schemaBinding: boolean | undefined;
  readonly notForReplication: boolean;
}

export interface SecurityPredicate {
  readonly kind: "security-predicate";
  readonly type: "filter" | "block";
  readonly function: ObjectName;
  readonly arguments: readonly Expression[];
  readonly text: string;
  readonly table: ObjectName;
  readonly operation: "after insert" | "after update" | "before update" | "before delete" | undefined;
}

export interface AlterSecurityPolicyStatement extends Base {
  readonly kind: "alter-security-policy";
  readonly name: ObjectName;
  /** DROP FILTER PREDICATE ON: these tables. */
  readonly unfiltered: readonly ObjectName[];
  /** Undefined: stays as it is. */
  readonly enabled: boolean | undefined;
}
