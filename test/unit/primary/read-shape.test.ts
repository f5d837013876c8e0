import { describe, expect, it } from "vitest";
import type { Row, Session } from "../../../src/db/session.ts";
import { refuseShape } from "../../../src/model/table-shape.ts";
import { readShape } from "../../../src/primary/read-shape.ts";

const tableRow: Row = {
  schema_name: "dbo",
  table_name: "User",
  object_id: 99,
  is_memory_optimized: false,
  is_node: false,
  is_edge: false,
  temporal_type: 0,
  begin_version: "4",
  min_valid_version: "5",
};

const columnRow: Row = {
  column_id: 1,
  name: "id",
  max_length: 8,
  precision: 19,
  scale: 0,
  collation_name: null,
  is_nullable: false,
  is_rowguidcol: false,
  is_filestream: false,
  is_sparse: false,
  is_column_set: false,
  is_masked: false,
  generated_always_type: 0,
  encryption_type: null,
  graph_type: null,
  xml_collection_id: 0,
  base_type: "bigint",
  own_type: "bigint",
  is_user_defined: false,
  is_assembly_type: false,
  own_is_nullable: true,
  own_schema: "sys",
  seed_value: null,
  increment_value: null,
  computed_definition: null,
  is_persisted: null,
  default_name: null,
  default_is_system_named: null,
  default_definition: null,
};

const keyRow: Row = {
  index_id: 1,
  index_name: "PK",
  index_type: 1,
  is_primary_key: true,
  is_system_named: true,
  column_id: 1,
  name: "id",
  is_descending_key: false,
};

function shapeOf(...rowsets: (readonly Row[])[]): ReturnType<typeof readShape> {
  const session = { query: () => Promise.resolve(rowsets.map((rows) => [...rows])) } as unknown as Session;
  return readShape(session, { schema: "dbo", name: "user" });
}

async function columnOf(more: Row): Promise<object | undefined> {
  return (await shapeOf([tableRow], [{ ...columnRow, ...more }], [keyRow]))?.columns[0];
}

