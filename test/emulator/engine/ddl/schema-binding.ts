import type { Column, DatabaseObject, ModuleReference, TableObject, ViewObject } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import { sqlError } from "../../values/error-table.ts";
import type { Execution } from "../session/execution.ts";

type Mentions = (references: readonly ModuleReference[] | undefined) => boolean;

/** Whether schema-bound references name an object, or one column of it. */
function mentionsOf(object: DatabaseObject, database: Database, columnId?: number): Mentions {
  const schema = database.nameKey(database.schemaName(object.schemaId));
  const name = database.nameKey(object.name);
  return (references) =>
    references?.some(
      (reference) =>
        reference.class === "object" &&
        reference.schemaBound &&
        database.nameKey(reference.name) === name &&
        reference.schema !== undefined &&
        database.nameKey(reference.schema) === schema &&
        (columnId === undefined || reference.columnIds === undefined || reference.columnIds.includes(columnId)),
    ) === true;
}

/** Modules WITH SCHEMABINDING that lean on an object, or on one column of it. */
export function schemaBoundOn(object: DatabaseObject, database: Database, columnId?: number): DatabaseObject[] {
  const out: DatabaseObject[] = [];
  const mentions = mentionsOf(object, database, columnId);
  for (const other of database.bindingObjects()) {
    if (other.objectId === object.objectId) continue;
    if ("module" in other ? other.module.schemaBound && mentions(other.references) : holds(other, mentions))
      out.push(other);
  }
  return out;
}

/** The clustered index of a view, where it is in use: what makes it an indexed view. */
export function isIndexedView(object: DatabaseObject): object is ViewObject {
  return object.kind === "view" && object.indexes.some((index) => index.clustered && !index.disabled);
}

/** The indexed views that must follow a table's rows. */
export function indexedViewsOn(table: TableObject, database: Database): ViewObject[] {
  const views = [...database.bindingObjects()].filter(isIndexedView);
  if (views.length === 0) return views;
  const mentions = mentionsOf(table, database);
  return views.filter((view) => mentions(view.references));
}

/** Tables hold what their computed columns call, constraints what their expressions do. */
function holds(object: DatabaseObject, mentions: Mentions): boolean {
  if (object.kind === "default" || object.kind === "check" || object.kind === "security-policy")
    return mentions(object.references);
  return object.kind === "table" && object.columns.some((column) => mentions(column.computed?.references));
}

/** @param statement "ALTER TABLE DROP COLUMN" and the like. @throws SqlError 4922, after 5074 for each module that is bound to the column */
export function requireNotBound(
  statement: string,
  object: DatabaseObject,
  database: Database,
  execution: Execution,
  column: Column,
): void {
  const bound = schemaBoundOn(object, database, column.columnId);
  if (bound.length === 0) return;
  for (const module of bound) execution.output.error(sqlError(5074, "object", module.name, "column", column.name));
  throw sqlError(4922, statement, column.name, "column");
}

/** @param shown the object's name as the statement writes it. @throws SqlError 3729: DROP of something that a schema-bound module references */
export function requireNotReferenced(
  verb: string,
  object: DatabaseObject,
  database: Database,
  shown = object.name,
): void {
  const [bound] = schemaBoundOn(object, database);
  if (bound) throw sqlError(3729, verb, shown, bound.name);
}
