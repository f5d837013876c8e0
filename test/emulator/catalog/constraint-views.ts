import type {
  CheckConstraintObject,
  DatabaseObject,
  DefaultConstraintObject,
  ForeignKeyObject,
  KeyConstraintObject,
} from "../storage/database-model.ts";
import type { Database } from "../storage/database.ts";
import {
  always,
  BIT,
  defineView,
  description,
  flag,
  INT,
  notNull,
  nullable,
  nvarchar,
  TINYINT,
  type ViewSource,
} from "./define-view.ts";
import { objectColumns, shownDefinition, visibleOf } from "./object-columns.ts";
import type { CatalogReader, ViewFilter } from "./system-view.ts";

interface Item<T extends DatabaseObject> {
  readonly object: T;
  readonly reader: CatalogReader;
}

function of<K extends DatabaseObject["kind"]>(...kinds: readonly K[]) {
  type Found = Extract<DatabaseObject, { kind: K }>;
  return function* (database: Database, reader: CatalogReader, filter: ViewFilter): Iterable<Item<Found>> {
    const { parent_object_id: parent } = filter;
    if (typeof parent === "number" && filter["object_id"] === undefined) {
      for (const child of database.children(parent)) {
        for (const object of visibleOf(kinds, database, reader, { object_id: child.objectId }))
          yield { object, reader };
      }
      return;
    }
    for (const object of visibleOf(kinds, database, reader, filter)) yield { object, reader };
  };
}

const FILTERS = ["object_id", "parent_object_id"];

const ACTIONS = ["NO_ACTION", "CASCADE", "SET_NULL", "SET_DEFAULT"] as const;

export const constraintViews: readonly ViewSource[] = [
  defineView<Item<KeyConstraintObject>>({
    schema: "sys",
    name: "key_constraints",
    filters: FILTERS,
    items: of("primary-key", "unique"),
    columns: {
      ...objectColumns<Item<KeyConstraintObject>>(),
      unique_index_id: nullable(INT, ({ object }) => object.indexId),
      is_system_named: flag(({ object }) => object.systemNamed),
      is_enforced: always(BIT, 1),
    },
  }),
  defineView<Item<DefaultConstraintObject>>({
    schema: "sys",
    name: "default_constraints",
    filters: FILTERS,
    items: of("default"),
    columns: {
      ...objectColumns<Item<DefaultConstraintObject>>(),
      parent_column_id: notNull(INT, ({ object }) => object.columnId),
      definition: nullable(nvarchar(-1), ({ object, reader }) => shownDefinition(object.definition, object, reader)),
      is_system_named: flag(({ object }) => object.systemNamed),
    },
  }),
  defineView<Item<CheckConstraintObject>>({
    schema: "sys",
    name: "check_constraints",
    filters: FILTERS,
    items: of("check"),
    columns: {
      ...objectColumns<Item<CheckConstraintObject>>(),
      is_disabled: flag(({ object }) => object.disabled),
      is_not_for_replication: flag(({ object }) => object.notForReplication),
      is_not_trusted: flag(({ object }) => object.notTrusted),
      parent_column_id: notNull(INT, ({ object }) => object.columnId),
      definition: nullable(nvarchar(-1), ({ object, reader }) => shownDefinition(object.definition, object, reader)),
      uses_database_collation: nullable(BIT, () => 0),
      is_system_named: flag(({ object }) => object.systemNamed),
    },
  }),
  defineView<Item<ForeignKeyObject>>({
    schema: "sys",
    name: "foreign_keys",
    filters: FILTERS,
    items: of("foreign-key"),
    columns: {
      ...objectColumns<Item<ForeignKeyObject>>(),
      referenced_object_id: nullable(INT, ({ object }) => object.referencedObjectId),
      key_index_id: nullable(INT, ({ object }) => object.keyIndexId),
      is_disabled: flag(({ object }) => object.disabled),
      is_not_for_replication: flag(({ object }) => object.notForReplication),
      is_not_trusted: flag(({ object }) => object.notTrusted),
      delete_referential_action: nullable(TINYINT, ({ object }) => ACTIONS.indexOf(object.onDelete)),
      delete_referential_action_desc: nullable(description(), ({ object }) => object.onDelete),
      update_referential_action: nullable(TINYINT, ({ object }) => ACTIONS.indexOf(object.onUpdate)),
      update_referential_action_desc: nullable(description(), ({ object }) => object.onUpdate),
      is_system_named: flag(({ object }) => object.systemNamed),
    },
  }),
  defineView<{ readonly key: ForeignKeyObject; readonly at: number }>({
    schema: "sys",
    name: "foreign_key_columns",
    filters: ["parent_object_id"],
    *items(database, reader, filter) {
      for (const { object: key } of of("foreign-key")(database, reader, filter)) {
        for (let at = 0; at < key.columns.length; at++) yield { key, at };
      }
    },
    columns: {
      constraint_object_id: notNull(INT, ({ key }) => key.objectId),
      constraint_column_id: notNull(INT, ({ at }) => at + 1),
      parent_object_id: notNull(INT, ({ key }) => key.parentObjectId),
      parent_column_id: notNull(INT, ({ key, at }) => key.columns[at]!.columnId),
      referenced_object_id: notNull(INT, ({ key }) => key.referencedObjectId),
      referenced_column_id: notNull(INT, ({ key, at }) => key.columns[at]!.referencedColumnId),
    },
  }),
];
