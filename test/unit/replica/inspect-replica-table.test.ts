import { describe, expect, it } from "vitest";
import type { Row, Session } from "../../../src/db/session.ts";
import { inspectReplicaTable } from "../../../src/replica/inspect-replica-table.ts";

const tableRow: Row = {
  object_id: 7,
  temporal_type: 0,
  under_indexed_view: false,
  is_published: 0,
  is_referenced: 0,
};

function columnRow(name: string, more: Row = {}): Row {
  return {
    name,
    max_length: 4,
    precision: 10,
    scale: 0,
    collation_name: null,
    is_nullable: false,
    is_identity: false,
    is_computed: false,
    is_column_set: false,
    generated_always_type: 0,
    default_object_id: 0,
    type_name: "int",
    ...more,
  };
}

function inspect(...rowsets: (readonly Row[])[]): ReturnType<typeof inspectReplicaTable> {
  const session = { query: () => Promise.resolve(rowsets.map((rows) => [...rows])) } as unknown as Session;
  return inspectReplicaTable(session, { schema: "dbo", name: "T" });
}

describe("inspectReplicaTable", () => {
  it("is undefined where there is no table", async () => {
    expect(await inspect([], [], [], [])).toBeUndefined();
  });

  it("knows which columns take values", async () => {
    const found = await inspect(
      [tableRow],
      [
        columnRow("id", { is_identity: true }),
        columnRow("plain"),
        columnRow("computed", { is_computed: true }),
        columnRow("version", { type_name: "timestamp" }),
        columnRow("period", { generated_always_type: 1 }),
        columnRow("set", { is_column_set: true }),
      ],
      [],
      [],
    );
    expect([...(found?.writable ?? [])]).toEqual(["id", "plain"]);
    expect(found?.identityColumn).toBe("id");
    expect(found?.columns.get("version")?.type.name).toBe("rowversion");
  });

  it("tells the primary key from other unique indexes", async () => {
    const found = await inspect(
      [tableRow],
      [columnRow("a"), columnRow("b")],
      [
        { index_id: 1, is_primary_key: true, filter_definition: null, name: "a" },
        { index_id: 1, is_primary_key: true, filter_definition: null, name: "b" },
        { index_id: 3, is_primary_key: false, filter_definition: "([b]>(0))", name: "b" },
      ],
      [{ name: "tr" }],
    );
    expect(found?.primaryKey).toEqual(["a", "b"]);
    expect(found?.uniqueIndexes).toMatchObject([{ columns: ["b"], filter: "([b]>(0))" }]);
    expect(found?.triggers).toEqual(["tr"]);
  });

  it.each<[string, Row, boolean]>([
    ["an ordinary table", {}, true],
    ["referenced by a foreign key", { is_referenced: 1 }, false],
    ["published", { is_published: 1 }, false],
    ["under an indexed view", { under_indexed_view: true }, false],
    ["system-versioned", { temporal_type: 2 }, false],
    ["a history table", { temporal_type: 1 }, false],
  ])("can be truncated: %s", async (_, more, canTruncate) => {
    expect((await inspect([{ ...tableRow, ...more }], [columnRow("a")], [], []))?.canTruncate).toBe(canTruncate);
  });
});
