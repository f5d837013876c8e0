-- source: https://learn.microsoft.com/sql/t-sql/functions/cast-and-convert-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/functions/try-cast-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/data-types/uniqueidentifier-transact-sql
-- source: https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors-0-to-999
-- Truncated or rounded, as the table of the page says.
-- expect: 10 | -10 | 11 | -11
SELECT CAST(10.6496 AS INT), CAST(-10.6496 AS INT), CAST(CAST(10.6496 AS NUMERIC) AS int), CAST(CAST(-10.6496 AS NUMERIC) AS int);
GO
-- expect: 10.3497
SELECT CONVERT(varchar(20), CAST(10.3496847 AS money), 2);
GO
-- A number that does not fit into char or varchar gives an asterisk, into nvarchar an error.
-- expect: * | *
SELECT CAST(12345 AS varchar(2)), CAST(CAST(12345 AS smallint) AS varchar(2));
GO
-- expect error: 8115
SELECT CAST(12345 AS nvarchar(2));
GO
-- expect error: 8115
SELECT CAST(123.45 AS varchar(2));
GO
-- expect error: 245 Conversion failed when converting the varchar value 'abc' to data type int.
SELECT CAST('abc' AS int);
GO
-- expect error: 8114 Error converting data type varchar to numeric.
SELECT CAST('abc' AS decimal(5, 2));
GO
-- expect error: 8114 Error converting data type varchar to float.
SELECT CAST('abc' AS float);
GO
-- expect error: 220 Arithmetic overflow error for data type tinyint, value = 256.
SELECT CAST(256 AS tinyint);
GO
-- expect error: 8115
SELECT CAST(2147483648 AS int);
GO
-- expect error: 8115
SELECT CAST(1234.5 AS decimal(3, 0));
GO
-- expect error: 8115
SELECT 2147483647 + 1;
GO
-- expect error: 241
SELECT CAST('2020-13-45x' AS datetime2);
GO
-- expect error: 242
SELECT CAST('20201345' AS datetime);
GO
-- expect error: 8134
SELECT 1 / 0;
GO
-- expect error: 8169
SELECT CAST('not a guid' AS uniqueidentifier);
GO
-- TRY_CAST and TRY_CONVERT give NULL.
-- expect: NULL | NULL | 5 | 1
SELECT TRY_CAST('test' AS float), TRY_CONVERT(int, 'x'), TRY_CAST(' 5 ' AS int), CASE WHEN TRY_CAST('12/31/2010' AS datetime2) IS NULL THEN 0 ELSE 1 END;
GO
-- expect error: 529
SELECT TRY_CAST(4 AS xml);
GO
-- Binary styles.
-- expect: Name | 0x4E616D65 | 4E616D65
SELECT RTRIM(CONVERT(CHAR(8), 0x4E616D65, 0)), CONVERT(CHAR(10), 0x4E616D65, 1), RTRIM(CONVERT(CHAR(8), 0x4E616D65, 2));
GO
-- expect: 0x4E616D6500000000 | 0x4E616D65 | 0x4E616D65
SELECT CONVERT(BINARY(8), 'Name', 0), CONVERT(BINARY(4), '0x4E616D65', 1), CONVERT(BINARY(4), '4E616D65', 2);
GO
-- A string longer than a uniqueidentifier is cut.
-- expect: 0E984725-C51C-4BF4-9960-E1C80E27ABA0wrong | 0E984725-C51C-4BF4-9960-E1C80E27ABA0
DECLARE @ID NVARCHAR(100) = N'0E984725-C51C-4BF4-9960-E1C80E27ABA0wrong';
SELECT @ID, CONVERT(uniqueidentifier, @ID);
GO
-- Empty strings are zero and 1900-01-01; bit takes words.
-- expect: 0 | 1900-01-01 | 1 | 0
SELECT CAST('' AS int), CONVERT(varchar(10), CAST('' AS datetime), 120), CAST(CAST('TRUE' AS bit) AS int), CAST(CAST('False' AS bit) AS int);
GO
-- Data type precedence: the string becomes a number.
-- expect: 3
SELECT '1' + 2;
GO
-- expect error: 245
SELECT 'a' + 1;
