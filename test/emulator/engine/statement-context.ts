import type { DatabaseObject } from "../storage/database-model.ts";
import type { Database } from "../storage/database.ts";
import type { LockResource } from "../storage/locks.ts";
import type { DataTypeNode, ObjectName } from "../tsql/ast-names.ts";
import type { CommonTableExpression, NamedTable, TableVariable } from "../tsql/ast-queries.ts";
import { systemType, type TypeUse } from "../tsql/system-type.ts";
import { isKnownCollation } from "../values/collation.ts";
import { typeFamily } from "../values/coerce-type.ts";
import { sqlError } from "../values/error-table.ts";
import { Unsupported } from "../values/sql-error.ts";
import type { SqlType } from "../values/sql-type.ts";
import { compileArithmetic, convertTo } from "./expressions/arithmetic.ts";
import { NO_SLOTS, type Compiled } from "./expressions/compiled.ts";
import type { ExpressionEnv } from "./expressions/expression-env.ts";
import { callUserFunction } from "./procedures/user-functions.ts";
import { nextSequenceValue } from "./procedures/sequences.ts";
import { compileCte } from "./query/common-table.ts";
import type { ResolvedTable } from "./query/compile-from.ts";
import { requirePermission } from "./session/require-permission.ts";
import { findTarget, findTypeNamed, writtenName } from "./session/resolve-name.ts";
import type { Scope, Variable } from "./session/scope.ts";
import type { Session } from "./session/session.ts";
import { resolveNamedTable } from "./tables/named-table.ts";
import { localTableOf, tableVariableSource } from "./tables/table-source.ts";

/** Another view of rows for a nested compilation: CTEs that are in sight. */
export interface CteScope {
  readonly name: string;
  readonly table: () => ResolvedTable;
}

/** `schema.name`, or the name alone where that was written. */
export function writtenType(node: Pick<DataTypeNode, "schema" | "name">): string {
  return node.schema === undefined ? node.name : `${node.schema}.${node.name}`;
}

/** What names mean while one statement is compiled. */
export class StatementContext {
  readonly session: Session;
  readonly scope: Scope;
  /** Whether a #temp table or table variable is used: the plan is good as long as those stand. */
  usesLocalTables = false;
  /** How often a column was named that this reader sees masked. */
  maskedReads = 0;
  /** OPTION (MAXRECURSION n); 0 is no limit. */
  maxRecursion = 100;
  /** The source in FROM that an UPDATE or DELETE writes; its slot once it is compiled. */
  writtenSource: { readonly source: NamedTable; slot: number | undefined } | undefined;
  /** What stays as it is while the statement runs: its tables, views and functions (`Database.schemaLock`). */
  readonly uses: Set<LockResource>;
  /** Views and inline functions around what is compiled, innermost last. */
  readonly #around: { readonly objectId: number; readonly written: string }[];
  #slots = 0;
  #ctes: CteScope[] = [];

  /** @param outer the statement that this is compiled for a part of */
  constructor(session: Session, scope: Scope, outer?: StatementContext) {
    this.session = session;
    this.scope = scope;
    this.uses = outer ? outer.uses : new Set();
    this.#around = outer ? outer.#around : [];
  }

  /** Compiles the text of a view or function. @throws SqlError 4429 where it leads back to itself */
  withinModule<T>(objectId: number, written: string, compile: () => T): T {
    const again = this.#around.find((module) => module.objectId === objectId);
    if (again) throw sqlError(4429, again.written);
    this.#around.push({ objectId, written });
    try {
      return compile();
    } finally {
      this.#around.pop();
    }
  }

  /** The statement reads that object. @throws SqlError 229 */
  use(permission: "SELECT" | "EXECUTE", object: DatabaseObject, database: Database): void {
    requirePermission(this.session, permission, object, database);
    this.uses.add(database.schemaLock(object));
  }

  newSlot(): number {
    return this.#slots++;
  }

  /** Names are compared in the database's collation. */
  sameName(a: string, b: string): boolean {
    if (a === b) return true;
    if (a.length !== b.length) return false;
    const database = this.session.currentDatabase;
    return database.nameKey(a) === database.nameKey(b);
  }

