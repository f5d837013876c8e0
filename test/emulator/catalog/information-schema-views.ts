import type {
  Column,
  DatabaseObject,
  FunctionObject,
  Parameter,
  ProcedureObject,
  Schema,
} from "../storage/database-model.ts";
import type { Database } from "../storage/database.ts";
import type { SqlType, SqlValue } from "../values/sql-type.ts";
import { datetimeOf } from "./catalog-values.ts";
import { columnsOf } from "./column-views.ts";
import {
  DATETIME,
  defineView,
  INT,
  notNull,
  nullable,
  nvarchar,
  SMALLINT,
  SYSNAME,
  TINYINT,
  type ColumnSource,
  type ColumnSources,
  type ViewSource,
} from "./define-view.ts";
import { shownDefinition, visibleOf } from "./object-columns.ts";
import type { CatalogReader } from "./system-view.ts";
import { collationName, isCharacterType, typeName, typeSize } from "./type-facts.ts";

/** "System information schema views": only what belongs to the current database. */

const varchar = (length: number): SqlType => ({ name: "varchar", length });

function name<T>(value: (item: T) => string | null): ColumnSource<T> {
  return nullable(SYSNAME, value);
}

const INTEGER_TYPES = ["tinyint", "smallint", "int", "bigint"];
const EXACT_TYPES = [...INTEGER_TYPES, "decimal", "numeric", "money", "smallmoney"];

interface Typed {
  readonly database: Database;
  readonly type: SqlType;
}

const isBinary = ({ type }: Typed): boolean => ["binary", "varbinary", "image"].includes(type.name);

function characters(item: Typed): number | null {
  const { type } = item;
  if (type.name === "text" || type.name === "image") return 2147483647;
  if (type.name === "ntext") return 1073741823;
  if (type.name === "xml") return -1;
  return isCharacterType(type) || isBinary(item) ? (type.length ?? 1) : null;
}

function octets(item: Typed): number | null {
  if (item.type.name === "ntext") return 2147483646;
  return isCharacterType(item.type) && item.type.name !== "text" ? typeSize(item.type).maxLength : characters(item);
}

function datetimePrecision({ type }: Typed): number | null {
  switch (type.name) {
    case "date":
    case "smalldatetime":
      return 0;
    case "datetime":
      return 3;
    case "time":
    case "datetime2":
    case "datetimeoffset":
      return type.scale ?? 7;
    default:
      return null;
  }
}

/** What COLUMNS, ROUTINES and PARAMETERS say of a type. */
function typeColumns<T extends Typed>(): ColumnSources<T> {
  const exact = ({ type }: T): boolean => EXACT_TYPES.includes(type.name);
  const approximate = ({ type }: T): boolean => type.name === "real" || type.name === "float";
  return {
    DATA_TYPE: nullable(nvarchar(128), ({ type }) => typeName(type.name)),
    CHARACTER_MAXIMUM_LENGTH: nullable(INT, characters),
    CHARACTER_OCTET_LENGTH: nullable(INT, octets),
    NUMERIC_PRECISION: nullable(TINYINT, (item) =>
      exact(item) || approximate(item) ? typeSize(item.type).precision : null,
    ),
    NUMERIC_PRECISION_RADIX: nullable(SMALLINT, (item) => (exact(item) ? 10 : approximate(item) ? 2 : null)),
    NUMERIC_SCALE: nullable(INT, (item) => (exact(item) ? typeSize(item.type).scale : null)),
    DATETIME_PRECISION: nullable(SMALLINT, datetimePrecision),
    COLLATION_NAME: name(({ type, database }) => collationName(type, database.collation)),
  };
}

interface ObjectItem<T extends DatabaseObject = DatabaseObject> {
  readonly database: Database;
  readonly reader: CatalogReader;
  readonly object: T;
}

function* objects<K extends DatabaseObject["kind"]>(
  kinds: readonly K[],
  database: Database,
  reader: CatalogReader,
): Iterable<ObjectItem<Extract<DatabaseObject, { kind: K }>>> {
  for (const object of visibleOf(kinds, database, reader)) yield { database, reader, object };
}

/** Catalog, schema and name under the prefix that the view uses. */
function objectName<T extends ObjectItem>(prefix: string): ColumnSources<T> {
  return {
    [`${prefix}_CATALOG`]: name(({ database }) => database.name),
    [`${prefix}_SCHEMA`]: name(({ database, object }) => database.schemaName(object.schemaId)),
    [`${prefix}_NAME`]: name(({ object }) => object.name),
  };
}

