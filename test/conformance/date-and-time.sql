-- source: https://learn.microsoft.com/sql/t-sql/data-types/datetime-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/functions/datediff-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/functions/dateadd-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/functions/datepart-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/data-types/datetime2-transact-sql
-- datetime is rounded to .000, .003 and .007 seconds.
-- expect: 1998-01-02 00:00:00.000
-- expect: 1998-01-01 23:59:59.997
-- expect: 1998-01-01 23:59:59.997
-- expect: 1998-01-01 23:59:59.993
-- expect: 1998-01-01 23:59:59.993
-- expect: 1998-01-01 23:59:59.990
-- expect: 1998-01-01 23:59:59.990
SELECT CONVERT(varchar(23), CAST('1998-01-01T23:59:59.' + ms AS datetime), 121)
FROM (VALUES (1, '999'), (2, '998'), (3, '995'), (4, '994'), (5, '992'), (6, '991'), (7, '990')) AS t (n, ms) ORDER BY n;
GO
-- The same moment in all types.
-- expect: 12:35:29.1234567 | 2007-05-08 | 2007-05-08 12:35:00 | 2007-05-08 12:35:29.123 | 2007-05-08 12:35:29.1234567 | 2007-05-08 12:35:29.1234567 +12:15
SELECT CAST(CAST('2007-05-08 12:35:29.1234567 +12:15' AS time(7)) AS varchar(40)), CAST(CAST('2007-05-08 12:35:29.1234567 +12:15' AS date) AS varchar(40)),
  CONVERT(varchar(40), CAST('2007-05-08 12:35:29.123' AS smalldatetime), 120), CONVERT(varchar(40), CAST('2007-05-08 12:35:29.123' AS datetime), 121),
  CAST(CAST('2007-05-08 12:35:29.1234567 +12:15' AS datetime2(7)) AS varchar(40)), CAST(CAST('2007-05-08 12:35:29.1234567 +12:15' AS datetimeoffset(7)) AS varchar(40));
GO
-- smalldatetime: 29.998 seconds or less go down to the minute, more goes up.
-- expect: 2000-05-08 12:35:00 | 2000-05-08 12:36:00
SELECT CONVERT(varchar(19), CAST('2000-05-08 12:35:29.998' AS smalldatetime), 120), CONVERT(varchar(19), CAST('2000-05-08 12:35:29.999' AS smalldatetime), 120);
GO
-- DATEDIFF counts the boundaries that are crossed.
-- expect: 1 | 1 | 1 | 1 | 1 | 1 | 1 | 1 | 1 | 1 | 1
SELECT DATEDIFF(year, a, b), DATEDIFF(quarter, a, b), DATEDIFF(month, a, b), DATEDIFF(dayofyear, a, b), DATEDIFF(day, a, b), DATEDIFF(week, a, b),
  DATEDIFF(hour, a, b), DATEDIFF(minute, a, b), DATEDIFF(second, a, b), DATEDIFF(millisecond, a, b), DATEDIFF(microsecond, a, b)
FROM (SELECT CAST('2005-12-31 23:59:59.9999999' AS datetime2) AS a, CAST('2006-01-01 00:00:00.0000000' AS datetime2) AS b) AS t;
GO
-- expect error: 535
SELECT DATEDIFF(millisecond, '2000-01-01', '2020-01-01');
GO
-- DATEADD stays in the month.
-- expect: 2024-09-30 | 2024-09-30 | 2024-02-29
SELECT CONVERT(varchar(10), DATEADD(month, 1, CAST('20240830' AS date)), 23), CONVERT(varchar(10), DATEADD(month, 1, CAST('2024-08-31' AS date)), 23),
  CONVERT(varchar(10), DATEADD(month, -1, CAST('2024-03-31' AS date)), 23);
GO
-- expect: 2007 | 4 | 10 | 303 | 30 | 44 | 3 | 12 | 15 | 32 | 123 | 123456 | 123456700 | 310 | 44
SET DATEFIRST 7;
DECLARE @d datetimeoffset(7) = '2007-10-30 12:15:32.1234567 +05:10';
SELECT DATEPART(year, @d), DATEPART(quarter, @d), DATEPART(month, @d), DATEPART(dayofyear, @d), DATEPART(day, @d), DATEPART(week, @d), DATEPART(weekday, @d),
  DATEPART(hour, @d), DATEPART(minute, @d), DATEPART(second, @d), DATEPART(millisecond, @d), DATEPART(microsecond, @d), DATEPART(nanosecond, @d),
  DATEPART(tzoffset, @d), DATEPART(iso_week, @d);
GO
-- expect: October | Tuesday
SELECT DATENAME(month, '2007-10-30 12:15:32'), DATENAME(weekday, '2007-10-30 12:15:32');
GO
-- Fractions are rounded to the scale.
-- expect: 12:15:04.12 | 12:15:05
SELECT CAST(CAST('12:15:04.1234567' AS time(2)) AS varchar(20)), CAST(CAST('12:15:04.5' AS time(0)) AS varchar(20));
GO
-- expect: 2020-02-29 | 2020-03-31 | 2019-02-28
SELECT CONVERT(varchar(10), EOMONTH('2020-02-10'), 23), CONVERT(varchar(10), EOMONTH('2020-02-10', 1), 23), CONVERT(varchar(10), DATEFROMPARTS(2019, 2, 28), 23);
