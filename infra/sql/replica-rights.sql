/*
What the app's user needs on the replica: to make and fill the tables, views, procedures and functions of the primary, and its own
schema mssql_sync.

Run it in the replica database as its owner, after the user was made:
  for a SQL login         CREATE LOGIN [mssql_sync] WITH PASSWORD = '...';          (in master)
                          CREATE USER [mssql_sync] FOR LOGIN [mssql_sync];
  for a managed identity  CREATE USER [mssql_sync] FROM EXTERNAL PROVIDER;          (the identity's name instead of mssql_sync)

Schemas that the app makes are its own; run it again for one that somebody else has made. For a user of another name replace
mssql_sync everywhere but in the name of the schema.
*/
SET NOCOUNT ON;
IF DATABASE_PRINCIPAL_ID(N'mssql_sync') IS NULL
BEGIN
  THROW 50000, N'There is no user mssql_sync in this database: make it first, as the head of this script says.', 1;
END;

GRANT VIEW DEFINITION, REFERENCES, CREATE SCHEMA, CREATE TABLE, CREATE VIEW, CREATE PROCEDURE, CREATE FUNCTION, CREATE TYPE,
  CREATE SYNONYM TO [mssql_sync];
-- In which order modules need each other.
GRANT SELECT ON sys.sql_expression_dependencies TO [mssql_sync];

-- CONTROL: rows, TRUNCATE, SET IDENTITY_INSERT, objects of the schema, and grants on modules given again after a change.
DECLARE @grants nvarchar(max) = (
  SELECT STRING_AGG(CONVERT(nvarchar(max), N'GRANT CONTROL ON SCHEMA::' + QUOTENAME(s.name) + N' TO [mssql_sync];'), N' ')
  FROM sys.schemas AS s
  WHERE s.schema_id < 16384 AND s.name NOT IN (N'sys', N'INFORMATION_SCHEMA', N'guest')
    AND (s.principal_id IS NULL OR s.principal_id <> DATABASE_PRINCIPAL_ID(N'mssql_sync')));
IF @grants IS NOT NULL EXEC sys.sp_executesql @grants;