function parentName<T extends ObjectItem>(): ColumnSources<T> {
  const parent = ({ database, object }: T) => database.objects.get(object.parentObjectId)!;
  return {
    TABLE_CATALOG: name(({ database }) => database.name),
    TABLE_SCHEMA: name((item) => item.database.schemaName(parent(item).schemaId)),
    TABLE_NAME: name((item) => parent(item).name),
  };
}

interface ColumnItem extends ObjectItem, Typed {
  readonly column: Column;
  readonly ordinal: number;
}

function defaultOf({ database, column, reader }: ColumnItem): SqlValue {
  const object = column.defaultObjectId === undefined ? undefined : database.objects.get(column.defaultObjectId);
  return object?.kind === "default" ? shownDefinition(object.definition, object, reader) : null;
}

interface KeyColumnItem extends ObjectItem {
  readonly column: Column;
  readonly ordinal: number;
}

function* keyColumns(database: Database, reader: CatalogReader): Iterable<KeyColumnItem> {
  for (const { object } of objects(["primary-key", "unique"], database, reader)) {
    const table = database.objects.get(object.parentObjectId);
    if (table?.kind !== "table") continue;
    const index = table.indexes.find((candidate) => candidate.indexId === object.indexId);
    for (const [at, { columnId }] of (index?.keyColumns ?? []).entries()) {
      const column = table.columns.find((candidate) => candidate.columnId === columnId);
      if (column !== undefined) yield { database, reader, object, column, ordinal: at + 1 };
    }
  }
}

type Routine = ProcedureObject | FunctionObject;
const ROUTINES = ["procedure", "scalar-function", "inline-function", "table-function"] as const;

interface ParameterItem extends ObjectItem<Routine>, Typed {
  readonly parameter: Parameter;
}

const CONSTRAINT_TYPES: Readonly<Partial<Record<DatabaseObject["kind"], string>>> = {
  "primary-key": "PRIMARY KEY",
  unique: "UNIQUE",
  "foreign-key": "FOREIGN KEY",
  check: "CHECK",
};

