import type { Expression, Predicate } from "./ast-expressions.ts";
import type { DataTypeNode, ObjectName } from "./ast-names.ts";
import type { AssignmentOperator } from "./ast-queries.ts";
import type { Statement } from "./ast.ts";
import type { TableDefinition } from "./ast-tables.ts";
import type { DefaultValue } from "./ast-dml.ts";

/** Control of flow, variables, transactions, session settings. */

interface Base {
  readonly pos: number;
  readonly line: number;
}

export interface ExecuteArgument {
  readonly kind: "execute-argument";
  readonly pos: number;
  /** `@name =`; undefined: by position. */
  readonly name: string | undefined;
  /** A bare word is a string literal, as the server takes it. */
  readonly value: Expression | DefaultValue;
  readonly output: boolean;
}

export type ExecuteStatement =
  | (Base & {
      readonly kind: "execute";
      /** `EXEC @status = procedure`. */
      readonly returnVariable: string | undefined;
      /** A string: `EXEC @procedureName`, the variable. */
      readonly procedure: ObjectName | string;
      readonly arguments: readonly ExecuteArgument[];
      readonly recompile: boolean;
    })
  | (Base & {
      readonly kind: "execute-text";
      /** EXEC ('a' + @b): the parts, concatenated. */
      readonly parts: readonly Expression[];
    });

export interface DeclareStatement extends Base {
  readonly kind: "declare";
  readonly variables: readonly DeclaredVariable[];
}

export type DeclaredVariable =
  | {
      readonly kind: "scalar-variable";
      readonly pos: number;
      readonly name: string;
      readonly type: DataTypeNode;
      readonly initial: Expression | undefined;
    }
  | {
      readonly kind: "table-variable-declaration";
      readonly pos: number;
      readonly name: string;
      readonly table: TableDefinition;
    };

/** SET @v = ... */
export interface SetVariableStatement extends Base {
  readonly kind: "set-variable";
  readonly variable: string;
  readonly operator: AssignmentOperator;
  readonly value: Expression;
}

/** SET NOCOUNT, XACT_ABORT ON; SET STATISTICS IO ON is "statistics io". Names in lower case. */
export interface SetOptionStatement extends Base {
  readonly kind: "set-option";
  readonly options: readonly string[];
  readonly on: boolean;
}

/** SET LOCK_TIMEOUT 100, SET DATEFORMAT ymd, SET DEADLOCK_PRIORITY LOW: a word comes as a string literal. Lower case name. */
export interface SetValueStatement extends Base {
  readonly kind: "set-value";
  readonly option: string;
  readonly value: Expression;
}

export interface SetIdentityInsertStatement extends Base {
  readonly kind: "set-identity-insert";
  readonly table: ObjectName;
  readonly on: boolean;
}

export interface SetIsolationLevelStatement extends Base {
  readonly kind: "set-isolation-level";
  readonly level: "read uncommitted" | "read committed" | "repeatable read" | "serializable" | "snapshot";
}

export interface IfStatement extends Base {
  readonly kind: "if";
  readonly condition: Predicate;
  readonly then: Statement;
  readonly otherwise: Statement | undefined;
}

export interface WhileStatement extends Base {
  readonly kind: "while";
  readonly condition: Predicate;
  readonly body: Statement;
}

export interface BlockStatement extends Base {
  readonly kind: "block";
  readonly statements: readonly Statement[];
}

export interface TryStatement extends Base {
  readonly kind: "try";
  readonly body: readonly Statement[];
  readonly handler: readonly Statement[];
}

export interface BreakStatement extends Base {
  readonly kind: "break";
}

export interface ContinueStatement extends Base {
  readonly kind: "continue";
}

export interface ReturnStatement extends Base {
  readonly kind: "return";
  readonly value: Expression | undefined;
}

export interface GotoStatement extends Base {
  readonly kind: "goto";
  readonly label: string;
}

export interface LabelStatement extends Base {
  readonly kind: "label";
  readonly label: string;
}

export interface PrintStatement extends Base {
  readonly kind: "print";
  readonly message: Expression;
}

export interface ThrowStatement extends Base {
  readonly kind: "throw";
  /** Undefined: throw again what was caught. */
  readonly error: { readonly number: Expression; readonly message: Expression; readonly state: Expression } | undefined;
}

export interface RaiserrorStatement extends Base {
  readonly kind: "raiserror";
  readonly message: Expression;
  readonly severity: Expression;
  readonly state: Expression;
  readonly arguments: readonly Expression[];
  /** "log", "nowait", "seterror". */
  readonly options: readonly string[];
}

export interface WaitForStatement extends Base {
  readonly kind: "waitfor";
  readonly mode: "delay" | "time";
  readonly value: Expression;
}

/** A transaction's or savepoint's name: a word as written, or a variable with its `@`. */
export type TransactionName = string;

export interface BeginTransactionStatement extends Base {
  readonly kind: "begin-transaction";
  readonly name: TransactionName | undefined;
  /** WITH MARK ['description']: "" without one. */
  readonly mark: string | undefined;
}

export interface CommitTransactionStatement extends Base {
  readonly kind: "commit-transaction";
  readonly name: TransactionName | undefined;
  readonly delayedDurability: boolean | undefined;
}

export interface RollbackTransactionStatement extends Base {
  readonly kind: "rollback-transaction";
  /** Of a transaction or a savepoint. */
  readonly name: TransactionName | undefined;
}

export interface SaveTransactionStatement extends Base {
  readonly kind: "save-transaction";
  readonly name: TransactionName;
}

export interface UseStatement extends Base {
  readonly kind: "use";
  readonly database: string;
}

export interface DbccStatement extends Base {
  readonly kind: "dbcc";
  /** Lower case: "checkident". */
  readonly command: string;
  /** A bare word is a string literal. */
  readonly arguments: readonly Expression[];
  /** WITH NO_INFOMSGS: lower case. */
  readonly options: readonly string[];
}

export interface CheckpointStatement extends Base {
  readonly kind: "checkpoint";
}

export interface KillStatement extends Base {
  readonly kind: "kill";
  readonly session: Expression;
}

/** ENABLE TRIGGER / DISABLE TRIGGER. */
export interface EnableTriggerStatement extends Base {
  readonly kind: "enable-trigger";
  readonly enabled: boolean;
  readonly names: readonly ObjectName[] | "all";
  readonly on: ObjectName | "database" | "all server";
}

export interface ExecuteAsStatement extends Base {
  readonly kind: "execute-as";
  readonly principal: "user" | "login" | "caller";
  /** A string literal or a variable; undefined for CALLER. */
  readonly name: Expression | undefined;
}

export interface RevertStatement extends Base {
  readonly kind: "revert";
}
