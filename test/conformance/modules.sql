-- source: https://learn.microsoft.com/sql/t-sql/statements/create-type-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/statements/drop-type-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/statements/create-view-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/statements/create-trigger-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/statements/alter-authorization-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/statements/grant-object-permissions-transact-sql
-- source: https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-sql-expression-dependencies-transact-sql
-- source: https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-numbered-procedures-transact-sql
-- source: https://learn.microsoft.com/sql/relational-databases/system-stored-procedures/sp-rename-transact-sql
-- source: https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors
CREATE SCHEMA later;
GO
CREATE TABLE dbo.T (id int NOT NULL PRIMARY KEY, a int NULL);
INSERT INTO dbo.T VALUES (1, 10), (2, 20);
CREATE USER clerk WITHOUT LOGIN;
CREATE USER second WITHOUT LOGIN;
GO
-- Table types: defaults, checks, identity, computed columns, an index of its own.
CREATE TYPE dbo.Pos FROM int NOT NULL;
GO
CREATE TYPE dbo.Lines AS TABLE
(
  id int IDENTITY (10, 5) NOT NULL PRIMARY KEY,
  name nvarchar(10) NULL DEFAULT N'x' UNIQUE,
  twice AS (id * 2),
  amount dbo.Pos DEFAULT 3,
  CHECK (amount > 0),
  INDEX ix_amount (amount, name)
);
GO
-- expect: 10 | x | 20 | 3
-- expect: 15 | y | 30 | 4
DECLARE @lines dbo.Lines;
INSERT INTO @lines DEFAULT VALUES;
INSERT INTO @lines (name, amount) VALUES (N'y', 4);
SELECT id, name, twice, amount FROM @lines ORDER BY id;
GO
-- expect error: 547
DECLARE @lines dbo.Lines;
INSERT INTO @lines (amount) VALUES (-1);
GO
-- expect error: 515
DECLARE @lines dbo.Lines;
INSERT INTO @lines (amount) VALUES (NULL);
GO
-- expect error: 2627
DECLARE @lines dbo.Lines;
INSERT INTO @lines (name) VALUES (N'y'), (N'y');
GO
-- expect: id | 1 | 0
-- expect: name | 0 | 0
-- expect: twice | 0 | 1
-- expect: amount | 0 | 0
SELECT c.name, c.is_identity, c.is_computed FROM sys.table_types AS t
JOIN sys.columns AS c ON c.object_id = t.type_table_object_id ORDER BY c.column_id;
GO
-- expect: 1 | 1
SELECT (SELECT COUNT(*) FROM sys.check_constraints AS c WHERE c.parent_object_id = t.type_table_object_id),
  (SELECT COUNT(*) FROM sys.indexes AS i WHERE i.object_id = t.type_table_object_id AND i.name = N'ix_amount')