describe("readShape", () => {
  it("is undefined when the server shows no tracked table", async () => {
    expect(await shapeOf([], [], [])).toBeUndefined();
  });

  it("takes the catalog's spelling and the versions as bigint", async () => {
    expect(await shapeOf([tableRow], [columnRow], [keyRow])).toMatchObject({
      table: { schema: "dbo", name: "User" },
      objectId: 99,
      beginVersion: 4n,
      minValidVersion: 5n,
      key: [{ columnId: 1, name: "id", descending: false }],
      primaryKey: { name: "PK", systemNamed: true, clustered: true },
      functions: [],
    });
  });

  it("knows no min valid version where the server gives none", async () => {
    expect((await shapeOf([{ ...tableRow, min_valid_version: null }], [columnRow], [keyRow]))?.minValidVersion).toBe(
      undefined,
    );
  });

  describe("where the primary key is not to be seen", () => {
    /** Answers the first question by the catalog without indexes, the second by what CHANGETABLE would give. */
    function shapeBy(described: readonly Row[], columns: readonly Row[] = [columnRow]): ReturnType<typeof readShape> {
      const answers = [[[tableRow], [...columns], []], [[...described]]];
      const session = { query: () => Promise.resolve(answers.shift() ?? []) } as unknown as Session;
      return readShape(session, { schema: "dbo", name: "user" });
    }
    const own = ["VERSION", "CREATION_VERSION", "OPERATION", "COLUMNS", "CONTEXT"].map((name, at) => ({
      ordinal: at + 1,
      name: `SYS_CHANGE_${name}`,
    }));

    it("takes the columns by which Change Tracking tells rows apart", async () => {
      const b = { ...columnRow, column_id: 2, name: "b" };
      const described = [...own, { ordinal: 6, name: "b" }, { ordinal: 7, name: "id" }];
      const shape = await shapeBy(described, [columnRow, b]);
      expect(shape?.key.map(({ columnId, name }) => [columnId, name])).toEqual([
        [2, "b"],
        [1, "id"],
      ]);
      expect(shape?.primaryKey).toMatchObject({ systemNamed: true, columns: shape?.key });
      expect(shape && refuseShape(shape)).toBeUndefined();
    });

    it("does not take a column of CHANGETABLE's own for a key that is called alike", async () => {
      const odd = { ...columnRow, column_id: 2, name: "SYS_CHANGE_VERSION" };
      const shape = await shapeBy([...own, { ordinal: 6, name: "id" }], [columnRow, odd]);
      expect(shape?.key.map(({ name }) => name)).toEqual(["id"]);
    });

    it("has no key where the server does not show that either", async () => {
      const shape = await shapeBy([{ ordinal: null, name: null }]);
      expect(shape?.key).toEqual([]);
      expect(shape?.primaryKey).toBeUndefined();
      expect(shape && refuseShape(shape)).toMatch(/no primary key.*GRANT/);
    });
  });

  it("tells the keys apart and keeps their columns' order", async () => {
    const rows = [
      keyRow,
      { ...keyRow, column_id: 2, name: "b", is_descending_key: true },
      {
        ...keyRow,
        index_id: 2,
        index_name: "UQ",
        index_type: 2,
        is_primary_key: false,
        is_system_named: false,
        name: "c",
      },
    ];
    const shape = await shapeOf([tableRow], [columnRow], rows);
    expect(shape?.key.map(({ name, descending }) => [name, descending])).toEqual([
      ["id", false],
      ["b", true],
    ]);
    expect(shape?.uniques).toMatchObject([
      { name: "UQ", systemNamed: false, clustered: false, columns: [{ name: "c" }] },
    ]);
  });

  it.each<[string, Row, object]>([
    ["vector, a kind of varbinary", { base_type: "varbinary", own_type: "vector" }, { type: { name: "vector" } }],
    ["timestamp is rowversion", { base_type: "timestamp", own_type: "timestamp" }, { type: { name: "rowversion" } }],
    [
      "an alias type stands by its base",
      { base_type: "varchar", own_type: "Phone", is_user_defined: true, own_schema: "crm", own_is_nullable: false },
      { type: { name: "varchar" }, aliasType: { schema: "crm", name: "Phone", nullable: false } },
    ],
    [
      "sysname is an alias of the server's own",
      { base_type: "nvarchar", own_type: "sysname" },
      { type: { name: "nvarchar" }, aliasType: { schema: "sys", name: "sysname" } },
    ],
    [
      "the server's CLR types",
      { base_type: null, own_type: "geography", is_assembly_type: true },
      { type: { name: "geography" }, userDefinedClr: false, aliasType: undefined },
    ],
    [
      "a user's CLR type",
      { base_type: null, own_type: "Point", is_assembly_type: true, is_user_defined: true },
      { type: { name: "Point" }, userDefinedClr: true },
    ],
    ["a type that is hidden", { base_type: null, own_type: null }, { userDefinedClr: true }],
    ["an identity", { seed_value: "10", increment_value: "-5" }, { identity: { seed: "10", increment: "-5" } }],
    [
      "a computed column",
      { computed_definition: "([a]+(1))", is_persisted: true },
      { computed: { definition: "([a]+(1))", persisted: true } },
    ],
    [
      "a default",
      { default_name: "DF", default_is_system_named: false, default_definition: "((1))" },
      { default: { name: "DF", systemNamed: false, definition: "((1))" } },
    ],
    ["a period's start", { generated_always_type: 1 }, { generatedAlways: "row-start" }],
    ["a period's end", { generated_always_type: 2 }, { generatedAlways: "row-end" }],
    ["a ledger's column", { generated_always_type: 5 }, { generatedAlways: "ledger" }],
    ["Always Encrypted", { encryption_type: 1 }, { encrypted: true }],
    ["a mask", { is_masked: true }, { masked: true }],
    ["typed xml", { base_type: "xml", xml_collection_id: 65536 }, { typedXml: true }],
  ])("%s", async (_, more, expected) => {
    expect(await columnOf(more)).toMatchObject(expected);
  });

  it("gives the functions in the order in which they are to be made", async () => {
    const shape = await shapeOf(
      [tableRow],
      [columnRow],
      [keyRow],
      [],
      [
        {
          schema_name: "a",
          function_name: "inner",
          definition: "CREATE ...",
          uses_ansi_nulls: true,
          uses_quoted_identifier: false,
        },
        {
          schema_name: "b",
          function_name: "outer",
          definition: null,
          uses_ansi_nulls: null,
          uses_quoted_identifier: null,
        },
      ],
    );
    expect(shape?.functions).toEqual([
      { name: { schema: "a", name: "inner" }, definition: "CREATE ...", ansiNulls: true, quotedIdentifier: false },
      { name: { schema: "b", name: "outer" }, definition: undefined, ansiNulls: false, quotedIdentifier: false },
    ]);
  });
});
