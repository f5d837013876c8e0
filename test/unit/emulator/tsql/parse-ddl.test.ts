import { expect, test } from "vitest";
import { shortForm } from "./short-form.ts";

const cases: [text: string, short: object][] = [
  ["CREATE DATABASE testct", { kind: "create-database", name: "testct" }],
  [
    "CREATE DATABASE a COLLATE Latin1_General_BIN2",
    { kind: "create-database", name: "a", collation: "Latin1_General_BIN2" },
  ],
  [
    "ALTER DATABASE testct SET CHANGE_TRACKING = ON (CHANGE_RETENTION = 2 DAYS, AUTO_CLEANUP = ON)",
    {
      kind: "alter-database",
      database: "testct",
      action: {
        kind: "set-database-options",
        options: [{ kind: "change-tracking", enabled: true, retention: { value: 2, unit: "days" }, autoCleanup: true }],
      },
    },
  ],
  [
    "ALTER DATABASE CURRENT SET CHANGE_TRACKING (CHANGE_RETENTION = 30 MINUTES)",
    {
      kind: "alter-database",
      action: {
        kind: "set-database-options",
        options: [{ kind: "change-tracking", retention: { value: 30, unit: "minutes" } }],
      },
    },
  ],
  [
    "ALTER DATABASE a SET READ_COMMITTED_SNAPSHOT ON, RECOVERY FULL, READ_ONLY WITH ROLLBACK AFTER 5 SECONDS",
    {
      kind: "alter-database",
      database: "a",
      action: {
        kind: "set-database-options",
        options: [
          { kind: "database-option", name: "read_committed_snapshot", value: "on" },
          { kind: "database-option", name: "recovery", value: "full" },
          { kind: "database-option", name: "read_only" },
        ],
        termination: { kind: "termination", action: "rollback after", seconds: 5 },
      },
    },
  ],
  [
    "ALTER DATABASE a COLLATE x",
    { kind: "alter-database", database: "a", action: { kind: "collate-database", collation: "x" } },
  ],
  ["CREATE SCHEMA s AUTHORIZATION dbo", { kind: "create-schema", name: "s", authorization: "dbo" }],
  ["ALTER SCHEMA s TRANSFER dbo.t", { kind: "alter-schema-transfer", schema: "s", class: "object", name: "dbo.t" }],
  [
    "ALTER AUTHORIZATION ON SCHEMA::s TO dbo",
    { kind: "alter-authorization", class: "schema", name: "s", owner: "dbo" },
  ],
  [
    "CREATE TYPE dbo.F FROM varchar(5) NULL",
    { kind: "create-type", name: "dbo.F", definition: { kind: "alias-type", base: "varchar(5)", nullable: true } },
  ],
  [
    "CREATE TYPE T AS TABLE (a int)",
    {
      kind: "create-type",
      name: "T",
      definition: {
        kind: "table-type",
        table: { kind: "table-definition", columns: [{ kind: "column-definition", name: "a", type: "int" }] },
      },
    },
  ],
  [
    "CREATE SEQUENCE dbo.s AS int START WITH -1 INCREMENT BY 2 NO MAXVALUE CYCLE CACHE 5",
    {
      kind: "create-sequence",
      name: "dbo.s",
      type: "int",
      options: { kind: "sequence-options", start: "-1", increment: "2", maximum: "none", cycle: true, cache: "5" },
    },
  ],
  [
    "ALTER SEQUENCE s RESTART WITH 7",
    { kind: "alter-sequence", name: "s", restart: true, options: { kind: "sequence-options", start: "7" } },
  ],
  ["CREATE SYNONYM s FOR srv.db.dbo.t", { kind: "create-synonym", name: "s", target: "srv.db.dbo.t" }],
  ["DROP TABLE IF EXISTS a, dbo.b", { kind: "drop", class: "table", ifExists: true, names: ["a", "dbo.b"] }],
  ["DROP PROC p", { kind: "drop", class: "procedure", names: ["p"] }],
  ["DROP TRIGGER tr ON DATABASE", { kind: "drop", class: "trigger", names: ["tr"], triggerScope: "database" }],
  [
    "CREATE LOGIN l WITH PASSWORD = 'x', CHECK_POLICY = OFF",
    {
      kind: "create-login",
      name: "l",
      password: "x",
      options: [{ kind: "principal-option", name: "check_policy", value: "OFF" }],
    },
  ],
  ["CREATE USER u FOR LOGIN l", { kind: "create-user", name: "u", login: "l" }],
  ["CREATE USER u WITHOUT LOGIN", { kind: "create-user", name: "u", withoutLogin: true }],
  ["ALTER ROLE db_owner ADD MEMBER u", { kind: "alter-role", role: "db_owner", action: "add member", name: "u" }],
  [
    "GRANT SELECT (a), VIEW CHANGE TRACKING ON OBJECT::dbo.t TO u, public WITH GRANT OPTION",
    {
      kind: "permission",
      action: "grant",
      permissions: [{ name: "select", columns: ["a"] }, { name: "view change tracking" }],
      on: { class: "object", name: "dbo.t" },
      principals: ["u", "public"],
      grantOption: true,
    },
  ],
  [
    "DENY CONTROL ON SCHEMA::s TO u",
    {
      kind: "permission",
      action: "deny",
      permissions: [{ name: "control" }],
      on: { class: "schema", name: "s" },
      principals: ["u"],
    },
  ],
  [
    "REVOKE CREATE TABLE FROM u",
    { kind: "permission", action: "revoke", permissions: [{ name: "create table" }], principals: ["u"] },
  ],
  [
    "CREATE SECURITY POLICY p ADD FILTER PREDICATE dbo.f(a) ON dbo.t WITH (STATE = ON)",
    {
      kind: "create-security-policy",
      name: "p",
      predicates: [
        {
          kind: "security-predicate",
          type: "filter",
          function: "dbo.f",
          arguments: ["a"],
          text: "dbo.f(a)",
          table: "dbo.t",
        },
      ],
      enabled: true,
    },
  ],
];

test.each(cases)("%s", (text, short) => {
  expect(shortForm(text)).toEqual([short]);
});
