import { describe, expect, it } from "vitest";
import type { ModuleRecord } from "../../../src/model/module-record.ts";
import { type Module, type ModuleType, moduleTypes } from "../../../src/model/module.ts";
import {
  columnsQuery,
  createViewIndexText,
  dropModuleText,
  dropNeededText,
  dropViewIndexText,
  fitsType,
  keepModuleText,
  type ModulePermission,
  moduleSettingsText,
  ownerText,
  permissionText,
  restorePropertiesText,
} from "../../../src/sql/module-change-statements.ts";
import {
  forgetModuleStatement,
  recordModuleStatement,
  writeModuleRecordsStatement,
} from "../../../src/sql/module-ledger-statements.ts";
import { definitionsQuery, dependenciesQuery, hashesQuery, modulesQuery } from "../../../src/sql/modules-query.ts";
import { aModule, moduleRecord, neededObject, viewIndex } from "../modules/module-fixture.ts";

/** A name that shows whether it is quoted. */
const odd = { schema: "it's", name: "odd]name" };

describe("dropping", () => {
  it.each([
    ["V", "DROP VIEW [dbo].[m];"],
    ["P", "DROP PROCEDURE [dbo].[m];"],
    ["FN", "DROP FUNCTION [dbo].[m];"],
    ["IF", "DROP FUNCTION [dbo].[m];"],
    ["TF", "DROP FUNCTION [dbo].[m];"],
  ] as const)("type %s by its own word", (type, text) => {
    expect(dropModuleText(aModule("m", { type }))).toBe(text);
  });

  it("a CLR routine is refused", () => {
    expect(() => dropModuleText(aModule("m", { type: "CLR" }))).toThrow(/CLR routines are not followed/);
  });

  it.each([
    ["alias type", "DROP TYPE [dbo].[t];"],
    ["table type", "DROP TYPE [dbo].[t];"],
    ["sequence", "DROP SEQUENCE [dbo].[t];"],
    ["synonym", "DROP SYNONYM [dbo].[t];"],
  ] as const)("needed object: %s", (kind, text) => {
    expect(dropNeededText(neededObject("t", kind))).toBe(text);
  });

  it("names are quoted", () => {
    expect(dropModuleText({ ...aModule("m"), name: odd })).toBe("DROP VIEW [it's].[odd]]name];");
    expect(dropViewIndexText(odd, "i]x")).toBe("DROP INDEX [i]]x] ON [it's].[odd]]name];");
  });
});

describe("settings", () => {
  it.each([
    [true, true, "SET ANSI_NULLS ON; SET QUOTED_IDENTIFIER ON;"],
    [false, true, "SET ANSI_NULLS OFF; SET QUOTED_IDENTIFIER ON;"],
    [true, false, "SET ANSI_NULLS ON; SET QUOTED_IDENTIFIER OFF;"],
    [false, false, "SET ANSI_NULLS OFF; SET QUOTED_IDENTIFIER OFF;"],
  ])("ANSI_NULLS %s, QUOTED_IDENTIFIER %s", (ansiNulls, quotedIdentifier, text) => {
    expect(moduleSettingsText({ ansiNulls, quotedIdentifier })).toBe(text);
  });
});

describe("createViewIndexText", () => {
  const cases: [what: string, facts: Partial<Module["indexes"][number]>, text: string][] = [
    ["unique clustered", {}, "CREATE UNIQUE CLUSTERED INDEX [ix] ON [it's].[odd]]name] ([id] ASC)"],
    [
      "nonclustered",
      { clustered: false, unique: false },
      "CREATE NONCLUSTERED INDEX [ix] ON [it's].[odd]]name] ([id] ASC)",
    ],
    [
      "several keys with their directions",
      {
        keys: [
          { column: "a]", descending: true },
          { column: "b", descending: false },
        ],
      },
      "CREATE UNIQUE CLUSTERED INDEX [ix] ON [it's].[odd]]name] ([a]]] DESC, [b] ASC)",
    ],
    [
      "all there is",
      { clustered: false, included: ["x", "y"], fillFactor: 80 },
      "CREATE UNIQUE NONCLUSTERED INDEX [ix] ON [it's].[odd]]name] ([id] ASC) INCLUDE ([x], [y]) WITH (FILLFACTOR = 80)",
    ],
  ];
  it.each(cases)("%s", (_what, facts, text) => {
    expect(createViewIndexText(odd, viewIndex("ix", facts))).toBe(text);
  });
});

