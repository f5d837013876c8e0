-- source: https://learn.microsoft.com/sql/relational-databases/system-stored-procedures/sp-executesql-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/statements/create-table-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/statements/create-view-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/language-elements/variables-transact-sql
-- source: https://learn.microsoft.com/sql/odbc/reference/develop-app/batches-of-sql-statements
-- expect error: 111 'CREATE VIEW' must be the first statement in a query batch.
EXEC (N'SELECT 1; CREATE VIEW dbo.v AS SELECT 1 AS a;');
GO
-- A batch that does not parse does nothing at all.
-- expect error: 102 Incorrect syntax near 'FORM'.
EXEC (N'CREATE TABLE dbo.never (a int); SELECT * FORM dbo.never;');
GO
-- expect: NULL
SELECT OBJECT_ID(N'dbo.never');
GO
-- A variable lives in its batch.
-- expect error: 137 Must declare the scalar variable "@a".
SELECT @a;
GO
-- expect error: 134
DECLARE @a int;
DECLARE @a int;
GO
-- Names are resolved when a statement runs: a table may be made before its use in the same batch.
-- expect: 1
CREATE TABLE dbo.late (a int);
INSERT INTO dbo.late VALUES (1);
SELECT a FROM dbo.late;
GO
-- A procedure may speak of a table that is not there yet.
CREATE PROCEDURE dbo.deferred AS SELECT a FROM dbo.later;
GO
-- expect error: 208 Invalid object name 'dbo.later'.
EXEC dbo.deferred;
GO
-- A view may not.
-- expect error: 208
CREATE VIEW dbo.v AS SELECT a FROM dbo.later;
GO
-- #tables of a nested scope end with it, those of the caller are seen in it.
CREATE TABLE #outer (a int);
INSERT INTO #outer VALUES (1);
EXEC sp_executesql N'CREATE TABLE #inner (a int); INSERT INTO #outer VALUES (2);';
GO
-- expect: 2
SELECT COUNT(*) FROM #outer;
GO
-- expect error: 208 Invalid object name '#inner'.
SELECT COUNT(*) FROM #inner;
GO
-- Parameters in and out.
-- expect: 7
DECLARE @result int;
EXEC sp_executesql N'SET @out = @a + @b', N'@a int, @b int, @out int OUTPUT', @a = 3, @b = 4, @out = @result OUTPUT;
SELECT @result;
GO
-- Variables of the caller are not seen.
-- expect error: 137
DECLARE @a int = 1;
EXEC ('SELECT @a');
GO
-- SET options made in there end with it.
-- expect: 1
EXEC ('SET NOCOUNT ON; SET LOCK_TIMEOUT 5; SET TRANSACTION ISOLATION LEVEL SERIALIZABLE;');
SELECT CASE WHEN @@LOCK_TIMEOUT = -1 THEN 1 ELSE 0 END;
GO
-- expect error: 2812 Could not find stored procedure 'dbo.nothing'.
EXEC dbo.nothing;
GO
CREATE PROCEDURE dbo.p @a int, @b int = 5, @c int OUTPUT AS
BEGIN
  SET @c = @a + @b;
  RETURN 3;
END
GO
-- expect: 3 | 15 | 11
DECLARE @r int, @x int, @y int;
EXEC @r = dbo.p 10, @c = @x OUTPUT;
EXEC dbo.p @c = @y OUTPUT, @a = 10, @b = 1;
SELECT @r, @x, @y;
GO
-- expect error: 201 Procedure or function 'p' expects parameter '@a', which was not supplied.
EXEC dbo.p;
GO
-- expect error: 8144
EXEC dbo.p 1, 2, 3, 4;
GO
-- expect error: 8145
EXEC dbo.p @z = 1;
GO
-- An error of a statement does not end the batch.
-- expect error: 8134
-- expect: NULL
DECLARE @quotient int;
SET @quotient = 1 / 0;
SELECT @quotient;
GO
-- A conversion error does.
-- expect error: 245
-- expect message: before
PRINT 'before';
DECLARE @number int;
SET @number = CAST('x' AS int);
PRINT 'after';
