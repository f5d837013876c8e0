import type { Module, ModuleName, ModuleType, ViewIndex } from "../model/module.ts";
import { moduleWord } from "../model/module.ts";
import type { NeededObject } from "../model/needed-object.ts";
import { quoteName, quoteTable, quoteText } from "./quote.ts";
import type { Statement } from "./statement.ts";

/**
 * Before the transaction of a change: we wait short for who uses a module, since all others wait behind us then, and we
 * are the one who dies in a deadlock.
 */
export const modestSession = "SET LOCK_TIMEOUT 5000; SET DEADLOCK_PRIORITY LOW;";

/** After it: what the next user of the connection expects. */
export const plainSession = "SET LOCK_TIMEOUT -1; SET DEADLOCK_PRIORITY NORMAL;";

export function dropModuleText({ name, type }: Module): string {
  if (type === "CLR") throw new Error(`drop ${quoteTable(name)}: CLR routines are not followed`);
  return `DROP ${moduleWord(type)} ${quoteTable(name)};`;
}

export function dropNeededText({ kind, name }: NeededObject): string {
  const word = kind === "synonym" ? "SYNONYM" : kind === "sequence" ? "SEQUENCE" : "TYPE";
  return `DROP ${word} ${quoteTable(name)};`;
}

/** The settings that a module is created under stay with it; they are on for everything else that we do. */
export function moduleSettingsText(settings: {
  readonly ansiNulls: boolean;
  readonly quotedIdentifier: boolean;
}): string {
  return `SET ANSI_NULLS ${onOff(settings.ansiNulls)}; SET QUOTED_IDENTIFIER ${onOff(settings.quotedIdentifier)};`;
}

function onOff(value: boolean): string {
  return value ? "ON" : "OFF";
}

export function dropViewIndexText(view: ModuleName, index: string): string {
  return `DROP INDEX ${quoteName(index)} ON ${quoteTable(view)};`;
}

export function createViewIndexText(view: ModuleName, index: ViewIndex): string {
  const keys = index.keys.map(({ column, descending }) => `${quoteName(column)} ${descending ? "DESC" : "ASC"}`);
  return [
    "CREATE",
    ...(index.unique ? ["UNIQUE"] : []),
    index.clustered ? "CLUSTERED" : "NONCLUSTERED",
    `INDEX ${quoteName(index.name)} ON ${quoteTable(view)} (${keys.join(", ")})`,
    ...(index.included.length > 0 ? [`INCLUDE (${index.included.map(quoteName).join(", ")})`] : []),
    ...(index.fillFactor > 0 ? [`WITH (FILLFACTOR = ${index.fillFactor})`] : []),
  ].join(" ");
}

/** A permission on a module, as sys.database_permissions has it. */
export interface ModulePermission {
  /** G: grant, W: grant with grant option, D: deny, R: revoke (an exception for a column). */
  readonly state: string;
  readonly permission: string;
  readonly column: string | undefined;
  readonly grantee: string;
  readonly grantor: string;
}

/**
 * What DROP takes along, read before it. Rowsets: owner (where it is not the schema's) and triggers; permissions. The
 * extended properties, whose values may be of any type, are kept in a #temp table of the session.
 */
export function keepModuleText(name: ModuleName, keptAs: number): string {
  const id = `OBJECT_ID(${quoteText(quoteTable(name))})`;
  return `SELECT USER_NAME(o.principal_id) AS owner_name,
  (SELECT MIN(t.name) FROM sys.triggers AS t WHERE t.parent_id = o.object_id) AS trigger_name
FROM sys.objects AS o WHERE o.object_id = ${id};
SELECT p.state, p.permission_name, c.name AS column_name, e.name AS grantee, r.name AS grantor
FROM sys.database_permissions AS p
LEFT JOIN sys.database_principals AS e ON e.principal_id = p.grantee_principal_id
LEFT JOIN sys.database_principals AS r ON r.principal_id = p.grantor_principal_id
LEFT JOIN sys.columns AS c ON c.object_id = p.major_id AND c.column_id = p.minor_id
WHERE p.class = 1 AND p.major_id = ${id}
ORDER BY CASE p.state WHEN 'W' THEN 1 WHEN 'G' THEN 2 WHEN 'D' THEN 3 ELSE 4 END, CASE p.grantor_principal_id WHEN 1 THEN 0 ELSE 1 END,
  p.grantee_principal_id;
SELECT ROW_NUMBER() OVER (ORDER BY p.class, p.minor_id, p.name) AS n, p.class, p.minor_id, p.name, p.value,
  CASE p.class WHEN 2 THEN a.name ELSE c.name END AS part
INTO #kept_${keptAs}
FROM sys.extended_properties AS p
LEFT JOIN sys.columns AS c ON p.class = 1 AND c.object_id = p.major_id AND c.column_id = p.minor_id
LEFT JOIN sys.parameters AS a ON p.class = 2 AND a.object_id = p.major_id AND a.parameter_id = p.minor_id
WHERE p.class IN (1, 2) AND p.major_id = ${id};`;
}

