import type { Column, DatabaseObject, ModuleReference } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import { sqlError } from "../../values/error-table.ts";
import type { Execution } from "../session/execution.ts";

/** Modules WITH SCHEMABINDING that lean on an object, or on one column of it. */
export function schemaBoundOn(object: DatabaseObject, database: Database, columnId?: number): DatabaseObject[] {
  const out: DatabaseObject[] = [];
  const schema = database.nameKey(database.schemaName(object.schemaId));
  const name = database.nameKey(object.name);
  const mentions = (references: readonly ModuleReference[] | undefined): boolean =>
    references?.some(
      (reference) =>
        reference.class === "object" &&
        reference.schemaBound &&
        database.nameKey(reference.name) === name &&
        reference.schema !== undefined &&
        database.nameKey(reference.schema) === schema &&
        (columnId === undefined || reference.columnIds === undefined || reference.columnIds.includes(columnId)),
    ) === true;
  for (const other of database.objects.values()) {
    if (other.objectId === object.objectId) continue;
    if ("module" in other ? other.module.schemaBound && mentions(other.references) : holds(other, mentions))
      out.push(other);
  }
  return out;
}

/** Tables hold what their computed columns call, constraints what their expressions do. */
function holds(
  object: DatabaseObject,
  mentions: (references: readonly ModuleReference[] | undefined) => boolean,
): boolean {
  if (object.kind === "default" || object.kind === "check") return mentions(object.references);
  return object.kind === "table" && object.columns.some((column) => mentions(column.computed?.references));
}

/** @throws SqlError 4922, after 5074 for each module that is bound to the column */
export function requireNotBound(
  object: DatabaseObject,
  database: Database,
  execution: Execution,
  column: Column,
): void {
  const bound = schemaBoundOn(object, database, column.columnId);
  if (bound.length === 0) return;
  for (const module of bound) execution.output.error(sqlError(5074, "object", module.name, "column", column.name));
  throw sqlError(4922, "ALTER TABLE ALTER COLUMN", column.name, "column");
}

/** @throws SqlError 3729: DROP of something that a schema-bound module references */
export function requireNotReferenced(verb: string, object: DatabaseObject, database: Database): void {
  const [bound] = schemaBoundOn(object, database);
  if (bound) throw sqlError(3729, verb, object.name, bound.name);
}
