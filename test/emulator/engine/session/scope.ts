import type { SqlError } from "../../values/sql-error.ts";
import { sqlError } from "../../values/error-table.ts";
import type { SqlType, SqlValue } from "../../values/sql-type.ts";
import type { LocalTable } from "../tables/local-table.ts";

export interface Variable {
  readonly name: string;
  readonly type: SqlType;
  value: SqlValue;
  /** Set for a table variable. */
  readonly table?: LocalTable;
  /** A table-valued parameter. */
  readonly readOnly?: boolean;
  /** The table is a variable's of the caller. */
  readonly borrowed?: boolean;
}

export type ScopeKind = "batch" | "procedure" | "dynamic" | "trigger" | "function";

/** What a trigger sees of the statement that fired it. */
export interface TriggerContext {
  readonly tableId: number;
  readonly inserted: LocalTable;
  readonly deleted: LocalTable;
  /** Column names that the statement wrote, in lower case. */
  readonly updated: ReadonlySet<string>;
}

/** Variables, #temp tables and errors of one level of execution. */
export class Scope {
  readonly kind: ScopeKind;
  readonly parent: Scope | undefined;
  /** "" for a batch. */
  readonly procedure: string;
  readonly procedureId: number;
  readonly variables = new Map<string, Variable>();
  readonly tempTables = new Map<string, LocalTable>();
  readonly nesting: number;
  readonly trigger: TriggerContext | undefined;
  scopeIdentity: bigint | null = null;
  /** Errors that CATCH blocks around the running statement are handling, innermost last. */
  readonly caught: SqlError[] = [];

  constructor(
    kind: ScopeKind,
    parent: Scope | undefined,
    module?: { name: string; id: number; trigger?: TriggerContext },
  ) {
    this.kind = kind;
    this.parent = parent;
    this.procedure = module?.name ?? "";
    this.procedureId = module?.id ?? 0;
    this.trigger = module?.trigger;
    this.nesting = parent ? parent.nesting + 1 : 0;
  }

  /** @throws SqlError 134 when it is declared already */
  declare(variable: Variable): void {
    const key = variable.name.toLowerCase();
    if (this.variables.has(key)) throw sqlError(134, variable.name);
    this.variables.set(key, variable);
  }

  /** @throws SqlError 137, 1087 */
  variable(name: string): Variable {
    const variable = this.variables.get(name.toLowerCase());
    if (!variable) throw sqlError(137, name);
    return variable;
  }

  /** A #temp table of this level or of one that called it. */
  tempTable(name: string): LocalTable | undefined {
    return this.tempTables.get(name.toLowerCase()) ?? this.parent?.tempTable(name);
  }

  /** The error that ERROR_NUMBER() and the like speak of: of the CATCH block around, in this level or a caller's. */
  currentError(): SqlError | undefined {
    return this.caught.at(-1) ?? this.parent?.currentError();
  }
}
