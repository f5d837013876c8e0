import type { SecurityPolicyObject, TableObject } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import { sqlError } from "../../values/error-table.ts";
import type { SqlRow, SqlType } from "../../values/sql-type.ts";
import { compileRowPredicate } from "../dml/row-expressions.ts";
import type { Test } from "../expressions/compiled.ts";
import { inDatabase } from "../procedures/module-context.ts";
import type { IndexShape, RowHandle, RowIterator, RowSource, SeekRange } from "../query/row-source.ts";
import type { Runtime } from "../runtime.ts";
import { Scope } from "../session/scope.ts";
import type { StatementContext } from "../statement-context.ts";

/** Row-Level Security ("Row-level security"): filter predicates of enabled policies, for everybody, sysadmin and dbo too. */

/** The source with the rows that a filter predicate lets through; itself where no policy is in force. */
export function withRowSecurity(
  source: RowSource,
  table: TableObject,
  database: Database,
  context: StatementContext,
): RowSource {
  for (const policy of database.securityPolicies(context.session.transactions.current)) {
    if (!policy.enabled) continue;
    const filter = policy.predicates.find((each) => each.targetObjectId === table.objectId && each.type === "FILTER");
    if (filter) return new FilteredSource(source, compileFilter(filter, policy, table, database, context));
  }
  return source;
}

/**
 * A schema-bound policy asks nobody for permissions on its function and on what that reads; another one asks the user.
 */
function compileFilter(
  { definition, functionObjectId }: SecurityPolicyObject["predicates"][number],
  policy: SecurityPolicyObject,
  table: TableObject,
  database: Database,
  context: StatementContext,
): Test {
  const { session } = context;
  const compile = (): Test =>
    compileRowPredicate(`EXISTS (SELECT 1 FROM ${definition.slice(1, -1)} AS p)`, table.columns, table.name, session);
  const filter = database.objects.get(functionObjectId);
  if (filter?.kind !== "inline-function") throw sqlError(208, definition);
  return policy.schemaBound ? inDatabase(database, context, compile, filter) : compile();
}

class FilteredSource implements RowSource {
  readonly types: readonly SqlType[];
  readonly indexes: readonly IndexShape[];
  readonly #source: RowSource;
  readonly #test: Test;

  constructor(source: RowSource, test: Test) {
    this.#source = source;
    this.#test = test;
    this.types = source.types;
    this.indexes = source.indexes;
  }

  rowCount(runtime: Runtime): number {
    return this.#source.rowCount(runtime);
  }

  scan(runtime: Runtime, again: boolean): RowIterator {
    return new FilteredRows(this.#source.scan(runtime, again), this.#test, runtime);
  }

  seek(runtime: Runtime, index: IndexShape, range: SeekRange): RowIterator {
    return new FilteredRows(this.#source.seek(runtime, index, range), this.#test, runtime);
  }
}

class FilteredRows implements RowIterator {
  readonly #rows: RowIterator;
  readonly #test: Test;
  readonly #runtime: Runtime;
  /** A row that is read and not judged: the predicate met a lock, and `next` is called again after the wait. */
  #pending: SqlRow | undefined;

  constructor(rows: RowIterator, test: Test, runtime: Runtime) {
    this.#rows = rows;
    this.#test = test;
    this.#runtime = runtime.nested(new Scope("function", undefined));
  }

  next(): SqlRow | undefined {
    for (;;) {
      const row = this.#pending ?? this.#rows.next();
      this.#pending = row;
      if (row === undefined) return undefined;
      this.#runtime.frame[0] = row;
      const shown = this.#test(this.#runtime) === true;
      this.#pending = undefined;
      if (shown) return row;
    }
  }

  handle(): RowHandle {
    return this.#rows.handle!();
  }
}
