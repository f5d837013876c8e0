import type { Index, TableObject, ViewObject } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import { indexSpecs } from "../../storage/index-spec.ts";
import type { AlterIndexStatement, CreateIndexStatement, DropIndexStatement } from "../../tsql/ast-tables.ts";
import { wholeNode } from "../../tsql/coverage.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import { requireIndexOptions } from "../session/require-index-options.ts";
import { findTarget, writtenName } from "../session/resolve-name.ts";
import type { Scope } from "../session/scope.ts";
import type { Session } from "../session/session.ts";
import { StatementContext } from "../statement-context.ts";
import { buildIndex, indexOptions, nextIndexId } from "./build-index.ts";
import { filterOf } from "./create-table.ts";
import { filterDefinition } from "./definition-text.ts";
import { dropIndexProperties } from "./drop-index-properties.ts";
import { alterViewIndex, createViewIndex, dropViewIndex } from "./view-index.ts";
import type { ObjectName } from "../../tsql/ast-names.ts";

interface IndexTarget {
  readonly database: Database;
  readonly object: TableObject | ViewObject;
}

/** @throws SqlError 1088 */
function target(name: ObjectName, session: Session, scope: Scope): IndexTarget {
  session.transactions.requireWritable();
  const found = findTarget(name, session, scope);
  if (found?.object.kind !== "table" && found?.object.kind !== "view") throw sqlError(1088, writtenName(name));
  return { database: found.database, object: found.object };
}

/** Puts other indexes in the place of a table's, in its store too. */
export function replaceIndexes(
  table: TableObject,
  database: Database,
  indexes: readonly Index[],
  session: Session,
): TableObject {
  const changed: TableObject = { ...table, indexes, modifyDate: session.engine.clock.now() };
  database.replaceObject(session.transactions.current!, changed);
  table.store.rebuild(
    session.transactions.current!,
    indexSpecs(table.columns, indexes, filterOf(table.columns, table.name, session)),
  );
  return changed;
}

function holdsComputed(index: Index, table: TableObject): boolean {
  return table.columns.some(
    ({ columnId, computed }) =>
      computed &&
      (index.keyColumns.some((key) => key.columnId === columnId) || index.includedColumnIds.includes(columnId)),
  );
}

/** @throws SqlError 1088, 1913, 1902, 1911, 1505, 1934 */
export function createIndex(statement: CreateIndexStatement, session: Session, scope: Scope): void {
  const { database, object: table } = target(statement.table, session, scope);
  const context = new StatementContext(session, scope);
  void statement.filegroup;
  if (table.kind === "view") return createViewIndex(statement, table, database, context);
  const existing = table.indexes.find((index) => context.sameName(index.name, statement.name));
  const replaces = statement.options.some((option) => option.name === "drop_existing" && option.value === "on");
  if (existing && !replaces) throw sqlError(1913, statement.name, "table", writtenName(statement.table));
  const options = statement.options.filter((option) => option.name !== "drop_existing");
  const others = existing ? table.indexes.filter((index) => index !== existing) : table.indexes;
  const clustered = statement.clustered === true;
  const clash = clustered ? others.find((index) => index.clustered) : undefined;
  if (clash) throw sqlError(1902, "clustered", table.name, clash.name);
  const index = buildIndex(
    {
      name: statement.name,
      unique: statement.unique,
      clustered,
      columns: statement.columns,
      include: statement.include,
      options,
      ...(statement.where
        ? { filterDefinition: filterDefinition(wholeNode(statement.where), statement.whereText ?? "") }
        : {}),
    },
    existing?.indexId ?? nextIndexId(table.indexes, clustered),
    table.columns,
    table.name,
    context,
  );
  if (index.filterDefinition !== undefined || holdsComputed(index, table)) {
    requireIndexOptions("CREATE INDEX", session.options);
  }
  replaceIndexes(table, database, [...others, index], session);
}

/** @throws SqlError 3701, 3723 */
export function dropIndex(statement: DropIndexStatement, session: Session, scope: Scope): void {
  for (const { name, table: tableName } of statement.items) {
    const found = findTarget(tableName, session, scope);
    const context = new StatementContext(session, scope);
    const table = found?.object.kind === "table" || found?.object.kind === "view" ? found.object : undefined;
    const index = table?.indexes.find((candidate) => context.sameName(candidate.name, name));
    if (!table || !index) {
      if (statement.ifExists) continue;
      throw sqlError(3701, "drop", "index", `${writtenName(tableName)}.${name}`);
    }
    if (table.kind === "view") {
      dropViewIndex(index, table, found!.database, session);
      continue;
    }
    if (index.constraintObjectId !== undefined) {
      throw sqlError(3723, `${table.name}.${index.name}`, index.primaryKey ? "PRIMARY KEY" : "UNIQUE KEY");
    }
    dropIndexProperties(table.objectId, [index], found!.database, session);
    replaceIndexes(
      table,
      found!.database,
      table.indexes.filter((candidate) => candidate !== index),
      session,
    );
  }
}

/** REBUILD and REORGANIZE change nothing that can be seen, except that a disabled index comes back. */
export function alterIndex(statement: AlterIndexStatement, session: Session, scope: Scope): void {
  const { database, object: table } = target(statement.table, session, scope);
  const context = new StatementContext(session, scope);
  if (table.kind === "view") return alterViewIndex(statement, table, database, context);
  const chosen = table.indexes.filter(
    (index) => statement.name === undefined || context.sameName(index.name, statement.name),
  );
  if (statement.name !== undefined && chosen.length === 0) throw sqlError(2727, statement.name);
  switch (statement.action) {
    case "reorganize":
      indexOptions(statement.options.filter((option) => option.name !== "lob_compaction"));
      return;
    case "rebuild":
      indexOptions(statement.options);
      break;
    case "disable":
      if (chosen.some((index) => index.clustered)) throw new Unsupported("disabling a clustered index");
      break;
    case "set":
      throw new Unsupported("ALTER INDEX SET");
  }
  const disabled = statement.action === "disable";
  const indexes = table.indexes.map((index) => (chosen.includes(index) ? { ...index, disabled } : index));
  replaceIndexes(table, database, indexes, session);
}
