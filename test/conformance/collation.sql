-- source: https://learn.microsoft.com/sql/relational-databases/collations/collation-and-unicode-support
-- source: https://learn.microsoft.com/sql/t-sql/language-elements/string-comparison-assignment
-- source: https://learn.microsoft.com/sql/t-sql/language-elements/like-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/statements/collation-precedence-transact-sql
-- Blanks at the end do not count in a comparison.
-- expect: equal | equal | different
SELECT CASE WHEN 'abc' = 'abc  ' THEN 'equal' ELSE 'different' END, CASE WHEN N'abc' = N'abc  ' THEN 'equal' ELSE 'different' END,
  CASE WHEN 'abc' = ' abc' THEN 'equal' ELSE 'different' END;
GO
-- In LIKE those of the pattern count, those of the value do not have to.
-- expect: 0 | 1
SELECT CASE WHEN 'abc' LIKE 'abc ' THEN 1 ELSE 0 END, CASE WHEN 'abc ' LIKE 'abc' THEN 1 ELSE 0 END;
GO
-- Case and accents, as the collation says.
-- expect: 1 | 0 | 0 | 1 | 0
SELECT CASE WHEN 'A' = 'a' COLLATE Latin1_General_CI_AS THEN 1 ELSE 0 END, CASE WHEN 'A' = 'a' COLLATE Latin1_General_CS_AS THEN 1 ELSE 0 END,
  CASE WHEN N'é' = N'e' COLLATE Latin1_General_CI_AS THEN 1 ELSE 0 END, CASE WHEN N'é' = N'E' COLLATE Latin1_General_CI_AI THEN 1 ELSE 0 END,
  CASE WHEN N'A' = N'a' COLLATE Latin1_General_BIN2 THEN 1 ELSE 0 END;
GO
-- A key in a case-insensitive collation takes one spelling only.
-- expect error: 2627
CREATE TABLE dbo.ci (a nvarchar(10) COLLATE Latin1_General_CI_AS NOT NULL PRIMARY KEY);
INSERT INTO dbo.ci VALUES (N'abc');
INSERT INTO dbo.ci VALUES (N'ABC');
GO
-- expect error: 2627
INSERT INTO dbo.ci VALUES (N'abc ');
GO
CREATE TABLE dbo.cs (a nvarchar(10) COLLATE Latin1_General_CS_AS NOT NULL PRIMARY KEY);
INSERT INTO dbo.cs VALUES (N'abc'), (N'ABC');
GO
-- Two columns of different collations cannot be compared without a word about it.
-- expect error: 468
SELECT * FROM dbo.ci JOIN dbo.cs ON dbo.ci.a = dbo.cs.a;
GO
-- expect: 2
SELECT COUNT(*) FROM dbo.ci JOIN dbo.cs ON dbo.ci.a = dbo.cs.a COLLATE Latin1_General_CI_AS;
GO
-- Binary order goes by code point: upper case before lower case.
-- expect: A
-- expect: B
-- expect: a
-- expect: b
SELECT x FROM (VALUES (N'b'), (N'A'), (N'a'), (N'B')) AS t (x) ORDER BY x COLLATE Latin1_General_BIN2;
GO
-- LIKE with character classes and ESCAPE.
-- expect: 1 | 0 | 1 | 1 | 1
SELECT CASE WHEN 'Carsen' LIKE '[CK]ars[eo]n' THEN 1 ELSE 0 END, CASE WHEN 'dels' LIKE 'de[^l]%' THEN 1 ELSE 0 END,
  CASE WHEN '5%' LIKE '5[%]' THEN 1 ELSE 0 END, CASE WHEN '50% off' LIKE '%50!%%' ESCAPE '!' THEN 1 ELSE 0 END, CASE WHEN '[' LIKE '[[]' THEN 1 ELSE 0 END;
GO
-- LEN does not count blanks at the end, DATALENGTH does.
-- expect: 3 | 5 | 10
SELECT LEN('abc  '), DATALENGTH('abc  '), DATALENGTH(N'abc  ');
