import { describe, expect, it } from "vitest";
import type { InspectedTable, ReplicaColumn } from "../../../src/model/replica-table.ts";
import type { ColumnShape, TableShape } from "../../../src/model/table-shape.ts";
import { fitReplicaTable } from "../../../src/replica/fit-replica-table.ts";
import { column, tableShape } from "../../support/table-shapes.ts";

const rowversionType = { name: "rowversion", maxLength: 8, precision: 0, scale: 0 };

const shape = tableShape(
  [
    column(1, "id", "varchar", { nullable: false }),
    column(2, "note", "nvarchar"),
    column(3, "price", "decimal"),
    column(4, "twice", "decimal", { computed: { definition: "([price]*(2))", persisted: false } }),
    column(5, "code", "varchar"),
    column(6, "version", "rowversion", { nullable: false, type: rowversionType }),
  ],
  [{ name: "id" }],
);

function there(source: ColumnShape, more: Partial<ReplicaColumn> = {}): ReplicaColumn {
  return {
    name: source.name,
    type: source.type,
    collation: source.collation,
    nullable: source.nullable,
    identity: false,
    computed: source.computed !== undefined,
    generatedAlways: false,
    columnSet: false,
    hasDefault: false,
    ...more,
  };
}

function replicaOf(source: TableShape, changes: Partial<InspectedTable> = {}): InspectedTable {
  return {
    objectId: 5,
    columns: new Map(source.columns.map((each) => [each.name, there(each)])),
    writable: new Set(),
    identityColumn: undefined,
    uniqueIndexes: [],
    primaryKey: source.key.map(({ name }) => name),
    triggers: [],
    systemVersioned: false,
    canTruncate: true,
    ...changes,
  };
}

/** The replica's table with one column changed. */
function changed(name: string, more: Partial<ReplicaColumn>): InspectedTable {
  const replica = replicaOf(shape);
  const source = shape.columns.find((each) => each.name === name);
  if (source === undefined) throw new Error(`no column ${name}`);
  return { ...replica, columns: new Map(replica.columns).set(name, there(source, more)) };
}

function without(name: string): InspectedTable {
  const replica = replicaOf(shape);
  return { ...replica, columns: new Map([...replica.columns].filter(([each]) => each !== name)) };
}

function withExtra(more: Partial<ReplicaColumn>): InspectedTable {
  const replica = replicaOf(shape);
  const extra = there(column(9, "extra", "int"), more);
  return { ...replica, columns: new Map(replica.columns).set("extra", extra) };
}

describe("fits", () => {
  it.each<[string, InspectedTable]>([
    ["a table like the primary's", replicaOf(shape)],
    ["numeric for decimal", changed("price", { type: { name: "numeric", maxLength: 9, precision: 10, scale: 2 } })],
    ["rowversion as binary(8)", changed("version", { type: { ...rowversionType, name: "binary" } })],
    ["a column that takes NULL where the primary's does not", changed("id", { nullable: true })],
    ["Unicode text in another collation", changed("note", { collation: "Latin1_General_BIN2" })],
    ["a unique index on the key", replicaOf(shape, { primaryKey: undefined, uniqueIndexes: [{ columns: ["id"] }] })],
    ["an extra column that takes NULL", withExtra({})],
    ["an extra column with a default", withExtra({ nullable: false, hasDefault: true })],
    ["an extra rowversion", withExtra({ nullable: false, type: rowversionType })],
  ])("%s", (_, replica) => {
    expect(fitReplicaTable(shape, replica)).toBeUndefined();
  });
});

