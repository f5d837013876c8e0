import type { UserType } from "../storage/database-model.ts";
import { SYS_SCHEMA_ID, type Database } from "../storage/database.ts";
import { clrClass } from "../values/clr-class.ts";
import { isClr } from "../values/coerce-type.ts";
import type { ClrTypeName, SqlType, SqlTypeName } from "../values/sql-type.ts";
import {
  always,
  BIT,
  defineView,
  flag,
  INT,
  notNull,
  nullable,
  nvarchar,
  SMALLINT,
  SYSNAME,
  TINYINT,
  type ColumnSources,
  type ViewSource,
} from "./define-view.ts";
import type { CatalogReader } from "./system-view.ts";
import {
  CLR_TYPE_IDS,
  collationName,
  SYSNAME_TYPE_ID,
  SYSTEM_TYPE_IDS,
  typeName,
  typeSize,
  userTypeIdOf,
} from "./type-facts.ts";

/** sys.types shows each system type at its greatest size. */
const LARGEST: Partial<Record<SqlTypeName, Omit<SqlType, "name">>> = {
  char: { length: 8000 },
  varchar: { length: 8000 },
  nchar: { length: 4000 },
  nvarchar: { length: 4000 },
  binary: { length: 8000 },
  varbinary: { length: 8000 },
  decimal: { precision: 38, scale: 38 },
  numeric: { precision: 38, scale: 38 },
  time: { scale: 7 },
  datetime2: { scale: 7 },
  datetimeoffset: { scale: 7 },
};

const TABLE_TYPE_ID = 243;

interface Item {
  readonly name: string;
  readonly systemTypeId: number;
  readonly userTypeId: number;
  readonly schemaId: number;
  readonly maxLength: number;
  readonly precision: number;
  readonly scale: number;
  readonly collation: string | null;
  readonly nullable: boolean;
  readonly userDefined: boolean;
  readonly assembly: boolean;
  readonly tableTypeObjectId?: number;
}

function systemType(name: SqlTypeName, database: Database): Item {
  const type: SqlType = { name, ...LARGEST[name] };
  return {
    name: typeName(name),
    systemTypeId: SYSTEM_TYPE_IDS[name],
    userTypeId: userTypeIdOf(type),
    schemaId: SYS_SCHEMA_ID,
    ...typeSize(type),
    collation: collationName(type, database.collation),
    nullable: name !== "rowversion",
    userDefined: false,
    assembly: isClr(type),
  };
}

function userType(type: UserType, database: Database): Item {
  const { userTypeId, schemaId, name } = type;
  if (type.type === undefined) {
    return {
      ...{ name, userTypeId, schemaId, systemTypeId: TABLE_TYPE_ID, maxLength: -1, precision: 0, scale: 0 },
      ...{ collation: null, nullable: false, userDefined: true, assembly: false },
      tableTypeObjectId: type.tableTypeObjectId!,
    };
  }
  return {
    ...{ name, userTypeId, schemaId, systemTypeId: SYSTEM_TYPE_IDS[type.type.name] },
    ...typeSize(type.type),
    collation: collationName(type.type, database.collation),
    nullable: type.nullable,
    userDefined: true,
    assembly: false,
  };
}

function* types(database: Database, reader: CatalogReader): Iterable<Item> {
  for (const name of Object.keys(SYSTEM_TYPE_IDS) as SqlTypeName[]) yield systemType(name, database);
  yield {
    ...systemType("nvarchar", database),
    ...{ name: "sysname", userTypeId: SYSNAME_TYPE_ID, maxLength: 256, nullable: false },
  };
  for (const type of database.types.values()) {
    if (reader.canSeeType === undefined || reader.canSeeType(type.userTypeId)) yield userType(type, database);
  }
}

const typeColumns: ColumnSources<Item> = {
  name: notNull(SYSNAME, (type) => type.name),
  system_type_id: notNull(TINYINT, (type) => type.systemTypeId),
  user_type_id: notNull(INT, (type) => type.userTypeId),
  schema_id: notNull(INT, (type) => type.schemaId),
  principal_id: always(INT, null),
  max_length: notNull(SMALLINT, (type) => type.maxLength),
  precision: notNull(TINYINT, (type) => type.precision),
  scale: notNull(TINYINT, (type) => type.scale),
  collation_name: nullable(SYSNAME, (type) => type.collation),
  is_nullable: nullable(BIT, (type) => (type.nullable ? 1 : 0)),
  is_user_defined: flag((type) => type.userDefined),
  is_assembly_type: flag((type) => type.assembly),
  default_object_id: always(INT, 0),
  rule_object_id: always(INT, 0),
  is_table_type: flag((type) => type.tableTypeObjectId !== undefined),
};

export const typeViews: readonly ViewSource[] = [
  defineView<Item>({ schema: "sys", name: "types", items: types, columns: typeColumns }),
  defineView<Item>({
    schema: "sys",
    name: "table_types",
    *items(database, reader) {
      for (const type of types(database, reader)) if (type.tableTypeObjectId !== undefined) yield type;
    },
    columns: {
      ...typeColumns,
      type_table_object_id: notNull(INT, (type) => type.tableTypeObjectId!),
      is_memory_optimized: nullable(BIT, () => 0),
    },
  }),
  defineView<Item>({
    schema: "sys",
    name: "assembly_types",
    *items(database, reader) {
      for (const type of types(database, reader)) if (type.assembly) yield type;
    },
    columns: {
      ...typeColumns,
      assembly_id: notNull(INT, () => 1),
      assembly_class: nullable(SYSNAME, (type) => clrClass(type.name as ClrTypeName)),
      is_binary_ordered: nullable(BIT, (type) => (type.userTypeId === CLR_TYPE_IDS.hierarchyid ? 1 : 0)),
      is_fixed_length: nullable(BIT, () => 0),
      prog_id: always(nvarchar(40), null),
    },
  }),
];
