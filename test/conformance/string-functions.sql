-- Results that the pages of the functions show.
-- source: https://learn.microsoft.com/sql/t-sql/functions/string-functions-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/functions/stuff-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/functions/replace-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/functions/charindex-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/functions/patindex-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/functions/quotename-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/functions/concat-ws-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/functions/trim-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/functions/round-transact-sql
-- expect: bcd | aijklmnef | abxxxfghixxx
SELECT SUBSTRING('abcdef', 2, 3), STUFF('abcdef', 2, 3, 'ijklmn'), REPLACE('abcdefghicde', 'cde', 'xxx');
GO
-- expect: 3 | 6 | 0 | 3
SELECT CHARINDEX('is', 'This is a string'), CHARINDEX('is', 'This is a string', 4), CHARINDEX('x', 'abc'), PATINDEX('%ter%', 'interesting data');
GO
-- expect: [abc[]]def] | NULL
SELECT QUOTENAME('abc[]def'), QUOTENAME('abc', 'x');
GO
-- expect: Happy Birthday 11/25 | 1 Microsoft Way,Redmond,WA,98052
SELECT CONCAT('Happy ', 'Birthday ', 11, '/', '25'), CONCAT_WS(',', '1 Microsoft Way', NULL, NULL, 'Redmond', 'WA', 98052);
GO
-- expect: test | #     test | ab | fg | 4321
SELECT TRIM('     test    '), TRIM('.,! ' FROM '     #     test    .'), LEFT('abcdefg', 2), RIGHT('abcdefg', 2), REVERSE(1234);
GO
-- expect: 123.9990 | 124.0000 | 123.4500 | 100.00 | 151.00 | 150.00
SELECT CAST(ROUND(123.9994, 3) AS varchar(20)), CAST(ROUND(123.9995, 3) AS varchar(20)), CAST(ROUND(123.4545, 2) AS varchar(20)),
  CAST(ROUND(123.45, -2) AS varchar(20)), CAST(ROUND(150.75, 0) AS varchar(20)), CAST(ROUND(150.75, 0, 1) AS varchar(20));
GO
-- 748.58 is a decimal(5, 2), which cannot hold 1000.00.
-- expect: 750.00 | 700.00
SELECT CAST(ROUND(748.58, -1) AS varchar(20)), CAST(ROUND(748.58, -2) AS varchar(20));
GO
-- expect error: 8115
SELECT ROUND(748.58, -3);
GO
-- expect: TRUE | 0 | a
SELECT IIF(45 > 30, 'TRUE', 'FALSE'), ISNULL(NULL, 0), CHOOSE(1, 'a', 'b');
GO
-- ISNULL takes the type of its first argument, COALESCE that of the highest precedence.
-- expect: ab | abc
DECLARE @a varchar(2);
SELECT ISNULL(@a, 'abc'), COALESCE(@a, 'abc');
GO
-- A backslash at the end of a line joins the lines of a constant.
-- source: https://learn.microsoft.com/sql/t-sql/language-elements/sql-server-utilities-statements-backslash
-- expect: abcdef
SELECT 'abc\
def' AS [ColumnResult];
