-- source: https://learn.microsoft.com/sql/t-sql/statements/set-xact-abort-transact-sql
CREATE TABLE dbo.t1 (a INT NOT NULL PRIMARY KEY);
CREATE TABLE dbo.t2 (a INT NOT NULL REFERENCES dbo.t1 (a));
INSERT INTO dbo.t1 VALUES (1);
INSERT INTO dbo.t1 VALUES (3);
INSERT INTO dbo.t1 VALUES (4);
INSERT INTO dbo.t1 VALUES (6);
GO
-- OFF: only the statement that failed is undone.
-- expect error: 547 The INSERT statement conflicted with the FOREIGN KEY constraint
SET XACT_ABORT OFF;
BEGIN TRANSACTION;
INSERT INTO dbo.t2 VALUES (1);
INSERT INTO dbo.t2 VALUES (2);
INSERT INTO dbo.t2 VALUES (3);
COMMIT TRANSACTION;
GO
-- ON: the error ends the batch and rolls the transaction back.
-- expect error: 547
SET XACT_ABORT ON;
BEGIN TRANSACTION;
INSERT INTO dbo.t2 VALUES (4);
INSERT INTO dbo.t2 VALUES (5);
INSERT INTO dbo.t2 VALUES (6);
COMMIT TRANSACTION;
GO
-- expect: 1
-- expect: 3
-- expect next
-- expect: 0
SELECT * FROM dbo.t2 ORDER BY a;
SELECT @@TRANCOUNT;
GO
-- Raised by RAISERROR, an error does not count; THROW does.
-- expect error: 50000 a
-- expect error: 50001 b
-- expect: 1
BEGIN TRAN;
RAISERROR ('a', 16, 1);
SELECT @@TRANCOUNT;
THROW 50001, 'b', 1;
GO
-- expect: 0
SELECT @@TRANCOUNT;
GO
-- In TRY, with XACT_ABORT ON, the transaction becomes uncommittable.
-- expect: -1 | 547
BEGIN TRY
  BEGIN TRAN;
  INSERT INTO dbo.t2 VALUES (5);
  COMMIT;
END TRY
BEGIN CATCH
  SELECT XACT_STATE(), ERROR_NUMBER();
  ROLLBACK;
END CATCH;
GO
-- expect: 1 | 547
SET XACT_ABORT OFF;
BEGIN TRY
  BEGIN TRAN;
  INSERT INTO dbo.t2 VALUES (5);
  COMMIT;
END TRY
BEGIN CATCH
  SELECT XACT_STATE(), ERROR_NUMBER();
  ROLLBACK;
END CATCH;