describe("permissions", () => {
  const granted: ModulePermission = {
    state: "G",
    permission: "SELECT",
    column: undefined,
    grantee: "app]role",
    grantor: "dbo",
  };
  const cases: [what: string, facts: Partial<ModulePermission>, text: string][] = [
    ["granted", {}, "GRANT SELECT ON OBJECT::[dbo].[v] TO [app]]role];"],
    [
      "granted with grant option",
      { state: "W" },
      "GRANT SELECT ON OBJECT::[dbo].[v] TO [app]]role] WITH GRANT OPTION;",
    ],
    ["denied", { state: "D" }, "DENY SELECT ON OBJECT::[dbo].[v] TO [app]]role];"],
    ["on a column", { column: "c]" }, "GRANT SELECT ([c]]]) ON OBJECT::[dbo].[v] TO [app]]role];"],
    ["revoked for a column", { state: "R", column: "c" }, "REVOKE SELECT ([c]) ON OBJECT::[dbo].[v] FROM [app]]role];"],
    ["by another grantor", { grantor: "boss" }, "GRANT SELECT ON OBJECT::[dbo].[v] TO [app]]role] AS [boss];"],
    [
      "by another grantor, with grant option",
      { state: "W", grantor: "boss" },
      "GRANT SELECT ON OBJECT::[dbo].[v] TO [app]]role] WITH GRANT OPTION AS [boss];",
    ],
    [
      "denied by another grantor",
      { state: "D", grantor: "boss" },
      "DENY SELECT ON OBJECT::[dbo].[v] TO [app]]role] AS [boss];",
    ],
    ["of two words", { permission: "VIEW DEFINITION" }, "GRANT VIEW DEFINITION ON OBJECT::[dbo].[v] TO [app]]role];"],
  ];
  it.each(cases)("%s", (_what, facts, text) => {
    expect(permissionText({ schema: "dbo", name: "v" }, { ...granted, ...facts })).toBe(text);
  });

  it("the owner is given back by name", () => {
    expect(ownerText(odd, "o]wner")).toBe("ALTER AUTHORIZATION ON OBJECT::[it's].[odd]]name] TO [o]]wner];");
  });

  // https://learn.microsoft.com/sql/t-sql/statements/grant-object-permissions-transact-sql
  const fits: [permission: string, types: ModuleType[]][] = [
    ["SELECT", ["V", "IF", "TF"]],
    ["INSERT", ["V", "IF", "TF"]],
    ["UPDATE", ["V", "IF", "TF"]],
    ["DELETE", ["V", "IF", "TF"]],
    ["EXECUTE", ["P", "FN"]],
    ["REFERENCES", ["V", "FN", "IF", "TF"]],
    ["ALTER", [...moduleTypes]],
    ["CONTROL", [...moduleTypes]],
    ["TAKE OWNERSHIP", [...moduleTypes]],
    ["VIEW DEFINITION", [...moduleTypes]],
  ];
  it.each(fits)("%s fits %j", (permission, types) => {
    expect(moduleTypes.filter((type) => fitsType(permission, type))).toEqual(types);
  });
});

