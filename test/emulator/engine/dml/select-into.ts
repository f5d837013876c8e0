import type { SelectStatement } from "../../tsql/ast-dml.ts";
import type { Column } from "../../storage/database-model.ts";
import { sqlError } from "../../values/error-table.ts";
import { compileQuery } from "../query/compile-query.ts";
import type { Runtime } from "../runtime.ts";
import { createPlainTable } from "../ddl/create-plain-table.ts";
import type { StatementContext } from "../statement-context.ts";
import { TableWriter } from "./table-writer.ts";

/** SELECT ... INTO: a new table with the columns of the result; an identity column of one plain source stays one. */
export function compileSelectInto(node: SelectStatement, context: StatementContext): (runtime: Runtime) => bigint {
  const plan = compileQuery(node.query, context, undefined);
  const name = node.into!;
  const { session, scope } = context;
  const parts = {
    server: name.server,
    database: name.database,
    schema: name.schema,
    name: name.name,
    kind: name.kind,
    pos: name.pos,
  };
  const seen = new Set<string>();
  let hasIdentity = false;
  const columns = plan.columns.map((column, at): Column => {
    if (column.name === "") throw sqlError(1038);
    const key = session.currentDatabase.nameKey(column.name);
    if (seen.has(key)) throw sqlError(2705, column.name, parts.name);
    seen.add(key);
    const identity = column.source?.column?.identity === true && !hasIdentity;
    hasIdentity ||= identity;
    const { type } = column;
    return {
      columnId: at + 1,
      name: column.name,
      type: type.name === "rowversion" ? { name: "binary", length: 8 } : type,
      nullable: column.nullable && !identity,
      ...(identity ? { identity: { seed: 1n, increment: 1n, notForReplication: false } } : {}),
    };
  });
  // The new table makes this very plan void, so it never runs twice.
  context.usesLocalTables = true;
  return (runtime) => {
    const { table, database } = createPlainTable(parts, columns, session, scope);
    const writer = new TableWriter(table, database, session);
    const cursor = plan.open(runtime);
    cursor.reset();
    let count = 0n;
    for (let row = cursor.next(); row !== undefined; row = cursor.next()) {
      const copy = [...row];
      const ordinal = writer.rules.identity?.ordinal;
      if (ordinal !== undefined) writer.sawIdentity(copy[ordinal]!);
      writer.complete(copy, "INSERT");
      writer.insert(copy);
      count++;
    }
    return count;
  };
}
