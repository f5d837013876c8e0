-- Result types of decimal expressions.
-- source: https://learn.microsoft.com/sql/t-sql/data-types/precision-scale-and-length-transact-sql
-- The page's example: the integral part is kept, the scale gives way.
-- expect: 0.00000090000000000 | 38 | 17
SELECT CAST(x AS varchar(50)), CAST(SQL_VARIANT_PROPERTY(x, 'Precision') AS int), CAST(SQL_VARIANT_PROPERTY(x, 'Scale') AS int)
FROM (SELECT CAST(0.0000009000 AS DECIMAL(30,20)) * CAST(1.0000000000 AS DECIMAL(30,20)) AS x) AS t;
GO
-- expect: 0.000001 | 38 | 6
SELECT CAST(x AS varchar(50)), CAST(SQL_VARIANT_PROPERTY(x, 'Precision') AS int), CAST(SQL_VARIANT_PROPERTY(x, 'Scale') AS int)
FROM (SELECT CAST(0.0000009000 AS DECIMAL(30,10)) * CAST(1.0000000000 AS DECIMAL(30,10)) AS x) AS t;
GO
-- e1 + e2: scale max(s1, s2), precision max(s1, s2) + max(p1 - s1, p2 - s2) + 1.
-- expect: 8 | 3
SELECT CAST(SQL_VARIANT_PROPERTY(x, 'Precision') AS int), CAST(SQL_VARIANT_PROPERTY(x, 'Scale') AS int)
FROM (SELECT CAST(1 AS decimal(5, 1)) + CAST(1 AS decimal(5, 3)) AS x) AS t;
GO
-- e1 * e2: p1 + p2 + 1, s1 + s2.
-- expect: 11 | 4
SELECT CAST(SQL_VARIANT_PROPERTY(x, 'Precision') AS int), CAST(SQL_VARIANT_PROPERTY(x, 'Scale') AS int)
FROM (SELECT CAST(1 AS decimal(5, 1)) * CAST(1 AS decimal(5, 3)) AS x) AS t;
GO
-- e1 / e2: p1 - s1 + s2 + max(6, s1 + p2 + 1), max(6, s1 + p2 + 1).
-- expect: 14 | 7
SELECT CAST(SQL_VARIANT_PROPERTY(x, 'Precision') AS int), CAST(SQL_VARIANT_PROPERTY(x, 'Scale') AS int)
FROM (SELECT CAST(1 AS decimal(5, 1)) / CAST(1 AS decimal(5, 3)) AS x) AS t;
GO
-- e1 % e2: min(p1 - s1, p2 - s2) + max(s1, s2), max(s1, s2).
-- expect: 5 | 3
SELECT CAST(SQL_VARIANT_PROPERTY(x, 'Precision') AS int), CAST(SQL_VARIANT_PROPERTY(x, 'Scale') AS int)
FROM (SELECT CAST(1 AS decimal(5, 1)) % CAST(1 AS decimal(5, 3)) AS x) AS t;
GO
-- Integers divide as integers; with a constant 3.0 the quotient has six digits.
-- expect: 0 | 0.333333 | -2
SELECT 1 / 3, CAST(1 / 3.0 AS varchar(20)), -7 / 3;
GO
-- UNION: scale max(s1, s2), precision max(s1, s2) + max(p1 - s1, p2 - s2).
-- expect: 7 | 3
SELECT TOP (1) CAST(SQL_VARIANT_PROPERTY(x, 'Precision') AS int), CAST(SQL_VARIANT_PROPERTY(x, 'Scale') AS int)
FROM (SELECT CAST(1 AS decimal(5, 1)) AS x UNION ALL SELECT CAST(1 AS decimal(5, 3))) AS t;