FROM sys.table_types AS t;
GO
CREATE PROCEDURE dbo.CountLines @lines dbo.Lines READONLY AS SELECT COUNT(*) FROM @lines;
GO
-- expect: 1
DECLARE @lines dbo.Lines;
INSERT INTO @lines DEFAULT VALUES;
EXEC dbo.CountLines @lines;
GO
-- expect error: 10700
CREATE PROCEDURE dbo.WriteLines @lines dbo.Lines READONLY AS INSERT INTO @lines DEFAULT VALUES;
GO
-- expect error: 3732
DROP TYPE dbo.Lines;
GO
-- expect error: 3732
DROP TYPE dbo.Pos;
GO
-- The text of a module: the whole batch, ALTER stored as CREATE.
CREATE VIEW dbo.V AS SELECT id FROM dbo.T;
GO
ALTER VIEW dbo.V AS SELECT id, a FROM dbo.T;
GO
-- expect: 1 | 0
SELECT CHARINDEX(N'CREATE VIEW dbo.V AS SELECT id, a FROM dbo.T', definition), CHARINDEX(N'ALTER', definition)
FROM sys.sql_modules WHERE object_id = OBJECT_ID(N'dbo.V');
GO
-- expect error: 111 'ALTER VIEW' must be the first statement in a query batch.
EXEC (N'SELECT 1; ALTER VIEW dbo.V AS SELECT 1 AS one;');
GO
CREATE PROCEDURE dbo.Old AS SELECT 1 AS one;
GO
-- The text stays as it is.
EXEC sp_rename N'dbo.Old', N'New';
GO
-- expect: CREATE PROCEDURE dbo.Old AS SELECT 1 AS one;
SELECT LTRIM(RTRIM(REPLACE(REPLACE(definition, NCHAR(13), N''), NCHAR(10), N''))) FROM sys.sql_modules
WHERE object_id = OBJECT_ID(N'dbo.New');
GO
-- What creating finds.
-- expect error: 208 Invalid object name 'dbo.Missing'.
CREATE VIEW dbo.W AS SELECT id FROM dbo.Missing;
GO
-- expect error: 207 Invalid column name 'missing'.
CREATE VIEW dbo.W AS SELECT missing FROM dbo.T;
GO
-- expect error: 4121
CREATE VIEW dbo.W AS SELECT dbo.Missing(id) AS a FROM dbo.T;
GO
-- expect error: 207 Invalid column name 'missing'.
CREATE PROCEDURE dbo.W AS SELECT missing FROM dbo.T;
GO
-- expect error: 13544
CREATE VIEW dbo.W AS SELECT id FROM dbo.T FOR SYSTEM_TIME ALL;
GO
-- expect error: 4512
CREATE VIEW dbo.W WITH SCHEMABINDING AS SELECT id FROM T;
GO
-- expect error: 1054
CREATE VIEW dbo.W WITH SCHEMABINDING AS SELECT * FROM dbo.T;
GO
-- expect error: 2714
CREATE PROCEDURE dbo.V AS SELECT 1 AS one;
GO
-- expect error: 3705
DROP PROCEDURE dbo.V;
GO
CREATE FUNCTION dbo.F (@a int) RETURNS int AS BEGIN RETURN @a; END;
GO
-- expect error: 2010
ALTER FUNCTION dbo.F (@a int) RETURNS TABLE AS RETURN SELECT @a AS a;
GO
-- Enforced dependencies.
CREATE VIEW dbo.Bound WITH SCHEMABINDING AS SELECT id, a FROM dbo.T;
GO
-- expect error: 15336
EXEC sp_rename N'dbo.T', N'U';
GO
-- expect error: 3729
DROP TABLE dbo.T;
GO
-- expect: 0 | 1
-- expect: 1 | 1
-- expect: 2 | 1
SELECT referenced_minor_id, CAST(is_schema_bound_reference AS int) FROM sys.sql_expression_dependencies
WHERE referencing_id = OBJECT_ID(N'dbo.Bound') ORDER BY referenced_minor_id;
GO
-- The name in EXECUTE without a schema depends on the caller, that of a table does not.
CREATE PROCEDURE dbo.Calls AS
EXEC Unknown;
SELECT id FROM T;
GO
-- expect: T | 0 | 1
-- expect: Unknown | 1 | 0
SELECT referenced_entity_name, CAST(is_caller_dependent AS int), CASE WHEN referenced_id IS NULL THEN 0 ELSE 1 END
FROM sys.sql_expression_dependencies WHERE referencing_id = OBJECT_ID(N'dbo.Calls') ORDER BY referenced_entity_name;
GO
-- expect: 6 | dbo | Lines
SELECT referenced_class, referenced_schema_name, referenced_entity_name FROM sys.sql_expression_dependencies
WHERE referencing_id = OBJECT_ID(N'dbo.CountLines');
GO
-- INSTEAD OF triggers on views.
CREATE TRIGGER dbo.Instead ON dbo.V INSTEAD OF INSERT AS RETURN;
GO
-- expect error: 8197
CREATE TRIGGER dbo.AfterView ON dbo.V AFTER INSERT AS RETURN;
GO
-- expect: Instead | 1
SELECT name, CAST(is_instead_of_trigger AS int) FROM sys.triggers WHERE parent_id = OBJECT_ID(N'dbo.V');
GO
-- Permissions.
GRANT SELECT ON OBJECT::dbo.V (id) TO clerk;
GRANT EXECUTE ON dbo.F TO clerk WITH GRANT OPTION AS dbo;
DENY SELECT ON dbo.T TO second;
GO
-- expect: F | clerk | dbo | 0 | EXECUTE | W
-- expect: T | second | dbo | 0 | SELECT | D
-- expect: V | clerk | dbo | 1 | SELECT | G
SELECT OBJECT_NAME(major_id), USER_NAME(grantee_principal_id), USER_NAME(grantor_principal_id), minor_id, permission_name, state
FROM sys.database_permissions WHERE class = 1 AND major_id > 0 ORDER BY OBJECT_NAME(major_id);
GO
-- expect error: 4606
GRANT EXECUTE ON dbo.V TO clerk;
GO
-- expect error: 15151
GRANT SELECT ON dbo.V TO nobody;
GO
-- expect error: 4611
REVOKE EXECUTE ON dbo.F FROM clerk;
GO
ALTER FUNCTION dbo.F (@a int) RETURNS int AS BEGIN RETURN @a + 1; END;
GO
-- expect: 1
SELECT COUNT(*) FROM sys.database_permissions WHERE class = 1 AND major_id = OBJECT_ID(N'dbo.F');
GO
ALTER AUTHORIZATION ON OBJECT::dbo.F TO second;
GO
-- expect: second | 0
SELECT USER_NAME(principal_id), (SELECT COUNT(*) FROM sys.database_permissions WHERE class = 1 AND major_id = object_id)
FROM sys.objects WHERE object_id = OBJECT_ID(N'dbo.F');
GO
ALTER AUTHORIZATION ON OBJECT::dbo.F TO SCHEMA OWNER;
GO
-- expect: NULL
SELECT principal_id FROM sys.objects WHERE object_id = OBJECT_ID(N'dbo.F');
GO
-- A transfer keeps the text and drops the permissions.
GRANT EXECUTE ON dbo.F TO clerk;
ALTER SCHEMA later TRANSFER dbo.F;
GO
-- expect: 0
SELECT COUNT(*) FROM sys.database_permissions WHERE class = 1 AND major_id = OBJECT_ID(N'later.F');
GO
-- expect no rows
SELECT object_id, procedure_number, definition FROM sys.numbered_procedures;
GO
-- expect no rows
SELECT object_id, procedure_number, name, parameter_id FROM sys.numbered_procedure_parameters;
GO
-- DDL of an open transaction is waited for.
BEGIN TRANSACTION;
GO
ALTER VIEW dbo.V AS SELECT id, a, 1 AS one FROM dbo.T;
GO
-- session: b
-- expect error: 1222
SET LOCK_TIMEOUT 50;
SELECT id FROM dbo.V;
GO
-- session: b
-- expect error: 1222
SELECT name FROM sys.views WHERE name = N'V';
GO
ROLLBACK TRANSACTION;
GO
-- session: b
-- expect: 2
SELECT COUNT(*) FROM sys.columns WHERE object_id = OBJECT_ID(N'dbo.V');
GO
-- And DDL waits for what a transaction keeps.
-- expect: 2
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;
BEGIN TRANSACTION;
SELECT COUNT(*) FROM dbo.T;
GO
-- session: b
-- expect error: 1222
ALTER TABLE dbo.T ADD b int NULL;
GO
COMMIT TRANSACTION;
GO
-- session: b
ALTER TABLE dbo.T ADD b int NULL;
