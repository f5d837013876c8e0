-- source: https://learn.microsoft.com/sql/t-sql/language-elements/try-catch-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/language-elements/throw-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/language-elements/raiserror-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/functions/xact-state-transact-sql
-- expect: 8134 | 16 | 1 | NULL | 8 | Divide by zero error encountered.
DECLARE @quotient int;
BEGIN TRY
  SET @quotient = 1/0;
END TRY
BEGIN CATCH
  SELECT
    ERROR_NUMBER(), ERROR_SEVERITY(), ERROR_STATE(), ERROR_PROCEDURE(), ERROR_LINE(), ERROR_MESSAGE();
END CATCH;
GO
-- Outside of CATCH the functions give NULL.
-- expect: NULL | NULL
SELECT ERROR_NUMBER(), ERROR_MESSAGE();
GO
-- expect error: 51000 The record does not exist.
THROW 51000, 'The record does not exist.', 1;
GO
CREATE TABLE dbo.TestRethrow (ID INT PRIMARY KEY);
GO
-- The example of THROW: what was caught is thrown again as it was.
-- expect message: In catch block.
-- expect error: 2627 Cannot insert duplicate key in object 'dbo.TestRethrow'. The duplicate key value is (1).
BEGIN TRY
  INSERT dbo.TestRethrow (ID) VALUES (1);
  INSERT dbo.TestRethrow (ID) VALUES (1);
END TRY
BEGIN CATCH
  PRINT 'In catch block.';
  THROW;
END CATCH;
GO
-- expect message: This is message number 5.
RAISERROR (N'This is message %s %d.', 10, 1, N'number', 5);
GO
-- expect message: <<    abc>>
RAISERROR (N'<<%*.*s>>', 10, 1, 7, 3, N'abcde');
GO
-- expect message: <<    abc>>
RAISERROR (N'<<%7.3s>>', 10, 1, N'abcde');
GO
-- Severity 11 to 19 in TRY goes to CATCH; 10 and below does not.
-- expect: caught
-- expect message: not caught
BEGIN TRY
  RAISERROR ('not caught', 10, 1);
  RAISERROR ('caught', 16, 1);
  SELECT 'never';
END TRY
BEGIN CATCH
  SELECT ERROR_MESSAGE();
END CATCH;
GO
-- A name that cannot be resolved ends the batch at this level; in a procedure that is called, CATCH sees it.
CREATE PROCEDURE dbo.usp_ExampleProc AS SELECT * FROM dbo.NonexistentTable;
GO
-- expect error: 208 Invalid object name 'dbo.NonexistentTable'.
BEGIN TRY
  SELECT * FROM dbo.NonexistentTable;
END TRY
BEGIN CATCH
  SELECT 'never';
END CATCH;
GO
-- expect: 208 | Invalid object name 'dbo.NonexistentTable'.
BEGIN TRY
  EXECUTE dbo.usp_ExampleProc;
END TRY
BEGIN CATCH
  SELECT ERROR_NUMBER(), ERROR_MESSAGE();
END CATCH;
GO
-- An uncommittable transaction can only be rolled back.
-- expect: 3930 | -1
-- expect next
-- expect: 0 | 1
SET XACT_ABORT ON;
BEGIN TRY
  BEGIN TRAN;
  INSERT dbo.TestRethrow (ID) VALUES (1);
END TRY
BEGIN CATCH
  BEGIN TRY
    INSERT dbo.TestRethrow (ID) VALUES (2);
  END TRY
  BEGIN CATCH
    SELECT ERROR_NUMBER(), XACT_STATE();
  END CATCH;
  ROLLBACK;
END CATCH;
SELECT @@TRANCOUNT, COUNT(*) FROM dbo.TestRethrow;