describe("does not fit", () => {
  it.each<[string, InspectedTable, what: string, fix: string | undefined]>([
    [
      "a missing column",
      without("note"),
      "column note is missing",
      "ALTER TABLE [sales].[OrderLine] ADD [note] nvarchar(50) COLLATE Latin1_General_100_CI_AS NULL;",
    ],
    [
      "a missing column without a value for the rows that are there",
      without("version"),
      "column version is missing",
      "ALTER TABLE [sales].[OrderLine] ADD [version] binary(8) NULL;",
    ],
    [
      "a missing computed column",
      without("twice"),
      "column twice is missing",
      "ALTER TABLE [sales].[OrderLine] ADD [twice] AS ([price]*(2));",
    ],
    [
      "another type",
      changed("price", { type: { name: "decimal", maxLength: 9, precision: 18, scale: 2 } }),
      "column price is decimal(18,2) and should be decimal(10,2)",
      "ALTER TABLE [sales].[OrderLine] ALTER COLUMN [price] decimal(10,2) NULL;",
    ],
    [
      "a shorter type",
      changed("note", { type: { name: "nvarchar", maxLength: 20, precision: 0, scale: 0 } }),
      "column note is nvarchar(10) and should be nvarchar(50)",
      "ALTER TABLE [sales].[OrderLine] ALTER COLUMN [note] nvarchar(50) COLLATE Latin1_General_100_CI_AS NULL;",
    ],
    [
      "a key in another collation",
      changed("id", { collation: "Latin1_General_BIN2" }),
      "column id has the collation Latin1_General_BIN2 and should have Latin1_General_100_CI_AS",
      "ALTER TABLE [sales].[OrderLine] ALTER COLUMN [id] varchar(100) COLLATE Latin1_General_100_CI_AS NOT NULL;",
    ],
    [
      "varchar in another collation, which may lack its characters",
      changed("code", { collation: "Greek_CI_AS" }),
      "column code has the collation Greek_CI_AS and should have Latin1_General_100_CI_AS",
      "ALTER TABLE [sales].[OrderLine] ALTER COLUMN [code] varchar(100) COLLATE Latin1_General_100_CI_AS NULL;",
    ],
    [
      "no NULL where the primary has it",
      changed("note", { nullable: false }),
      "column note does not take NULL",
      "ALTER TABLE [sales].[OrderLine] ALTER COLUMN [note] nvarchar(50) COLLATE Latin1_General_100_CI_AS NULL;",
    ],
    [
      "an ordinary column where the primary computes",
      changed("twice", { computed: false }),
      "column twice is computed on the primary and an ordinary column on the replica",
      "ALTER TABLE [sales].[OrderLine] DROP COLUMN [twice];\nALTER TABLE [sales].[OrderLine] ADD [twice] AS ([price]*(2));",
    ],
    [
      "a computed column where the primary has values",
      changed("price", { computed: true }),
      "column price is computed on the replica and takes no values",
      "ALTER TABLE [sales].[OrderLine] DROP COLUMN [price];\nALTER TABLE [sales].[OrderLine] ADD [price] decimal(10,2) NULL;",
    ],
    [
      "a rowversion where the primary has ordinary values",
      changed("code", { type: rowversionType }),
      "column code is rowversion and should be varchar(100)",
      "ALTER TABLE [sales].[OrderLine] DROP COLUMN [code];\nALTER TABLE [sales].[OrderLine] ADD [code] varchar(100) COLLATE Latin1_General_100_CI_AS NULL;",
    ],
    [
      "a period column where the primary has ordinary values",
      changed("code", { generatedAlways: true }),
      "column code is GENERATED ALWAYS on the replica and takes no values",
      "ALTER TABLE [sales].[OrderLine] DROP PERIOD FOR SYSTEM_TIME;",
    ],
    [
      "an extra column that needs a value",
      withExtra({ nullable: false }),
      "column extra exists on the replica only, takes no NULL and has no default",
      "ALTER TABLE [sales].[OrderLine] DROP COLUMN [extra];",
    ],
    [
      "another primary key",
      replicaOf(shape, { primaryKey: ["id", "code"] }),
      "the primary key is (id, code) and should be (id)",
      undefined,
    ],
    [
      "no unique index on the key",
      replicaOf(shape, {
        primaryKey: undefined,
        uniqueIndexes: [{ columns: ["code"] }, { columns: ["id"], filter: "([id]>'a')" }],
      }),
      "no unique index is on the key (id)",
      "CREATE UNIQUE INDEX [mssql_sync_key] ON [sales].[OrderLine] ([id]);",
    ],
    [
      "an enabled trigger",
      replicaOf(shape, { triggers: ["tr]1"] }),
      "trigger tr]1 is enabled",
      "ALTER TABLE [sales].[OrderLine] DISABLE TRIGGER [tr]]1];",
    ],
    [
      "system versioning",
      replicaOf(shape, { systemVersioned: true }),
      "it is system-versioned",
      "ALTER TABLE [sales].[OrderLine] SET (SYSTEM_VERSIONING = OFF);",
    ],
  ])("%s", (_, replica, what, fix) => {
    expect(fitReplicaTable(shape, replica)).toEqual({
      what: `the replica's table cannot take the primary's rows: ${what}`,
      fix,
    });
  });

  it("says all that is in the way at once", () => {
    const misfit = fitReplicaTable(shape, { ...without("note"), triggers: ["t"], systemVersioned: true });
    expect(misfit?.what).toMatch(/note is missing; trigger t is enabled; it is system-versioned$/);
    expect(misfit?.fix?.split("\n")).toHaveLength(3);
  });

  it("notices a computed key column that compares otherwise", () => {
    const computed = column(2, "k", "nvarchar", {
      nullable: false,
      computed: { definition: "(upper([id]))", persisted: true },
    });
    const keyed = tableShape([column(1, "id", "int"), computed], [{ name: "k" }]);
    const replica = replicaOf(keyed);
    const columns = new Map(replica.columns).set("k", there(computed, { collation: "Latin1_General_BIN2" }));
    expect(fitReplicaTable(keyed, { ...replica, columns })?.what).toMatch(/computed key column k/);
  });
});