describe("what DROP takes along", () => {
  it("is asked for by the quoted name, inside a literal", () => {
    const text = keepModuleText(odd, 3);
    expect(text.match(/OBJECT_ID\(N'\[it''s\]\.\[odd\]\]name\]'\)/g)).toHaveLength(3);
    expect(text).toContain("INTO #kept_3");
  });

  it("comes back under the word of the new type, and the table is dropped", () => {
    const text = restorePropertiesText(odd, "IF", 3);
    expect(text).toContain("DECLARE @schema sysname = N'it''s', @module sysname = N'odd]name';");
    expect(text).toContain("@level1type = 'FUNCTION', @level1name = @module");
    expect(text).toMatch(/DROP TABLE #kept_3;$/);
    expect(restorePropertiesText(odd, "V", 0)).toContain("@level1type = 'VIEW'");
    expect(restorePropertiesText(odd, "P", 0)).toContain("@level1type = 'PROCEDURE'");
  });

  it("columns are asked for with a parameter", () => {
    expect(columnsQuery(odd)).toEqual({
      text: "SELECT c.name FROM sys.columns AS c WHERE c.object_id = OBJECT_ID(@name);",
      params: [{ name: "name", type: "nvarchar", value: "[it's].[odd]]name]" }],
    });
  });
});

describe("the modules' ledger", () => {
  const { replicaHash, ...record }: ModuleRecord = { ...moduleRecord("m"), name: odd, primaryObjectId: 42 };

  it("a module is recorded with the hash that the replica has of it", () => {
    const { text, params } = recordModuleStatement(record);
    expect(text).toContain("OBJECT_ID(N'[it''s].[odd]]name]')");
    expect(text).toContain("HASHBYTES('SHA2_256', m.definition), 2)");
    expect(text).toMatch(/DELETE mssql_sync\.modules .*\nINSERT mssql_sync\.modules /);
    expect(params).toEqual([
      { name: "kind", type: "nvarchar", value: "module" },
      { name: "schema", type: "nvarchar", value: "it's" },
      { name: "name", type: "nvarchar", value: "odd]name" },
      { name: "created", type: "bit", value: true },
      { name: "object_id", type: "int", value: 42 },
      { name: "source", type: "nvarchar", value: "A 11" },
    ]);
  });

  it("one is forgotten by kind and name", () => {
    expect(forgetModuleStatement("synonym", odd)).toEqual({
      text: "DELETE mssql_sync.modules WHERE kind = @kind AND schema_name = @schema AND object_name = @name;",
      params: [
        { name: "kind", type: "nvarchar", value: "synonym" },
        { name: "schema", type: "nvarchar", value: "it's" },
        { name: "name", type: "nvarchar", value: "odd]name" },
      ],
    });
  });

  it("many are written with one parameter, whatever their number", () => {
    const many = Array.from({ length: 5_000 }, (_, at) => ({ ...moduleRecord(`m${at}`), replicaHash }));
    const { text, params } = writeModuleRecordsStatement(many);
    expect(text).toBe(writeModuleRecordsStatement([]).text);
    expect(params).toHaveLength(1);
    const rows = JSON.parse(String(params[0]?.value)) as unknown[];
    expect(rows).toHaveLength(5_000);
    expect(rows[7]).toEqual({ k: "module", s: "dbo", n: "m7", c: true, o: 1, h: "A 11", r: "A" });
  });
});

describe("reading modules", () => {
  it("every query gives up a lock that it waits for", () => {
    const queries = [modulesQuery, hashesQuery([1]), definitionsQuery([1]), dependenciesQuery];
    for (const { text } of queries) expect(text).toMatch(/^SET LOCK_TIMEOUT 10000;\n/);
  });

  it("leaves out triggers, what Microsoft ships, and the app's own schema", () => {
    expect(modulesQuery.text).toContain("o.type IN ('V', 'P', 'FN', 'IF', 'TF', 'PC', 'FS', 'FT', 'AF')");
    expect(modulesQuery.text).toContain("o.is_ms_shipped = 0");
    expect(modulesQuery.text).toContain("s.name NOT IN (N'sys', N'INFORMATION_SCHEMA', N'mssql_sync')");
  });

  it.each([hashesQuery, definitionsQuery])("by id, up to 500 of them; all above", (query) => {
    const ids = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1);
    expect(query([7, 8]).text).toMatch(/ WHERE m\.object_id IN \(7, 8\);$/);
    expect(query(ids(500)).text).toMatch(/, 499, 500\);$/);
    expect(query(ids(501)).text).not.toContain("WHERE");
  });

  it("hashes without the texts themselves", () => {
    expect(hashesQuery([1]).text).not.toMatch(/[,\s]m\.definition[,\s]/);
  });
});
