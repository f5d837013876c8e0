import type {
  DatabaseObject,
  FunctionObject,
  ModuleReference,
  Parameter,
  ProcedureObject,
  TriggerObject,
  ViewObject,
} from "../storage/database-model.ts";
import type { Database } from "../storage/database.ts";
import { DBO_SCHEMA_ID } from "../storage/database.ts";
import { datetimeOf } from "./catalog-values.ts";
import {
  always,
  BIT,
  code,
  DATETIME,
  defineView,
  description,
  emptyView,
  flag,
  INT,
  notNull,
  nullable,
  nvarchar,
  SMALLINT,
  SYSNAME,
  TINYINT,
  VARIANT,
  type ViewSource,
} from "./define-view.ts";
import { OBJECT_TYPES, shownDefinition, visibleObjects, visibleOf } from "./object-columns.ts";
import type { CatalogReader, ViewFilter } from "./system-view.ts";
import { SYSTEM_TYPE_IDS, typeSize, userTypeIdOf } from "./type-facts.ts";

type ModuleObject = ViewObject | ProcedureObject | FunctionObject | TriggerObject;

interface Item {
  readonly object: ModuleObject;
  readonly reader: CatalogReader;
}

function isModule(object: DatabaseObject): object is ModuleObject {
  return "module" in object;
}

function* modules(database: Database, reader: CatalogReader, filter: ViewFilter): Iterable<Item> {
  for (const object of visibleObjects(database, reader, filter)) if (isModule(object)) yield { object, reader };
}

interface ReferenceItem {
  readonly object: DatabaseObject;
  /** The column id of a computed column; else 0. */
  readonly referencingMinorId: number;
  readonly reference: ModuleReference;
  readonly referencedId: number | null;
  readonly minorId: number;
}

/**
 * The id of what a reference names now: without a schema in that of the module, then in dbo. Null for another database, an unknown object, or
 * where it depends on the caller.
 */
function referencedId(database: Database, reference: ModuleReference, moduleSchemaId: number): number | null {
  if (reference.server !== undefined || reference.database !== undefined || reference.callerDependent) return null;
  const own = reference.schema === undefined ? undefined : database.findSchema(reference.schema)?.schemaId;
  const schemaIds = reference.schema === undefined ? [moduleSchemaId, DBO_SCHEMA_ID] : own === undefined ? [] : [own];
  for (const schemaId of schemaIds) {
    const id =
      reference.class === "type"
        ? database.findType(schemaId, reference.name)?.userTypeId
        : database.findObject(schemaId, reference.name)?.objectId;
    if (id !== undefined) return id;
  }
  return null;
}

/** Modules, defaults, checks and computed columns, each with what its text mentions. */
function* referencing(object: DatabaseObject): Iterable<{ minorId: number; list: readonly ModuleReference[] }> {
  if (isModule(object)) yield { minorId: 0, list: object.references };
  else if (object.kind === "default" || object.kind === "check") yield { minorId: 0, list: object.references ?? [] };
  else if (object.kind === "table") {
    for (const { columnId, computed } of object.columns) {
      if (computed?.references !== undefined) yield { minorId: columnId, list: computed.references };
    }
  }
}

function* references(database: Database, reader: CatalogReader, filter: ViewFilter): Iterable<ReferenceItem> {
  const { referencing_id: id } = filter;
  for (const object of visibleObjects(database, reader, id === undefined ? {} : { object_id: id })) {
    for (const { minorId: referencingMinorId, list } of referencing(object)) {
      for (const reference of list) {
        const item = {
          object,
          reference,
          referencingMinorId,
          referencedId: referencedId(database, reference, object.schemaId),
        };
        yield { ...item, minorId: 0 };
        if (!reference.schemaBound) continue;
        for (const minorId of reference.columnIds ?? []) yield { ...item, minorId };
      }
    }
  }
}

interface ParameterItem {
  readonly object: ProcedureObject | FunctionObject;
  readonly parameter: Parameter;
}

