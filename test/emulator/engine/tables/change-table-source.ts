import { columnMask } from "../../change-tracking/column-mask.ts";
import type { NetChange } from "../../change-tracking/net-changes.ts";
import { runDueCleanup } from "../../change-tracking/cleanup.ts";
import { changesSince, rowVersions, trackedKeyColumns } from "../../change-tracking/read-changes.ts";
import type { Column, TableObject } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import type { ChangeTableChanges, ChangeTableVersion } from "../../tsql/ast-queries.ts";
import { columnCoercion } from "../../values/coerce-column.ts";
import { BIGINT, varbinary } from "../../values/coerce-type.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { SqlRow, SqlType, SqlValue } from "../../values/sql-type.ts";
import { convertTo } from "../expressions/arithmetic.ts";
import { unionSlots, type Compiled } from "../expressions/compiled.ts";
import { compileExpression } from "../expressions/expression.ts";
import type { ExpressionEnv, RowPlan } from "../expressions/expression-env.ts";
import { tableOfPlan, type ResolvedTable } from "../query/compile-from.ts";
import type { SourceColumn } from "../query/query-scope.ts";
import { TableNode } from "../query/table-node.ts";
import type { Runtime } from "../runtime.ts";
import { requirePermission } from "../session/require-permission.ts";
import { requireTable } from "../session/resolve-name.ts";
import { KeptSource } from "./kept-source.ts";

/** CHANGETABLE ("CHANGETABLE (Transact-SQL)"). */

const CONTEXT_TYPE = varbinary(128);
const MASK_TYPE = varbinary(4100);
const OPERATION: SqlType = { name: "nchar", length: 1 };

interface Tracked {
  readonly database: Database;
  readonly table: TableObject;
  readonly keys: readonly Column[];
}

function trackedTable(name: ChangeTableChanges["table"], env: ExpressionEnv): Tracked {
  const { session, scope } = env.context;
  const { database, table } = requireTable(name, session, scope);
  if (database.secondary) throw sqlError(22117);
  env.context.use("SELECT", table, database);
  requirePermission(session, "VIEW CHANGE TRACKING", table, database);
  return { database, table, keys: trackedKeyColumns(database, table) };
}

const view = (runtime: Runtime, database: Database): ReturnType<Runtime["view"]> =>
  runtime.session.transactions.viewOf(database, runtime.view(), false);

export function changeTablePlan(source: ChangeTableChanges, env: ExpressionEnv): ResolvedTable {
  void source.forceSeek;
  const { database, table, keys } = trackedTable(source.table, env);
  const since = convertTo(compileExpression(source.since, env), BIGINT);
  if (since.slots.size > 0) throw new Unsupported("CHANGETABLE(CHANGES) with a version that comes from a row");
  const columns: SourceColumn[] = [
    { name: "SYS_CHANGE_VERSION", type: BIGINT, nullable: true },
    { name: "SYS_CHANGE_CREATION_VERSION", type: BIGINT, nullable: true },
    { name: "SYS_CHANGE_OPERATION", type: OPERATION, nullable: true },
    { name: "SYS_CHANGE_COLUMNS", type: MASK_TYPE, nullable: true },
    { name: "SYS_CHANGE_CONTEXT", type: CONTEXT_TYPE, nullable: true },
    ...keys.map((key) => ({ name: key.name, type: key.type, nullable: false })),
  ];
  const named = renamed(columns, source.columns, source.alias);
  const kept = new KeptSource(
    columns.map((column) => column.type),
    (runtime) => {
      runDueCleanup(database);
      const from = since.evaluate(runtime);
      return changeRows(changesSince(view(runtime, database), database, table, from as bigint | null));
    },
    1000,
  );
  return { alias: source.alias, columns: named, node: (slot) => new TableNode(slot, kept) };
}

function* changeRows(changes: Iterable<NetChange>): Iterable<SqlRow> {
  const maskOf = shared<ReadonlySet<number>, Buffer>(columnMask);
  const versionOf = shared<number, bigint>(BigInt);
  for (const { version, creationVersion, operation, columnIds, context, key } of changes) {
    // Of its final size: an array literal with a spread in it grows, and keeps room for 16 values more.
    const row = new Array<SqlValue>(5 + key.length);
    row[0] = versionOf(version);
    row[1] = creationVersion === null ? null : versionOf(creationVersion);
    row[2] = operation;
    row[3] = columnIds === null ? null : maskOf(columnIds);
    row[4] = context;
    for (let at = 0; at < key.length; at++) row[5 + at] = key[at]!;
    yield row;
  }
}

/** Makes one value for each key: a transaction may have changed a million rows, all in one version. */
function shared<K, V>(make: (key: K) => V): (key: K) => V {
  const made = new Map<K, V>();
  return (key) => {
    let value = made.get(key);
    if (value === undefined) made.set(key, (value = make(key)));
    return value;
  };
}

function renamed(
  columns: readonly SourceColumn[],
  names: readonly string[] | undefined,
  alias: string,
): SourceColumn[] {
  if (!names) return [...columns];
  if (names.length !== columns.length)
    throw names.length < columns.length ? sqlError(8158, alias) : sqlError(8159, alias);
  return columns.map((column, at) => ({ ...column, name: names[at]! }));
}

export function changeVersionPlan(source: ChangeTableVersion, env: ExpressionEnv): ResolvedTable {
  void source.forceSeek;
  const { database, table, keys } = trackedTable(source.table, env);
  if (source.keyColumns.length !== keys.length || source.keyValues.length !== keys.length) throw sqlError(22103);
  const values: Compiled[] = keys.map((key) => {
    const at = source.keyColumns.findIndex((name) => env.context.sameName(name, key.name));
    if (at < 0) throw sqlError(22103);
    return compileExpression(source.keyValues[at]!, env);
  });
  const converters = keys.map((key, at) =>
    columnCoercion(values[at]!.type, { type: key.type, name: key.name, table: table.name }),
  );
  const columns = renamed(
    [
      { name: "SYS_CHANGE_VERSION", type: BIGINT, nullable: true },
      { name: "SYS_CHANGE_CONTEXT", type: CONTEXT_TYPE, nullable: true },
      ...keys.map((key) => ({ name: key.name, type: key.type, nullable: false })),
    ],
    source.columns,
    source.alias,
  );
  const plan: RowPlan = {
    columns,
    outerSlots: unionSlots(...values.map((value) => value.slots)),
    volatile: false,
    estimate: () => 1,
    open: (runtime) => {
      runDueCleanup(database);
      const find = rowVersions(view(runtime, database), database, table);
      let done = true;
      return {
        reset: () => {
          done = false;
        },
        next: () => {
          if (done) return undefined;
          done = true;
          const key = values.map((value, at) => {
            const own = value.evaluate(runtime);
            const convert = converters[at];
            return convert ? convert(own) : own;
          });
          const { version, context } = find(key);
          return [version === null ? null : BigInt(version), context, ...key];
        },
      };
    },
  };
  return tableOfPlan(plan, source.alias, undefined);
}