/** Gives the kept extended properties back; those of a column or parameter that is gone are let go. */
export function restorePropertiesText(name: ModuleName, type: ModuleType, keptAs: number): string {
  const object = quoteText(quoteTable(name));
  return `DECLARE @schema sysname = ${quoteText(name.schema)}, @module sysname = ${quoteText(name.name)};
DECLARE @n int = 0, @class tinyint, @minor int, @name sysname, @value sql_variant, @part sysname, @kind varchar(128);
WHILE 1 = 1
BEGIN
  SELECT TOP (1) @n = k.n, @class = k.class, @minor = k.minor_id, @name = k.name, @value = k.value, @part = k.part
  FROM #kept_${keptAs} AS k WHERE k.n > @n ORDER BY k.n;
  IF @@ROWCOUNT = 0 BREAK;
  SET @kind = CASE WHEN @class = 2 THEN 'PARAMETER' WHEN @minor > 0 THEN 'COLUMN' END;
  IF @kind = 'PARAMETER' AND NOT EXISTS (SELECT 1 FROM sys.parameters AS a WHERE a.object_id = OBJECT_ID(${object}) AND a.name = @part) CONTINUE;
  IF @kind = 'COLUMN' AND NOT EXISTS (SELECT 1 FROM sys.columns AS c WHERE c.object_id = OBJECT_ID(${object}) AND c.name = @part) CONTINUE;
  EXEC sys.sp_addextendedproperty @name = @name, @value = @value, @level0type = 'SCHEMA', @level0name = @schema,
    @level1type = '${moduleWord(type)}', @level1name = @module, @level2type = @kind, @level2name = @part;
END;
DROP TABLE #kept_${keptAs};`;
}

export function ownerText(name: ModuleName, owner: string): string {
  return `ALTER AUTHORIZATION ON OBJECT::${quoteTable(name)} TO ${quoteName(owner)};`;
}

/** Permissions that any object can have. */
const general = ["ALTER", "CONTROL", "REFERENCES", "TAKE OWNERSHIP", "VIEW DEFINITION"];

/** https://learn.microsoft.com/sql/t-sql/statements/grant-object-permissions-transact-sql: others are refused with 4606. */
export function fitsType(permission: string, type: ModuleType): boolean {
  if (permission === "REFERENCES") return type !== "P";
  if (general.includes(permission)) return true;
  return type === "P" || type === "FN"
    ? permission === "EXECUTE"
    : ["SELECT", "INSERT", "UPDATE", "DELETE"].includes(permission);
}

/**
 * Grants again what was there. A grantor is named where it is not the owner of the database, who grants by default.
 * @throws Error for a permission that has no name of words
 */
export function permissionText(name: ModuleName, permission: ModulePermission): string {
  const { state, column, grantee, grantor } = permission;
  // It is no identifier: it cannot be quoted.
  if (!/^[A-Z]+( [A-Z]+)*$/.test(permission.permission)) {
    throw new Error(`grant on ${quoteTable(name)}: ${JSON.stringify(permission.permission)} is no permission's name`);
  }
  const columns = column === undefined ? "" : ` (${quoteName(column)})`;
  const on = `${permission.permission}${columns} ON OBJECT::${quoteTable(name)}`;
  const by = grantor === "dbo" ? "" : ` AS ${quoteName(grantor)}`;
  switch (state) {
    case "D":
      return `DENY ${on} TO ${quoteName(grantee)}${by};`;
    case "R":
      return `REVOKE ${on} FROM ${quoteName(grantee)}${by};`;
    default:
      return `GRANT ${on} TO ${quoteName(grantee)}${state === "W" ? " WITH GRANT OPTION" : ""}${by};`;
  }
}

/** The columns of a module that stands again: a permission on a column that is gone is let go. */
export function columnsQuery(name: ModuleName): Statement {
  return {
    text: `SELECT c.name FROM sys.columns AS c WHERE c.object_id = OBJECT_ID(@name);`,
    params: [{ name: "name", type: "nvarchar", value: quoteTable(name) }],
  };
}