export const informationSchemaViews: readonly ViewSource[] = [
  defineView<{ readonly database: Database; readonly schema: Schema }>({
    schema: "INFORMATION_SCHEMA",
    name: "SCHEMATA",
    *items(database) {
      for (const schema of database.schemas.values()) yield { database, schema };
    },
    columns: {
      CATALOG_NAME: name(({ database }) => database.name),
      SCHEMA_NAME: notNull(SYSNAME, ({ schema }) => schema.name),
      SCHEMA_OWNER: name(({ database, schema }) => database.principals.get(schema.principalId)?.name ?? null),
    },
  }),
  defineView<ObjectItem>({
    schema: "INFORMATION_SCHEMA",
    name: "TABLES",
    items: (database, reader) => objects(["table", "view"], database, reader),
    columns: {
      ...objectName("TABLE"),
      TABLE_TYPE: nullable(varchar(10), ({ object }) => (object.kind === "table" ? "BASE TABLE" : "VIEW")),
    },
  }),
  defineView<ColumnItem>({
    schema: "INFORMATION_SCHEMA",
    name: "COLUMNS",
    *items(database, reader) {
      for (const item of objects(["table", "view"], database, reader)) {
        for (const column of columnsOf(item.object)) {
          yield { ...item, column, type: column.type, ordinal: column.columnId };
        }
      }
    },
    columns: {
      ...objectName("TABLE"),
      ...typeColumns(),
      COLUMN_NAME: name(({ column }) => column.name),
      ORDINAL_POSITION: notNull(INT, ({ ordinal }) => ordinal),
      COLUMN_DEFAULT: nullable(nvarchar(4000), defaultOf),
      IS_NULLABLE: nullable(varchar(3), ({ column }) => (column.nullable ? "YES" : "NO")),
    },
  }),
  defineView<ObjectItem<Extract<DatabaseObject, { kind: "view" }>>>({
    schema: "INFORMATION_SCHEMA",
    name: "VIEWS",
    items: (database, reader) => objects(["view"], database, reader),
    columns: {
      ...objectName("TABLE"),
      VIEW_DEFINITION: nullable(nvarchar(4000), shortDefinition),
      CHECK_OPTION: nullable(varchar(7), ({ object }) => (object.withCheckOption ? "CASCADE" : "NONE")),
      IS_UPDATABLE: notNull(varchar(2), () => "NO"),
    },
  }),
  defineView<ObjectItem<Routine>>({
    schema: "INFORMATION_SCHEMA",
    name: "ROUTINES",
    items: (database, reader) => objects(ROUTINES, database, reader),
    columns: {
      ...objectName("SPECIFIC"),
      ...objectName("ROUTINE"),
      ROUTINE_TYPE: nullable(nvarchar(20), ({ object }) => (object.kind === "procedure" ? "PROCEDURE" : "FUNCTION")),
      ROUTINE_BODY: nullable(nvarchar(30), () => "SQL"),
      ROUTINE_DEFINITION: nullable(nvarchar(4000), shortDefinition),
      CREATED: notNull(DATETIME, ({ object }) => datetimeOf(object.createDate)),
      LAST_ALTERED: notNull(DATETIME, ({ object }) => datetimeOf(object.modifyDate)),
    },
  }),
  defineView<ParameterItem>({
    schema: "INFORMATION_SCHEMA",
    name: "PARAMETERS",
    *items(database, reader) {
      for (const item of objects(ROUTINES, database, reader)) {
        for (const parameter of item.object.parameters) yield { ...item, parameter, type: parameter.type };
      }
    },
    columns: {
      ...objectName("SPECIFIC"),
      ...typeColumns(),
      ORDINAL_POSITION: notNull(INT, ({ parameter }) => parameter.parameterId),
      PARAMETER_MODE: nullable(nvarchar(10), ({ parameter }) =>
        parameter.parameterId === 0 ? "OUT" : parameter.output ? "INOUT" : "IN",
      ),
      IS_RESULT: nullable(nvarchar(10), ({ parameter }) => (parameter.parameterId === 0 ? "YES" : "NO")),
      PARAMETER_NAME: name(({ parameter }) => parameter.name),
    },
  }),
  defineView<ObjectItem>({
    schema: "INFORMATION_SCHEMA",
    name: "TABLE_CONSTRAINTS",
    items: (database, reader) => objects(["primary-key", "unique", "foreign-key", "check"], database, reader),
    columns: {
      ...objectName("CONSTRAINT"),
      ...parentName(),
      CONSTRAINT_TYPE: nullable(varchar(11), ({ object }) => CONSTRAINT_TYPES[object.kind] ?? null),
      IS_DEFERRABLE: notNull(varchar(2), () => "NO"),
      INITIALLY_DEFERRED: notNull(varchar(2), () => "NO"),
    },
  }),
  defineView<KeyColumnItem>({
    schema: "INFORMATION_SCHEMA",
    name: "KEY_COLUMN_USAGE",
    *items(database, reader) {
      yield* keyColumns(database, reader);
      for (const { object } of objects(["foreign-key"], database, reader)) {
        const table = database.objects.get(object.parentObjectId);
        if (table?.kind !== "table") continue;
        for (const [at, { columnId }] of object.columns.entries()) {
          const column = table.columns.find((candidate) => candidate.columnId === columnId);
          if (column !== undefined) yield { database, reader, object, column, ordinal: at + 1 };
        }
      }
    },
    columns: {
      ...objectName("CONSTRAINT"),
      ...parentName(),
      COLUMN_NAME: name(({ column }) => column.name),
      ORDINAL_POSITION: notNull(INT, ({ ordinal }) => ordinal),
    },
  }),
  defineView<ObjectItem<Extract<DatabaseObject, { kind: "foreign-key" }>>>({
    schema: "INFORMATION_SCHEMA",
    name: "REFERENTIAL_CONSTRAINTS",
    items: (database, reader) => objects(["foreign-key"], database, reader),
    columns: {
      ...objectName("CONSTRAINT"),
      MATCH_OPTION: nullable(varchar(7), () => "SIMPLE"),
      UPDATE_RULE: nullable(varchar(11), ({ object }) => object.onUpdate.replace("_", " ")),
      DELETE_RULE: nullable(varchar(11), ({ object }) => object.onDelete.replace("_", " ")),
    },
  }),
  defineView<ObjectItem<Extract<DatabaseObject, { kind: "check" }>>>({
    schema: "INFORMATION_SCHEMA",
    name: "CHECK_CONSTRAINTS",
    items: (database, reader) => objects(["check"], database, reader),
    columns: {
      ...objectName("CONSTRAINT"),
      CHECK_CLAUSE: nullable(nvarchar(4000), ({ object, reader }) =>
        shownDefinition(object.definition, object, reader),
      ),
    },
  }),
];

/** These views cut: NULL above 4,000 characters (which is why nobody should read definitions here). */
function shortDefinition({ object, reader }: ObjectItem<Extract<DatabaseObject, { module: unknown }>>): string | null {
  const definition = shownDefinition(object.module.definition, object, reader);
  return definition === null || definition.length > 4000 ? null : definition;
}
