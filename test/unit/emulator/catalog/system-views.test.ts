import { describe, expect, it } from "vitest";
import { findSystemView, systemViewById } from "../../../emulator/catalog/find-system-view.ts";
import { INFORMATION_SCHEMA_COLUMNS } from "../../../emulator/catalog/information-schema-columns.ts";
import { SYSTEM_COLUMNS } from "../../../emulator/catalog/system-columns.ts";
import type { CatalogReader, ViewFilter } from "../../../emulator/catalog/system-view.ts";
import type { Database } from "../../../emulator/storage/database.ts";
import type { SqlType, SqlValue } from "../../../emulator/values/sql-type.ts";
import { trackedScene } from "../change-tracking/tracking-fixture.ts";

type Row = Readonly<Record<string, SqlValue>>;

function read(database: Database, name: string, reader: Partial<CatalogReader> = {}, filter: ViewFilter = {}): Row[] {
  const [schema, view] = name.split(".") as [string, string];
  const found = findSystemView(schema, view)!;
  const transaction = database.server.begin({ spid: 99 });
  const rows = [...found.rows(database, { spid: 99, transaction, snapshot: Infinity, ...reader }, filter)];
  transaction.commit();
  return rows.map((row) => Object.fromEntries(found.columns.map((column, at) => [column.name, row[at]!])));
}

const ALL = [...Object.keys(SYSTEM_COLUMNS), ...Object.keys(INFORMATION_SCHEMA_COLUMNS)];

describe("findSystemView", () => {
  it.each(ALL)("%s has the server's columns, and rows that fit their types", (name) => {
    const [schema, view] = name.split(".") as [string, string];
    const found = findSystemView(schema.toUpperCase(), view.toLowerCase())!;
    const expected = (SYSTEM_COLUMNS[name] ?? INFORMATION_SCHEMA_COLUMNS[name])!.trim().split(/\s+/);
    expect(found.columns.map((column) => column.name)).toEqual(expected);
    expect(systemViewById(found.objectId)).toBe(found);
    const { database } = trackedScene();
    for (const row of read(database, name)) {
      for (const column of found.columns) {
        const value = row[column.name];
        if (value === null) expect([column.name, column.nullable]).toEqual([column.name, true]);
        else expect([column.name, typeof value]).toEqual([column.name, javascriptType(column.type)]);
      }
    }
  });

  it("tells a view that only the server has from one that nobody has", () => {
    expect(() => findSystemView("sys", "dm_os_wait_stats")).toThrow("Unsupported: view sys.dm_os_wait_stats");
    expect(findSystemView("sys", "no_such_view")).toBeUndefined();
  });
});

function javascriptType(type: SqlType): string {
  if (["bigint", "decimal", "numeric"].includes(type.name)) return "bigint";
  if (["varbinary", "sql_variant"].includes(type.name)) return "object";
  return ["nvarchar", "varchar", "char", "uniqueidentifier"].includes(type.name) ? "string" : "number";
}

