import { neededObjectsQuery } from "./needed-objects-query.ts";
import type { Statement } from "./statement.ts";

/**
 * The modules of a database without their texts, on both sides alike. Rowsets: facts of the database; the modules; the
 * indexes of views, a row a column; then those of `neededObjectsQuery`. What the login may not see is left out without
 * an error, so the right to see everything is read in the same batch.
 * https://learn.microsoft.com/sql/relational-databases/security/metadata-visibility-configuration
 *
 * `settled`: the last change is long enough ago that a later one cannot have the same modify_date (3.33 ms steps).
 */
export const modulesQuery: Statement = {
  text: `SET LOCK_TIMEOUT 10000;
SELECT HAS_PERMS_BY_NAME(DB_NAME(), N'DATABASE', N'VIEW DEFINITION') AS sees_all,
  HAS_PERMS_BY_NAME(N'sys.sql_expression_dependencies', N'OBJECT', N'SELECT') AS sees_dependencies,
  SCHEMA_NAME() AS default_schema,
  CONVERT(nvarchar(128), DATABASEPROPERTYEX(DB_NAME(), N'Collation')) AS collation_name;
SELECT o.object_id, s.name AS schema_name, o.name, RTRIM(o.type) AS type,
  CONVERT(varchar(30), o.modify_date, 126) AS modified_at,
  CASE WHEN o.modify_date < DATEADD(second, -2, GETDATE()) THEN 1 ELSE 0 END AS settled,
  m.uses_ansi_nulls, m.uses_quoted_identifier, m.is_schema_bound,
  OBJECTPROPERTY(o.object_id, N'IsEncrypted') AS is_encrypted,
  CASE WHEN EXISTS (SELECT 1 FROM sys.numbered_procedures AS n WHERE n.object_id = o.object_id) THEN 1 ELSE 0 END
    AS is_numbered
FROM sys.objects AS o
JOIN sys.schemas AS s ON s.schema_id = o.schema_id
LEFT JOIN sys.sql_modules AS m ON m.object_id = o.object_id
WHERE o.type IN ('V', 'P', 'FN', 'IF', 'TF', 'PC', 'FS', 'FT', 'AF') AND o.is_ms_shipped = 0
  AND s.name NOT IN (N'sys', N'INFORMATION_SCHEMA', N'mssql_sync')
ORDER BY s.name, o.name;
SELECT i.object_id, i.index_id, i.name AS index_name, i.type, i.is_unique, i.fill_factor, i.is_disabled, c.name AS column_name,
  ic.is_descending_key, ic.is_included_column
FROM sys.indexes AS i
JOIN sys.views AS v ON v.object_id = i.object_id
JOIN sys.index_columns AS ic ON ic.object_id = i.object_id AND ic.index_id = i.index_id
JOIN sys.columns AS c ON c.object_id = ic.object_id AND c.column_id = ic.column_id
WHERE v.is_ms_shipped = 0 AND i.type IN (1, 2) AND i.is_hypothetical = 0
  AND (ic.key_ordinal > 0 OR ic.is_included_column = 1)
ORDER BY i.object_id, i.type, i.name, ic.is_included_column, ic.key_ordinal, ic.index_column_id;
${neededObjectsQuery}`,
  params: [],
};

/** Above this many ids all modules are read: a longer list costs more than it saves. */
const longestIdList = 500;

/**
 * SHA-256 of the stored definitions, in hexadecimal: nothing but the hashes travels. Input of HASHBYTES is not limited
 * from SQL Server 2016 on: https://learn.microsoft.com/sql/t-sql/functions/hashbytes-transact-sql#remarks
 */
export function hashesQuery(objectIds: readonly number[]): Statement {
  return {
    text: `SET LOCK_TIMEOUT 10000;
SELECT m.object_id, CONVERT(varchar(64), HASHBYTES('SHA2_256', m.definition), 2) AS hash FROM sys.sql_modules AS m${among(objectIds)};`,
    params: [],
  };
}

/** How many definitions are read at once. */
export const definitionsPage = 50;

/** The texts of these modules, with the settings that belong to the same moment. */
export function definitionsQuery(objectIds: readonly number[]): Statement {
  return {
    text: `SET LOCK_TIMEOUT 10000;
SELECT m.object_id, m.definition, m.uses_ansi_nulls, m.uses_quoted_identifier FROM sys.sql_modules AS m${among(objectIds)};`,
    params: [],
  };
}

/** Ids come from the catalog as numbers. OPENJSON would need compatibility level 130, which a primary may not have. */
function among(objectIds: readonly number[]): string {
  return objectIds.length > longestIdList ? "" : ` WHERE m.object_id IN (${objectIds.map(Math.trunc).join(", ")})`;
}

/**
 * What modules refer to: `referenced_class` 1 is an object, 6 a type (`referenced_id` is its user_type_id then). Only
 * owners may read it without a grant:
 * https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-sql-expression-dependencies-transact-sql#permissions
 */
export const dependenciesQuery: Statement = {
  text: `SET LOCK_TIMEOUT 10000;
SELECT DISTINCT d.referencing_id, d.referenced_class, d.referenced_id, d.is_schema_bound_reference
FROM sys.sql_expression_dependencies AS d
WHERE d.referencing_class = 1 AND d.referencing_minor_id = 0 AND d.referenced_class IN (1, 6)
  AND d.referenced_id IS NOT NULL AND d.referenced_id <> d.referencing_id;`,
  params: [],
};
