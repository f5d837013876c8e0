-- source: https://learn.microsoft.com/sql/relational-databases/errors-events/mssqlserver-2628-database-engine-error
-- source: https://learn.microsoft.com/sql/t-sql/statements/set-ansi-warnings-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/statements/set-ansi-padding-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/functions/cast-and-convert-transact-sql
CREATE TABLE dbo.t (a varchar(3) NULL, b nchar(2) NULL, c varbinary(2) NULL);
GO
-- expect error: 2628 column 'a'. Truncated value: 'abc'.
INSERT INTO dbo.t (a) VALUES ('abcd');
GO
-- expect error: 2628 column 'b'
INSERT INTO dbo.t (b) VALUES (N'xyz');
GO
-- expect error: 2628 column 'c'
INSERT INTO dbo.t (c) VALUES (0x010203);
GO
-- Blanks at the end may be lost.
-- expect: abc | 3
INSERT INTO dbo.t (a) VALUES ('abc  ');
SELECT a, DATALENGTH(a) FROM dbo.t;
GO
-- Assigned to a variable, or converted, a string is cut in silence.
-- expect: abc | ab
DECLARE @a varchar(3) = 'abcd';
SELECT @a, CAST('abcd' AS char(2));
GO
-- With ANSI_WARNINGS OFF it is cut to the column's size.
-- expect: xyz
SET ANSI_WARNINGS OFF;
DELETE FROM dbo.t;
INSERT INTO dbo.t (a) VALUES ('xyzw');
SELECT a FROM dbo.t;
SET ANSI_WARNINGS ON;
GO
-- nchar is padded, varchar keeps its trailing blanks.
-- expect: 4 | 2
DELETE FROM dbo.t;
INSERT INTO dbo.t (a, b) VALUES ('x ', N'y');
SELECT DATALENGTH(b), DATALENGTH(a) FROM dbo.t;
