import type { Index, ViewObject } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import { readCommitted } from "../../storage/read-view.ts";
import type { AlterIndexStatement, CreateIndexStatement } from "../../tsql/ast-tables.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import { findDuplicate } from "../dml/check-indexed-views.ts";
import { requireIndexOptions } from "../session/require-index-options.ts";
import { writtenName } from "../session/resolve-name.ts";
import type { Session } from "../session/session.ts";
import type { StatementContext } from "../statement-context.ts";
import { buildIndex, indexOptions, nextIndexId } from "./build-index.ts";
import { dropIndexProperties } from "./drop-index-properties.ts";
import { IndexableView } from "./indexable-view.ts";

/**
 * Indexes of views ("Create indexed views"). They hold no rows: a view is always worked out from its base tables, and what its unique
 * indexes promise is checked when they are made and after each statement that writes a base table.
 */

/** Whoever writes a base table waits until this transaction has ended, as it would for the view's own lock. */
export function lockBaseTables(view: ViewObject, database: Database, session: Session): void {
  const transaction = session.transactions.current!;
  for (const { schema, name } of view.references) {
    const schemaId = schema === undefined ? undefined : database.findSchema(schema)?.schemaId;
    const object = schemaId === undefined ? undefined : database.findObject(schemaId, name, transaction);
    if (object?.kind === "table") object.store.locks.acquire(transaction, object.store, "S");
  }
}

function replaceViewIndexes(view: ViewObject, indexes: readonly Index[], database: Database, session: Session): void {
  const gone = view.indexes.filter((index) => !indexes.some(({ indexId }) => indexId === index.indexId));
  dropIndexProperties(view.objectId, gone, database, session);
  const modifyDate = session.engine.clock.now();
  database.replaceObject(session.transactions.current!, { ...view, indexes, modifyDate });
}

/** @throws SqlError 1505 */
function requireUnique(view: ViewObject, indexes: readonly Index[], database: Database, session: Session): void {
  lockBaseTables(view, database, session);
  const found = findDuplicate(view, indexes, database, session, readCommitted(session.transactions.current!));
  if (found) throw sqlError(1505, `${database.schemaName(view.schemaId)}.${view.name}`, found.index.name, found.key);
}

/**
 * CREATE INDEX on a view.
 * @throws SqlError 1505, 1902, 1911, 1913, 1934, 1939, 1940, 1941, 1990, 10610 and those of `IndexableView`
 */
export function createViewIndex(
  statement: CreateIndexStatement,
  view: ViewObject,
  database: Database,
  context: StatementContext,
): void {
  const { session } = context;
  const written = writtenName(statement.table);
  const existing = view.indexes.find((index) => context.sameName(index.name, statement.name));
  const replaces = statement.options.some((option) => option.name === "drop_existing" && option.value === "on");
  if (!view.module.schemaBound) throw sqlError(1939, "index", view.name);
  if (existing && !replaces) throw sqlError(1913, statement.name, "view", written);
  const clustered = statement.clustered === true;
  if (clustered && !statement.unique) throw sqlError(1941, written);
  const others = view.indexes.filter((index) => index !== existing);
  const standing = others.find((index) => index.clustered);
  if (clustered && standing) throw sqlError(1902, "view", written, standing.name);
  if (!clustered && !standing) throw sqlError(1940, "index", written);
  if (!clustered && standing!.disabled) throw new Unsupported("an index on a view whose clustered index is disabled");
  if (statement.where) throw sqlError(10610, statement.name, written);
  const options = statement.options.filter((option) => option.name !== "drop_existing");
  if (options.some(({ name, value }) => name === "ignore_dup_key" && value === "on")) throw sqlError(1990);
  if (clustered && statement.include.length > 0) throw new Unsupported("INCLUDE of a clustered index");
  const definition = new IndexableView(view, database, session);
  requireIndexOptions("CREATE INDEX", session.options);
  const index = buildIndex(
    {
      name: statement.name,
      unique: statement.unique,
      clustered,
      columns: statement.columns,
      include: statement.include,
      options,
    },
    existing?.indexId ?? nextIndexId(view.indexes, clustered),
    view.columns,
    view.name,
    context,
  );
  definition.requireKey(index);
  requireUnique(view, [index], database, session);
  replaceViewIndexes(view, [...others, index], database, session);
}

/** The clustered index takes all others along ("DROP INDEX"). */
export function dropViewIndex(index: Index, view: ViewObject, database: Database, session: Session): void {
  lockBaseTables(view, database, session);
  const left = index.clustered ? [] : view.indexes.filter((each) => each !== index);
  replaceViewIndexes(view, left, database, session);
}

/** ALTER INDEX on a view: what is disabled is checked no more until it is rebuilt. @throws SqlError 1505, 1934, 1973, 2727 */
export function alterViewIndex(
  statement: AlterIndexStatement,
  view: ViewObject,
  database: Database,
  context: StatementContext,
): void {
  const { session } = context;
  const { name, action } = statement;
  const chosen = view.indexes.filter((index) => name === undefined || context.sameName(index.name, name));
  if (name !== undefined && chosen.length === 0) throw sqlError(2727, name);
  const clustered = view.indexes.find((index) => index.clustered);
  switch (action) {
    case "reorganize": {
      indexOptions(statement.options.filter((option) => option.name !== "lob_compaction"));
      const disabled = chosen.find((index) => index.disabled);
      if (disabled && name !== undefined) throw sqlError(1973, disabled.name, "view", writtenName(statement.table));
      return;
    }
    case "set":
      throw new Unsupported("ALTER INDEX SET");
    case "disable": {
      lockBaseTables(view, database, session);
      const all = chosen.some((index) => index.clustered);
      const indexes = view.indexes.map((index) =>
        all || chosen.includes(index) ? { ...index, disabled: true } : index,
      );
      replaceViewIndexes(view, indexes, database, session);
      return;
    }
    case "rebuild": {
      indexOptions(statement.options);
      if (clustered?.disabled && !chosen.includes(clustered))
        throw new Unsupported("rebuilding an index on a view whose clustered index is disabled");
      requireIndexOptions("ALTER INDEX", session.options);
      const rebuilt = (index: Index): Index => (chosen.includes(index) ? { ...index, disabled: false } : index);
      const indexes = view.indexes.map(rebuilt);
      requireUnique(view, indexes, database, session);
      replaceViewIndexes(view, indexes, database, session);
    }
  }
}
