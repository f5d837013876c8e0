-- source: https://learn.microsoft.com/sql/t-sql/functions/trancount-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/language-elements/commit-transaction-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/language-elements/rollback-transaction-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/language-elements/save-transaction-transact-sql
-- expect message: 0
-- expect message: 1
-- expect message: 2
-- expect message: 1
-- expect message: 0
PRINT @@TRANCOUNT
BEGIN TRAN
  PRINT @@TRANCOUNT
  BEGIN TRAN
    PRINT @@TRANCOUNT
  COMMIT
  PRINT @@TRANCOUNT
COMMIT
PRINT @@TRANCOUNT
GO
-- ROLLBACK undoes all levels.
-- expect message: 0
-- expect message: 1
-- expect message: 2
-- expect message: 0
PRINT @@TRANCOUNT
BEGIN TRAN
  PRINT @@TRANCOUNT
  BEGIN TRAN
    PRINT @@TRANCOUNT
ROLLBACK
PRINT @@TRANCOUNT
GO
-- expect error: 3902
COMMIT;
GO
-- expect error: 3903
ROLLBACK;
GO
CREATE TABLE dbo.ValueTable ([value] INT);
GO
-- The example of ROLLBACK: the values of the rolled back transaction are gone, variables keep theirs.
-- expect: 3
-- expect: 4
BEGIN TRANSACTION;
  INSERT INTO dbo.ValueTable VALUES (1);
  INSERT INTO dbo.ValueTable VALUES (2);
ROLLBACK;
INSERT INTO dbo.ValueTable VALUES (3);
INSERT INTO dbo.ValueTable VALUES (4);
SELECT [value] FROM dbo.ValueTable;
GO
-- A savepoint: ROLLBACK to it leaves @@TRANCOUNT alone.
-- expect: 1 | 3
BEGIN TRAN;
INSERT INTO dbo.ValueTable VALUES (5);
SAVE TRAN here;
INSERT INTO dbo.ValueTable VALUES (6);
ROLLBACK TRAN here;
SELECT @@TRANCOUNT, COUNT(*) FROM dbo.ValueTable;
COMMIT;
GO
-- expect: 5
SELECT MAX([value]) FROM dbo.ValueTable;
GO
-- A name that was never given.
-- expect error: 6401
BEGIN TRAN;
ROLLBACK TRAN nowhere;
GO
ROLLBACK;
GO
-- DDL is part of a transaction too.
BEGIN TRAN;
CREATE TABLE dbo.gone (a int);
INSERT INTO dbo.gone VALUES (1);
TRUNCATE TABLE dbo.ValueTable;
ROLLBACK;
GO
-- expect: NULL | 3
SELECT OBJECT_ID(N'dbo.gone'), COUNT(*) FROM dbo.ValueTable;
GO
-- A procedure that leaves with another transaction count.
CREATE PROCEDURE dbo.leaves_open AS BEGIN TRAN;
GO
-- expect error: 266 Previous count = 0, current count = 1
EXEC dbo.leaves_open;
GO
-- expect: 1
SELECT @@TRANCOUNT;
GO
ROLLBACK;
GO
-- A table variable does not take part.
-- expect: 1
DECLARE @t TABLE (a int);
BEGIN TRAN;
INSERT INTO @t VALUES (1);
ROLLBACK;
SELECT COUNT(*) FROM @t;
