import type { DatabaseObject } from "../storage/database-model.ts";
import { SYS_SCHEMA_ID, type Database } from "../storage/database.ts";
import { datetimeOf } from "./catalog-values.ts";
import {
  always,
  BIT,
  code,
  DATETIME,
  description,
  INT,
  notNull,
  nullable,
  SYSNAME,
  type ColumnSources,
} from "./define-view.ts";
import type { CatalogReader, ViewFilter } from "./system-view.ts";

/** sys.objects.type and type_desc of each kind of object; `type` is char(2). */
export const OBJECT_TYPES: Readonly<Record<DatabaseObject["kind"], readonly [type: string, description: string]>> = {
  table: ["U ", "USER_TABLE"],
  view: ["V ", "VIEW"],
  procedure: ["P ", "SQL_STORED_PROCEDURE"],
  "scalar-function": ["FN", "SQL_SCALAR_FUNCTION"],
  "inline-function": ["IF", "SQL_INLINE_TABLE_VALUED_FUNCTION"],
  "table-function": ["TF", "SQL_TABLE_VALUED_FUNCTION"],
  trigger: ["TR", "SQL_TRIGGER"],
  "primary-key": ["PK", "PRIMARY_KEY_CONSTRAINT"],
  unique: ["UQ", "UNIQUE_CONSTRAINT"],
  default: ["D ", "DEFAULT_CONSTRAINT"],
  check: ["C ", "CHECK_CONSTRAINT"],
  "foreign-key": ["F ", "FOREIGN_KEY_CONSTRAINT"],
  sequence: ["SO", "SEQUENCE_OBJECT"],
  synonym: ["SN", "SYNONYM"],
  "table-type": ["TT", "TYPE_TABLE"],
  "security-policy": ["SP", "SECURITY_POLICY"],
};

/** Objects that the reader may see; only that of `filter.object_id` where it is given. */
export function* visibleObjects(
  database: Database,
  reader: CatalogReader,
  filter: ViewFilter = {},
): Iterable<DatabaseObject> {
  const { object_id: objectId } = filter;
  if (objectId !== undefined) {
    const object = typeof objectId === "number" ? database.objects.get(objectId) : undefined;
    if (object !== undefined && isVisible(database, object, reader)) yield object;
    return;
  }
  for (const object of database.objects.values()) if (isVisible(database, object, reader)) yield object;
}

/** Constraints and triggers are seen with their table. */
export function isVisible(database: Database, object: DatabaseObject, reader: CatalogReader): boolean {
  if (reader.canSee === undefined) return true;
  const owner = object.parentObjectId === 0 ? object : database.objects.get(object.parentObjectId);
  return reader.canSee(object) || (owner !== undefined && owner !== object && reader.canSee(owner));
}

/** Definitions are NULL to who may see an object and not its definition. */
export function shownDefinition(
  definition: string | undefined,
  object: DatabaseObject,
  reader: CatalogReader,
): string | null {
  if (reader.canSeeDefinition !== undefined && !reader.canSeeDefinition(object)) return null;
  return definition ?? null;
}

export function* visibleOf<K extends DatabaseObject["kind"]>(
  kinds: readonly K[],
  database: Database,
  reader: CatalogReader,
  filter: ViewFilter = {},
): Iterable<Extract<DatabaseObject, { kind: K }>> {
  for (const object of visibleObjects(database, reader, filter)) {
    if (kinds.includes(object.kind as K)) yield object as Extract<DatabaseObject, { kind: K }>;
  }
}

/** The twelve columns with which all views of kinds of objects begin. */
export function objectColumns<T extends { readonly object: DatabaseObject }>(): ColumnSources<T> {
  return {
    name: notNull(SYSNAME, ({ object }) => object.name),
    object_id: notNull(INT, ({ object }) => object.objectId),
    principal_id: nullable(INT, ({ object }) => object.principalId ?? null),
    schema_id: notNull(INT, ({ object }) => (object.kind === "table-type" ? SYS_SCHEMA_ID : object.schemaId)),
    parent_object_id: notNull(INT, ({ object }) => object.parentObjectId),
    type: { ...nullable(code(2), ({ object }) => OBJECT_TYPES[object.kind][0]) },
    type_desc: nullable(description(), ({ object }) => OBJECT_TYPES[object.kind][1]),
    create_date: notNull(DATETIME, ({ object }) => datetimeOf(object.createDate)),
    modify_date: notNull(DATETIME, ({ object }) => datetimeOf(object.modifyDate)),
    is_ms_shipped: always(BIT, 0),
    is_published: always(BIT, 0),
    is_schema_published: always(BIT, 0),
  };
}
