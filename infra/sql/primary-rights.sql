/*
What the app's user needs on the primary: to read the tracked tables, their changes and the definitions of modules. Nothing is written there.

Run it in the primary database as its owner, after the user was made:
  for a SQL login         CREATE LOGIN [mssql_sync] WITH PASSWORD = '...';          (in master)
                          CREATE USER [mssql_sync] FOR LOGIN [mssql_sync];
  for a managed identity  CREATE USER [mssql_sync] FROM EXTERNAL PROVIDER;          (the identity's name instead of mssql_sync)

Run it again when another schema has got its first tracked table. For a user of another name replace mssql_sync everywhere.
*/
SET NOCOUNT ON;
IF DATABASE_PRINCIPAL_ID(N'mssql_sync') IS NULL
BEGIN
  THROW 50000, N'There is no user mssql_sync in this database: make it first, as the head of this script says.', 1;
END;

-- Without VIEW DEFINITION the catalog leaves out what the user may not see, and says nothing.
GRANT VIEW DEFINITION TO [mssql_sync];
-- sys.dm_tran_commit_table: tells that the database was restored to the past.
GRANT VIEW DATABASE STATE TO [mssql_sync];
-- In which order modules need each other.
GRANT SELECT ON sys.sql_expression_dependencies TO [mssql_sync];

DECLARE @grants nvarchar(max) = (
  SELECT STRING_AGG(
    CONVERT(nvarchar(max), N'GRANT SELECT, VIEW CHANGE TRACKING ON SCHEMA::' + QUOTENAME(s.name) + N' TO [mssql_sync];'),
    N' ')
  FROM sys.schemas AS s
  WHERE EXISTS (
    SELECT 1 FROM sys.tables AS t
    JOIN sys.change_tracking_tables AS c ON c.object_id = t.object_id
    WHERE t.schema_id = s.schema_id));
IF @grants IS NOT NULL EXEC sys.sp_executesql @grants;

-- Where columns are masked (Dynamic Data Masking), their plain values are copied with this one only:
-- GRANT UNMASK TO [mssql_sync];