describe("rows", () => {
  it("of tables and what belongs to them", () => {
    const { database, objectId } = trackedScene();
    expect(read(database, "sys.tables")).toMatchObject([
      { name: "T", object_id: objectId, schema_id: 1, type: "U ", type_desc: "USER_TABLE", max_column_id_used: 3 },
    ]);
    expect(read(database, "sys.columns").map(({ name, column_id }) => [name, column_id])).toEqual([
      ["id", 1],
      ["a", 2],
      ["b", 3],
    ]);
    expect(read(database, "sys.columns")[0]).toMatchObject({
      system_type_id: 56,
      max_length: 4,
      precision: 10,
      is_nullable: 0,
    });
    expect(read(database, "sys.indexes")).toMatchObject([{ name: "PK_T", index_id: 1, type: 1, is_primary_key: 1 }]);
    expect(read(database, "sys.index_columns")).toMatchObject([{ column_id: 1, key_ordinal: 1, is_descending_key: 0 }]);
  });

  it("a heap has an index row with index_id 0", () => {
    const { database, server } = trackedScene({ tracked: false });
    const store = server.newTableStore({ database: "db", schema: "dbo", table: "H" }, []);
    const objectId = database.newObjectId();
    const dates = { createDate: 0, modifyDate: 0 };
    const plain = { columns: [], indexes: [], maxColumnId: 0, usesAnsiNulls: true, parentObjectId: 0, schemaId: 1 };
    database.addObject(undefined, { kind: "table", objectId, name: "H", ...dates, ...plain, store });
    expect(read(database, "sys.indexes", {}, { object_id: objectId })).toMatchObject([
      { name: null, index_id: 0, type_desc: "HEAP" },
    ]);
  });

  it("sizes of types as sys.columns has them", () => {
    const cases: readonly (readonly [SqlType, readonly number[]])[] = [
      [{ name: "decimal", precision: 9, scale: 2 }, [5, 9, 2]],
      [{ name: "decimal", precision: 38, scale: 0 }, [17, 38, 0]],
      [{ name: "nvarchar", length: 50 }, [100, 0, 0]],
      [{ name: "nvarchar", length: -1 }, [-1, 0, 0]],
      [{ name: "varchar", length: 50 }, [50, 0, 0]],
      [{ name: "datetime2", scale: 0 }, [6, 19, 0]],
      [{ name: "datetime2", scale: 7 }, [8, 27, 7]],
      [{ name: "datetimeoffset", scale: 3 }, [9, 30, 3]],
      [{ name: "time", scale: 7 }, [5, 16, 7]],
      [{ name: "datetime" }, [8, 23, 3]],
    ];
    for (const [keyType, [maxLength, precision, scale]] of cases) {
      const { database } = trackedScene({ keyType });
      const [id] = read(database, "sys.columns");
      expect(id).toMatchObject({ max_length: maxLength, precision, scale });
    }
  });

  it("of Change Tracking", () => {
    const { database, objectId, run, write } = trackedScene();
    run((t) => write.insert(t, [1, 0, 0]));
    expect(read(database, "sys.change_tracking_tables")).toEqual([
      {
        object_id: objectId,
        is_track_columns_updated_on: 1,
        min_valid_version: 0n,
        begin_version: 0n,
        cleanup_version: 0n,
      },
    ]);
    expect(read(database, "sys.change_tracking_databases")).toMatchObject([
      {
        database_id: database.databaseId,
        retention_period: 2,
        retention_period_units: 3,
        retention_period_units_desc: "DAYS",
      },
    ]);
    expect(read(database, "sys.dm_tran_commit_table")).toMatchObject([{ commit_ts: 1n }]);
    expect(read(database, "sys.dm_db_partition_stats")).toMatchObject([
      { object_id: objectId, index_id: 1, row_count: 1n },
    ]);
  });

  it("leave out what the reader may not see, and hide definitions", () => {
    const { database, objectId, createTable } = trackedScene();
    const other = createTable("Secret");
    const canSee = ({ objectId: id }: { readonly objectId: number }): boolean => id === objectId;
    for (const view of [
      "sys.tables",
      "sys.indexes",
      "sys.columns",
      "sys.change_tracking_tables",
      "INFORMATION_SCHEMA.TABLES",
    ]) {
      expect(
        read(database, view, { canSee }).some((row) => row["object_id"] === other || row["TABLE_NAME"] === "Secret"),
      ).toBe(false);
    }
    expect(read(database, "sys.tables", { canSee }, { object_id: other })).toEqual([]);
  });

  it("cost milliseconds over 500 tables, and less for one object", () => {
    const { database, createTable } = trackedScene({ tracked: false });
    for (let at = 0; at < 500; at++) createTable(`T${at}`);
    const started = performance.now();
    expect(read(database, "sys.columns")).toHaveLength(1503);
    expect(read(database, "sys.index_columns")).toHaveLength(501);
    expect(read(database, "sys.tables")).toHaveLength(501);
    expect(performance.now() - started).toBeLessThan(500);
    const [first] = read(database, "sys.tables");
    expect(read(database, "sys.columns", {}, { object_id: first!["object_id"]! })).toHaveLength(3);
  });

  it("of modules: definition, dependencies, parameters", () => {
    const { database, objectId } = trackedScene();
    const id = database.newObjectId();
    const text = "CREATE VIEW dbo.V AS SELECT id FROM dbo.T";
    database.addObject(undefined, {
      ...{ kind: "view", objectId: id, schemaId: 1, name: "V", parentObjectId: 0, createDate: 0, modifyDate: 0 },
      ...{ columns: [], indexes: [], withCheckOption: false },
      module: {
        ...{ definition: text, source: text, usesAnsiNulls: true, usesQuotedIdentifier: false },
        ...{ schemaBound: false, recompiled: false, nullOnNullInput: false },
      },
      references: [
        { schema: "dbo", name: "t", class: "object", schemaBound: false, callerDependent: false, ambiguous: false },
        { name: "Missing", class: "object", schemaBound: false, callerDependent: false, ambiguous: false },
      ],
    });
    expect(read(database, "sys.sql_modules")).toMatchObject([
      { object_id: id, definition: text, uses_quoted_identifier: 0 },
    ]);
    expect(read(database, "sys.sql_modules", { canSeeDefinition: () => false })).toMatchObject([{ definition: null }]);
    expect(read(database, "sys.sql_expression_dependencies")).toMatchObject([
      { referencing_id: id, referenced_entity_name: "t", referenced_id: objectId },
      { referencing_id: id, referenced_entity_name: "Missing", referenced_id: null },
    ]);
  });
});