  defaultCollation(): string {
    return this.session.currentDatabase.collation;
  }

  variable(name: string): Compiled {
    const variable = this.scope.variable(name);
    if (variable.table) throw sqlError(137, name);
    const key = name.toLowerCase();
    return {
      type: variable.type,
      nullable: true,
      evaluate: (runtime) => runtime.scope.variables.get(key)!.value,
      slots: NO_SLOTS,
      collation: "coercible",
      text: key,
    };
  }

  /** `@v op= expression`, converted to the variable's type. */
  assignmentValue(name: string, operator: string, value: Compiled): Compiled {
    const variable = this.scope.variable(name);
    const result =
      operator === "=" ? value : compileArithmetic(operator.slice(0, -1) as "+", this.variable(name), value);
    return convertTo(result, variable.type);
  }

  /** @param number of the parameter or variable. @throws SqlError 243 (CAST), 2715 (declarations) */
  dataType(node: DataTypeNode, use: TypeUse, number = 1): SqlType {
    const type = systemType(node, use) ?? this.aliasType(node);
    if (!type) throw use === "cast" ? sqlError(243, writtenType(node)) : sqlError(2715, number, writtenType(node));
    if (typeFamily(type) === "string" && type.collation === undefined)
      return { ...type, collation: this.defaultCollation() };
    return type;
  }

  /** CREATE TYPE ... FROM. */
  aliasType(node: DataTypeNode): SqlType | undefined {
    return findTypeNamed(node, this.session.currentDatabase, this.session)?.type;
  }

  checkCollation(name: string): string {
    if (/^database_default$/i.test(name)) return this.defaultCollation();
    if (!isKnownCollation(name)) throw sqlError(448, name);
    return name;
  }

  /** CTEs hide tables of their name; each use compiles the query again. */
  declareCte(cte: CommonTableExpression, env: ExpressionEnv | undefined): void {
    const before = this.#ctes;
    if (before.some((known) => this.sameName(known.name, cte.name))) throw sqlError(462, cte.name);
    this.#ctes = [...before, { name: cte.name, table: () => compileCte(cte, before, this, env) }];
  }

  /** Compiles with other CTEs in sight: those before a CTE, or its own recursive reference. */
  withCtes<T>(ctes: readonly CteScope[], run: () => T): T {
    const before = this.#ctes;
    this.#ctes = [...ctes];
    try {
      return run();
    } finally {
      this.#ctes = before;
    }
  }

  namedTable(source: NamedTable): ResolvedTable {
    if (source.name.schema === undefined && source.name.database === undefined) {
      const cte = this.#ctes.findLast((known) => this.sameName(known.name, source.name.name));
      if (cte) {
        if (source.hints.length > 0) throw new Unsupported("hints on a common table expression");
        if (source.systemTime) throw new Unsupported("FOR SYSTEM_TIME on a common table expression");
        return { ...cte.table(), alias: source.alias ?? cte.name };
      }
    }
    return resolveNamedTable(source, this);
  }

  tableVariable(source: TableVariable): ResolvedTable {
    return tableVariableSource(source, this);
  }

  tableVariableOf(name: string): Variable {
    const variable = this.scope.variables.get(name.toLowerCase());
    if (!variable?.table) throw sqlError(1087, name);
    this.usesLocalTables = true;
    localTableOf(variable.table);
    return variable;
  }

  /** UPDATE(column) in a trigger. */
  updatedColumn(name: string): boolean {
    const { trigger } = this.scope;
    if (!trigger) throw sqlError(157);
    return trigger.updated.has(name.toLowerCase());
  }

  /** A scalar function of a user; an argument that is DEFAULT is undefined. @throws SqlError 4121 */
  userFunction(name: ObjectName, args: readonly (Compiled | undefined)[]): Compiled {
    const found = findTarget(name, this.session, this.scope);
    if (found?.object.kind !== "scalar-function") {
      throw sqlError(4121, name.schema ?? "", writtenName(name));
    }
    this.use("EXECUTE", found.object, found.database);
    return callUserFunction(found.object, found.database, args, this);
  }

  nextValue(sequence: ObjectName): Compiled {
    return nextSequenceValue(sequence, this);
  }
}
