import type { Expression } from "./ast-expressions.ts";
import type { DataTypeNode, ObjectName } from "./ast-names.ts";
import type { SelectStatement } from "./ast-dml.ts";
import type { Statement } from "./ast.ts";
import type { TableDefinition } from "./ast-tables.ts";

/** Views, procedures, functions and triggers: alone in their batch (error 111). */

export type ModuleAction = "create" | "alter" | "create or alter";

interface ModuleBase {
  readonly pos: number;
  readonly line: number;
  readonly action: ModuleAction;
  readonly name: ObjectName;
  /**
   * What sys.sql_modules.definition holds: the whole batch with its leading comments; ALTER is stored as CREATE, CREATE OR ALTER as CREATE
   * with the blanks that stood around the words.
   */
  readonly definition: string;
  /** WITH ...: lower case words: "schemabinding", "encryption", "view_metadata", "recompile", "returns null on null input". */
  readonly attributes: readonly string[];
  /** WITH EXECUTE AS: "caller", "self", "owner", or a user's name as written in quotes. */
  readonly executeAs: string | undefined;
}

export interface CreateViewStatement extends ModuleBase {
  readonly kind: "create-view";
  readonly columns: readonly string[] | undefined;
  readonly select: SelectStatement;
  readonly checkOption: boolean;
}

export interface ModuleParameter {
  readonly kind: "parameter";
  readonly pos: number;
  /** With its `@`. */
  readonly name: string;
  readonly type: DataTypeNode;
  readonly nullable: boolean | undefined;
  readonly default: Expression | undefined;
  readonly output: boolean;
  readonly readOnly: boolean;
}

export interface CreateProcedureStatement extends ModuleBase {
  readonly kind: "create-procedure";
  readonly parameters: readonly ModuleParameter[];
  readonly forReplication: boolean;
  readonly body: readonly Statement[];
}

export interface CreateFunctionStatement extends ModuleBase {
  readonly kind: "create-function";
  readonly parameters: readonly ModuleParameter[];
  readonly returns: FunctionReturns;
}

export type FunctionReturns =
  | { readonly kind: "scalar-function"; readonly type: DataTypeNode; readonly body: readonly Statement[] }
  | { readonly kind: "inline-function"; readonly select: SelectStatement }
  | {
      readonly kind: "table-function";
      /** With its `@`. */
      readonly variable: string;
      readonly table: TableDefinition;
      readonly body: readonly Statement[];
    };

export interface CreateTriggerStatement extends ModuleBase {
  readonly kind: "create-trigger";
  readonly on: ObjectName | "database" | "all server";
  readonly timing: "after" | "instead of";
  /** "insert", "update", "delete", or DDL events in lower case. */
  readonly events: readonly string[];
  readonly notForReplication: boolean;
  readonly body: readonly Statement[];
}
