import { describe, expect, test } from "vitest";
import { shortForm } from "./short-form.ts";

/** The definition of CREATE TABLE t (...). */
function tableOf(elements: string): { columns: object[]; constraints?: object[]; indexes?: object[] } {
  const [statement] = shortForm(`CREATE TABLE t (${elements})`) as { definition: { columns: object[] } }[];
  return statement!.definition;
}

const columnOf = (column: string) => tableOf(column).columns[0];
const constraintOf = (constraint: string) => tableOf(`a int, ${constraint}`).constraints?.[0];

describe("columns", () => {
  const cases: [column: string, short: object][] = [
    ["a int", { name: "a", type: "int" }],
    [
      "[a b] nvarchar(max) COLLATE Latin1_General_BIN2 NULL",
      { name: "a b", type: "nvarchar(max)", collation: "Latin1_General_BIN2", nullable: true },
    ],
    ["a dbo.Flag", { name: "a", type: "dbo.Flag" }],
    ["a [sys].[int]", { name: "a", type: "sys.int" }],
    ["a double precision", { name: "a", type: "double precision" }],
    ["a national character varying(10)", { name: "a", type: "national character varying(10)" }],
    ["a char varying(10)", { name: "a", type: "char varying(10)" }],
    ["a int IDENTITY", { name: "a", type: "int", identity: { kind: "identity", seed: "1", increment: "1" } }],
    [
      "a decimal(38, 0) IDENTITY(-5, +2) NOT FOR REPLICATION",
      {
        name: "a",
        type: "decimal(38,0)",
        identity: { kind: "identity", seed: "-5", increment: "2", notForReplication: true },
      },
    ],
    ["a tinyint DEFAULT 1", { name: "a", type: "tinyint", default: { kind: "default", expression: "1", text: "1" } }],
    [
      "a datetime2(0) CONSTRAINT df DEFAULT (sysutcdatetime())",
      {
        name: "a",
        type: "datetime2(0)",
        default: { kind: "default", name: "df", expression: "sysutcdatetime()", text: "(sysutcdatetime())" },
      },
    ],
    ["a AS (b + 1)", { name: "a", computed: { kind: "computed", expression: "(b + 1)", text: "b + 1" } }],
    [
      "a AS (b) + (1) PERSISTED",
      { name: "a", computed: { kind: "computed", expression: "(b + 1)", text: "(b) + (1)", persisted: true } },
    ],
    ["a uniqueidentifier ROWGUIDCOL", { name: "a", type: "uniqueidentifier", rowGuidCol: true }],
    ["a int SPARSE NULL", { name: "a", type: "int", sparse: true, nullable: true }],
    ["s xml COLUMN_SET FOR ALL_SPARSE_COLUMNS", { name: "s", type: "xml", columnSet: true }],
    ["timestamp", { name: "timestamp" }],
    [
      "s datetime2 GENERATED ALWAYS AS ROW START HIDDEN",
      { name: "s", type: "datetime2", generatedAlways: "row start", hidden: true },
    ],
    ["a int MASKED WITH (FUNCTION = 'default()')", { name: "a", type: "int", masked: "default()" }],
  ];
  test.each(cases)("%s", (column, short) => {
    expect(columnOf(column)).toEqual({ kind: "column-definition", ...short });
  });

  test("NOT NULL is false, nothing written is undefined", () => {
    expect(columnOf("a int NOT NULL")).not.toHaveProperty("nullable");
    expect(columnOf("a int")).not.toHaveProperty("nullable");
  });
});

describe("constraints and indexes", () => {
  const cases: [constraint: string, short: object][] = [
    ["PRIMARY KEY (a)", { kind: "key-constraint", primary: true, columns: ["a"] }],
    [
      "CONSTRAINT pk PRIMARY KEY NONCLUSTERED (a DESC, b ASC) WITH (FILLFACTOR = 80) ON [PRIMARY]",
      {
        kind: "key-constraint",
        name: "pk",
        primary: true,
        columns: ["a DESC", "b"],
        options: [{ kind: "index-option", name: "fillfactor", value: "80" }],
        filegroup: "PRIMARY",
      },
    ],
    ["UNIQUE CLUSTERED (a)", { kind: "key-constraint", clustered: true, columns: ["a"] }],
    [
      "CHECK (a > 0 AND a < 5)",
      { kind: "check-constraint", predicate: "((a > 0) and (a < 5))", text: "a > 0 AND a < 5" },
    ],
    [
      "CONSTRAINT fk FOREIGN KEY (a) REFERENCES dbo.u (x) ON DELETE CASCADE ON UPDATE SET NULL",
      {
        kind: "foreign-key",
        name: "fk",
        columns: ["a"],
        references: "dbo.u",
        referencedColumns: ["x"],
        onDelete: "cascade",
        onUpdate: "set null",
      },
    ],
  ];
  test.each(cases)("%s", (constraint, short) => {
    expect(constraintOf(constraint)).toEqual(short);
  });

  test("a column's own constraints name the column", () => {
    const { constraints } = tableOf("a int PRIMARY KEY CHECK (a > 0) REFERENCES u, b int CONSTRAINT uq UNIQUE");
    expect(constraints).toEqual([
      { kind: "key-constraint", primary: true, columns: ["a"] },
      { kind: "check-constraint", predicate: "(a > 0)", text: "a > 0", column: "a" },
      { kind: "foreign-key", columns: ["a"], references: "u" },
      { kind: "key-constraint", name: "uq", columns: ["b"] },
    ]);
  });

  test("indexes in the definition, a comma at the end", () => {
    expect(tableOf("a int INDEX ia, INDEX ib UNIQUE (a DESC) INCLUDE (b) WHERE b IS NOT NULL,").indexes).toEqual([
      { kind: "inline-index", name: "ia", columns: ["a"] },
      {
        kind: "inline-index",
        name: "ib",
        unique: true,
        columns: ["a DESC"],
        include: ["b"],
        where: "b is not null",
        whereText: "b IS NOT NULL",
      },
    ]);
  });

  test("a temporal table", () => {
    const [statement] = shortForm(
      "CREATE TABLE t (a int PRIMARY KEY, s datetime2 GENERATED ALWAYS AS ROW START NOT NULL, e datetime2 GENERATED ALWAYS AS ROW END " +
        "NOT NULL, PERIOD FOR SYSTEM_TIME (s, e)) WITH (SYSTEM_VERSIONING = ON (HISTORY_TABLE = dbo.h), DATA_COMPRESSION = PAGE)",
    );
    expect(statement).toMatchObject({
      definition: { period: { start: "s", end: "e" } },
      options: [{ name: "data_compression", value: "page" }],
      systemVersioning: { enabled: true, historyTable: "dbo.h" },
    });
  });
});

