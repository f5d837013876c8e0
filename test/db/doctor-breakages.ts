import { replicaRights } from "../../src/operations/rights-findings.ts";

/** Something broken on purpose. `ALTER DATABASE DATABASE` in a script means the database that it is run in. */
export interface Breakage {
  readonly name: string;
  readonly on: "primary" | "replica";
  readonly script: string;
  /** What is found, as `part severity: what`. */
  readonly found: readonly RegExp[];
  /** What puts everything back that the statement did not. */
  readonly after?: string;
}

/** Of a stack with the tables dbo.Parent and sales.Order and the function dbo.allRows, whose logins have the rights of infra/sql. */
export const breakages: readonly Breakage[] = [
  {
    name: "no cleanup of changes",
    on: "primary",
    script: "ALTER DATABASE DATABASE SET CHANGE_TRACKING (AUTO_CLEANUP = OFF);",
    found: [/^primary warning: the cleanup of old changes is off/],
  },
  {
    name: "a short retention",
    on: "primary",
    script: "ALTER DATABASE DATABASE SET CHANGE_TRACKING (CHANGE_RETENTION = 12 HOURS);",
    found: [/^primary warning: the primary keeps changes for 12 h only/],
  },
  {
    name: "no snapshot isolation",
    on: "primary",
    script: "ALTER DATABASE DATABASE SET ALLOW_SNAPSHOT_ISOLATION OFF;",
    found: [/^primary warning: snapshot isolation is off/],
  },
  ...(["primary", "replica"] as const).map((on): Breakage => ({
    name: `AUTO_CLOSE on the ${on}`,
    on,
    script: "ALTER DATABASE DATABASE SET AUTO_CLOSE ON;",
    found: [new RegExp(`^${on} warning: AUTO_CLOSE is on`)],
  })),
  {
    name: "no VIEW DEFINITION on the primary",
    on: "primary",
    script: "REVOKE VIEW DEFINITION FROM mssql_sync;",
    found: [
      /^primary warning: the login has no VIEW DEFINITION on the primary/,
      /^tables error: Parent: .*definitions/,
      /^tables error: sales.Order: .*definitions/,
    ],
  },
  {
    name: "no VIEW DATABASE STATE",
    on: "primary",
    script: "REVOKE VIEW DATABASE STATE FROM mssql_sync;",
    found: [/^primary warning: the login has no VIEW DATABASE STATE/],
  },
  ...(["primary", "replica"] as const).map((on): Breakage => ({
    name: `no dependencies on the ${on}`,
    on,
    script: "REVOKE SELECT ON sys.sql_expression_dependencies FROM mssql_sync;",
    found: [new RegExp(`^${on} warning: the login may not read sys.sql_expression_dependencies on the ${on}`)],
  })),
  {
    name: "no SELECT and no VIEW CHANGE TRACKING",
    on: "primary",
    script: "REVOKE SELECT, VIEW CHANGE TRACKING ON SCHEMA::sales FROM mssql_sync;",
    found: [/^tables error: sales.Order: the login may not read columns code, parent; .*changes/],
  },
  {
    name: "a masked column",
    on: "primary",
    script: "ALTER TABLE dbo.Parent ALTER COLUMN name ADD MASKED WITH (FUNCTION = 'default()');",
    found: [/^tables error: Parent: the login sees column name masked/],
    after: "ALTER TABLE dbo.Parent ALTER COLUMN name DROP MASKED; REVOKE UNMASK FROM mssql_sync;",
  },
  {
    name: "row-level security",
    on: "primary",
    script: "CREATE SECURITY POLICY dbo.OnlySome ADD FILTER PREDICATE dbo.allRows(id) ON dbo.Parent;",
    found: [/^tables error: Parent: the security policy \[dbo\]\.\[OnlySome\] filters/],
    after: "DROP SECURITY POLICY dbo.OnlySome;",
  },
  {
    name: "a table that is not tracked",
    on: "primary",
    script: "CREATE TABLE dbo.Quiet (id int PRIMARY KEY);",
    found: [/^tables info: not tracked, and so not replicated: Quiet$/],
    after: "DROP TABLE dbo.Quiet;",
  },
  {
    name: "a trigger on the replica",
    on: "replica",
    script: "CREATE TRIGGER sales.onOrder ON sales.[Order] AFTER INSERT AS SELECT 1;",
    found: [/^tables error: sales.Order: .*trigger onOrder is enabled/],
    after: "DROP TRIGGER sales.onOrder;",
  },
  {
    name: "a column that the replica lacks",
    on: "replica",
    script: "ALTER TABLE dbo.Parent DROP COLUMN at;",
    found: [/^tables error: Parent: .*column at is missing/],
  },
  {
    name: "a foreign key on the replica",
    on: "replica",
    script:
      "ALTER TABLE sales.[Order] ADD CONSTRAINT toParent FOREIGN KEY (parent) REFERENCES dbo.Parent (id) ON DELETE SET NULL;",
    found: [
      /^tables warning: sales.Order: the replica enforces the foreign key toParent to Parent; .*ON DELETE SET NULL/,
    ],
    after: "ALTER TABLE sales.[Order] DROP CONSTRAINT toParent;",
  },
  ...replicaRights.map((right): Breakage => ({
    name: `no ${right} on the replica`,
    on: "replica",
    script: `REVOKE ${right} FROM mssql_sync;`,
    found: [new RegExp(`^replica (warning|error): the login has no ${right} on the replica`)],
  })),
  {
    name: "no CONTROL on a schema of the replica",
    on: "replica",
    script: "REVOKE CONTROL ON SCHEMA::dbo FROM mssql_sync;",
    found: [/^replica error: the login has no CONTROL on the replica's schema dbo/],
  },
  {
    name: "forced delayed durability",
    on: "replica",
    script: "ALTER DATABASE DATABASE SET DELAYED_DURABILITY = FORCED;",
    found: [/^replica info: delayed durability is forced/],
  },
  {
    name: "a read-only replica",
    on: "replica",
    script: "ALTER DATABASE DATABASE SET READ_ONLY;",
    found: [/^replica fatal: the replica's database is read-only/],
  },
];