function* parameters(database: Database, reader: CatalogReader, filter: ViewFilter): Iterable<ParameterItem> {
  const kinds = ["procedure", "scalar-function", "inline-function", "table-function"] as const;
  for (const object of visibleOf(kinds, database, reader, filter)) {
    for (const parameter of object.parameters) yield { object, parameter };
  }
}

const EVENTS = { insert: [1, "INSERT"], update: [2, "UPDATE"], delete: [3, "DELETE"] } as const;

export const moduleViews: readonly ViewSource[] = [
  ...["sql_modules", "all_sql_modules"].map((name) =>
    defineView<Item>({
      schema: "sys",
      name,
      filters: ["object_id"],
      items: modules,
      columns: {
        object_id: notNull(INT, ({ object }) => object.objectId),
        definition: nullable(nvarchar(-1), ({ object, reader }) =>
          shownDefinition(object.module.definition, object, reader),
        ),
        uses_ansi_nulls: flag(({ object }) => object.module.usesAnsiNulls),
        uses_quoted_identifier: flag(({ object }) => object.module.usesQuotedIdentifier),
        is_schema_bound: flag(({ object }) => object.module.schemaBound),
        uses_database_collation: flag(() => false),
        is_recompiled: flag(({ object }) => object.module.recompiled),
        null_on_null_input: flag(({ object }) => object.module.nullOnNullInput),
        execute_as_principal_id: nullable(INT, ({ object }) => object.module.executeAsPrincipalId ?? null),
        uses_native_compilation: always(BIT, 0),
      },
    }),
  ),
  defineView<{ readonly object: TriggerObject }>({
    schema: "sys",
    name: "triggers",
    filters: ["object_id"],
    *items(database, reader, filter) {
      for (const object of visibleOf(["trigger"], database, reader, filter)) yield { object };
    },
    columns: {
      name: notNull(SYSNAME, ({ object }) => object.name),
      object_id: notNull(INT, ({ object }) => object.objectId),
      parent_class: notNull(TINYINT, () => 1),
      parent_class_desc: nullable(description(), () => "OBJECT_OR_COLUMN"),
      parent_id: notNull(INT, ({ object }) => object.parentObjectId),
      type: notNull(code(2), ({ object }) => OBJECT_TYPES[object.kind][0]),
      type_desc: nullable(description(), ({ object }) => OBJECT_TYPES[object.kind][1]),
      create_date: notNull(DATETIME, ({ object }) => datetimeOf(object.createDate)),
      modify_date: notNull(DATETIME, ({ object }) => datetimeOf(object.modifyDate)),
      is_ms_shipped: always(BIT, 0),
      is_disabled: flag(({ object }) => object.disabled),
      is_not_for_replication: flag(({ object }) => object.notForReplication),
      is_instead_of_trigger: flag(({ object }) => object.insteadOf),
    },
  }),
  defineView<{ readonly object: TriggerObject; readonly event: TriggerObject["events"][number] }>({
    schema: "sys",
    name: "trigger_events",
    filters: ["object_id"],
    *items(database, reader, filter) {
      for (const object of visibleOf(["trigger"], database, reader, filter)) {
        for (const event of object.events) yield { object, event };
      }
    },
    columns: {
      object_id: notNull(INT, ({ object }) => object.objectId),
      type: notNull(INT, ({ event }) => EVENTS[event][0]),
      type_desc: nullable(description(), ({ event }) => EVENTS[event][1]),
      is_first: always(BIT, 0),
      is_last: always(BIT, 0),
      event_group_type: always(INT, null),
      event_group_type_desc: always(description(), null),
      is_trigger_event: nullable(BIT, () => 1),
    },
  }),
  defineView<ReferenceItem>({
    schema: "sys",
    name: "sql_expression_dependencies",
    filters: ["referencing_id"],
    items: references,
    columns: {
      referencing_id: notNull(INT, ({ object }) => object.objectId),
      referencing_minor_id: notNull(INT, ({ referencingMinorId }) => referencingMinorId),
      referencing_class: nullable(TINYINT, () => 1),
      referencing_class_desc: nullable(description(), () => "OBJECT_OR_COLUMN"),
      is_schema_bound_reference: flag(({ reference }) => reference.schemaBound),
      referenced_class: nullable(TINYINT, ({ reference }) => (reference.class === "type" ? 6 : 1)),
      referenced_class_desc: nullable(description(), ({ reference }) =>
        reference.class === "type" ? "TYPE" : "OBJECT_OR_COLUMN",
      ),
      referenced_server_name: nullable(SYSNAME, ({ reference }) => reference.server ?? null),
      referenced_database_name: nullable(SYSNAME, ({ reference }) => reference.database ?? null),
      referenced_schema_name: nullable(SYSNAME, ({ reference }) => reference.schema ?? null),
      referenced_entity_name: nullable(SYSNAME, ({ reference }) => reference.name),
      referenced_id: nullable(INT, ({ referencedId: id }) => id),
      referenced_minor_id: notNull(INT, ({ minorId }) => minorId),
      is_caller_dependent: flag(({ reference }) => reference.callerDependent),
      is_ambiguous: flag(({ reference, referencedId: id }) => reference.ambiguous && id === null),
    },
  }),
  // CREATE PROCEDURE name;number is refused.
  emptyView("numbered_procedures", {
    object_id: notNull(INT, () => null),
    procedure_number: nullable(SMALLINT, () => null),
    definition: nullable(nvarchar(-1), () => null),
  }),
  emptyView("numbered_procedure_parameters", {
    object_id: notNull(INT, () => null),
    procedure_number: nullable(SMALLINT, () => null),
    name: nullable(SYSNAME, () => null),
    parameter_id: notNull(INT, () => null),
    system_type_id: notNull(TINYINT, () => null),
    user_type_id: notNull(INT, () => null),
    max_length: notNull(SMALLINT, () => null),
    precision: notNull(TINYINT, () => null),
    scale: notNull(TINYINT, () => null),
    is_output: notNull(BIT, () => null),
    is_cursor_ref: notNull(BIT, () => null),
  }),
  defineView<ParameterItem>({
    schema: "sys",
    name: "parameters",
    filters: ["object_id"],
    items: parameters,
    columns: {
      object_id: notNull(INT, ({ object }) => object.objectId),
      name: nullable(SYSNAME, ({ parameter }) => parameter.name),
      parameter_id: notNull(INT, ({ parameter }) => parameter.parameterId),
      system_type_id: notNull(TINYINT, ({ parameter }) => SYSTEM_TYPE_IDS[parameter.type.name]),
      user_type_id: notNull(INT, ({ parameter }) => parameter.userTypeId ?? userTypeIdOf(parameter.type)),
      max_length: notNull(SMALLINT, ({ parameter }) => typeSize(parameter.type).maxLength),
      precision: notNull(TINYINT, ({ parameter }) => typeSize(parameter.type).precision),
      scale: notNull(TINYINT, ({ parameter }) => typeSize(parameter.type).scale),
      is_output: flag(({ parameter }) => parameter.output),
      is_cursor_ref: always(BIT, 0),
      has_default_value: flag(({ parameter }) => parameter.hasDefault),
      is_xml_document: always(BIT, 0),
      default_value: always(VARIANT, null),
      xml_collection_id: always(INT, 0),
      is_readonly: flag(({ parameter }) => parameter.readOnly),
      is_nullable: nullable(BIT, ({ parameter }) => (parameter.nullable ? 1 : 0)),
      encryption_type: always(INT, null),
      encryption_type_desc: always(description(64), null),
      encryption_algorithm_name: always(SYSNAME, null),
      column_encryption_key_id: always(INT, null),
      column_encryption_key_database_name: always(SYSNAME, null),
    },
  }),
];