describe("ALTER TABLE", () => {
  const cases: [action: string, short: object][] = [
    ["ENABLE CHANGE_TRACKING", { kind: "change-tracking", enabled: true }],
    [
      "ENABLE CHANGE_TRACKING WITH (TRACK_COLUMNS_UPDATED = ON)",
      { kind: "change-tracking", enabled: true, trackColumnsUpdated: true },
    ],
    ["DISABLE CHANGE_TRACKING", { kind: "change-tracking" }],
    [
      "ALTER COLUMN a nvarchar(10) COLLATE Latin1_General_BIN2 NULL",
      { kind: "alter-column", column: "a", type: "nvarchar(10)", collation: "Latin1_General_BIN2", nullable: true },
    ],
    ["ALTER COLUMN a ADD SPARSE", { kind: "alter-column-property", column: "a", add: true, property: "sparse" }],
    [
      "WITH NOCHECK CHECK CONSTRAINT ALL",
      { kind: "enable-constraints", enabled: true, validation: "nocheck", names: "all" },
    ],
    ["NOCHECK CONSTRAINT a, b", { kind: "enable-constraints", names: ["a", "b"] }],
    ["DISABLE TRIGGER ALL", { kind: "enable-triggers", names: "all" }],
    ["SET (SYSTEM_VERSIONING = OFF)", { kind: "set-system-versioning", versioning: { kind: "system-versioning" } }],
    [
      "DROP COLUMN IF EXISTS a, b, CONSTRAINT c",
      {
        kind: "drop-elements",
        items: [
          { kind: "alter-table-drop", element: "column", name: "a", ifExists: true },
          { kind: "alter-table-drop", element: "column", name: "b", ifExists: true },
          { kind: "alter-table-drop", element: "constraint", name: "c" },
        ],
      },
    ],
    ["DROP c", { kind: "drop-elements", items: [{ kind: "alter-table-drop", element: "constraint", name: "c" }] }],
    [
      "WITH CHECK ADD a int NULL, CONSTRAINT ck CHECK (a > 0)",
      {
        kind: "add",
        validation: "check",
        definition: {
          kind: "table-definition",
          columns: [{ kind: "column-definition", name: "a", type: "int", nullable: true }],
          constraints: [{ kind: "check-constraint", name: "ck", predicate: "(a > 0)", text: "a > 0" }],
        },
      },
    ],
    [
      "ADD CONSTRAINT df DEFAULT (1) FOR a WITH VALUES",
      {
        kind: "add",
        definition: { kind: "table-definition" },
        defaults: [{ definition: { kind: "default", name: "df", expression: "1", text: "(1)" }, column: "a" }],
        withValues: true,
      },
    ],
  ];
  test.each(cases)("%s", (action, short) => {
    expect(shortForm(`ALTER TABLE dbo.t ${action}`)).toEqual([{ kind: "alter-table", table: "dbo.t", action: short }]);
  });
});

describe("indexes", () => {
  const cases: [text: string, short: object][] = [
    [
      "CREATE UNIQUE NONCLUSTERED INDEX ix ON dbo.t (a DESC, b) INCLUDE (c) WHERE d = 1 WITH (ONLINE = ON)",
      {
        kind: "create-index",
        name: "ix",
        table: "dbo.t",
        unique: true,
        columns: ["a DESC", "b"],
        include: ["c"],
        where: "(d = 1)",
        whereText: "d = 1",
        options: [{ kind: "index-option", name: "online", value: "on" }],
      },
    ],
    ["ALTER INDEX ALL ON t REBUILD", { kind: "alter-index", table: "t", action: "rebuild" }],
    ["DROP INDEX IF EXISTS ix ON t", { kind: "drop-index", ifExists: true, items: [{ name: "ix", table: "t" }] }],
    ["DROP INDEX dbo.t.ix", { kind: "drop-index", items: [{ name: "ix", table: "dbo.t" }] }],
  ];
  test.each(cases)("%s", (text, short) => {
    expect(shortForm(text)).toEqual([short]);
  });
});
