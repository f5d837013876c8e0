-- source: https://learn.microsoft.com/sql/t-sql/language-elements/null-and-unknown-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/queries/select-order-by-clause-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/functions/count-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/language-elements/set-operators-except-and-intersect-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/language-elements/exists-transact-sql
-- source: https://learn.microsoft.com/sql/relational-databases/tables/unique-constraints-and-check-constraints
CREATE TABLE dbo.t (id int NOT NULL, a int NULL);
INSERT INTO dbo.t VALUES (1, 10), (2, NULL), (3, 30), (4, NULL);
GO
-- A comparison with NULL is UNKNOWN, and so is its negation.
-- expect: 0 | 0 | 2 | 2
SELECT (SELECT COUNT(*) FROM dbo.t WHERE a = NULL), (SELECT COUNT(*) FROM dbo.t WHERE NOT (a = NULL)), (SELECT COUNT(*) FROM dbo.t WHERE a IS NULL),
  (SELECT COUNT(*) FROM dbo.t WHERE a <> 0);
GO
-- FALSE AND UNKNOWN is FALSE, TRUE OR UNKNOWN is TRUE.
-- expect: 1 | 1 | 0
SELECT CASE WHEN NOT (1 = 0 AND NULL = 1) THEN 1 ELSE 0 END, CASE WHEN 1 = 1 OR NULL = 1 THEN 1 ELSE 0 END, CASE WHEN 1 = 1 AND NULL = 1 THEN 1 ELSE 0 END;
GO
-- NOT IN with a NULL in the list finds nothing.
-- expect: 0 | 1
SELECT (SELECT COUNT(*) FROM dbo.t WHERE id NOT IN (1, NULL)), (SELECT COUNT(*) FROM dbo.t WHERE id IN (1, NULL));
GO
-- NULLs are the lowest values of an order.
-- expect: 2
-- expect: 4
-- expect: 1
-- expect: 3
SELECT id FROM dbo.t ORDER BY a, id;
GO
-- expect: 3
-- expect: 1
-- expect: 2
-- expect: 4
SELECT id FROM dbo.t ORDER BY a DESC, id;
GO
-- Aggregates leave NULLs out; of no rows SUM is NULL and COUNT is 0.
-- expect: 4 | 2 | 40 | 20 | NULL | 0
SELECT COUNT(*), COUNT(a), SUM(a), AVG(a), (SELECT SUM(a) FROM dbo.t WHERE 1 = 0), (SELECT COUNT(a) FROM dbo.t WHERE 1 = 0) FROM dbo.t;
GO
-- GROUP BY, DISTINCT and the set operators take NULLs as equal.
-- expect: NULL | 2
-- expect: 10 | 1
-- expect: 30 | 1
-- expect next
-- expect: 3
-- expect next
-- expect: NULL
-- expect next
-- expect: 10
-- expect: 30
SELECT a, COUNT(*) FROM dbo.t GROUP BY a ORDER BY a;
SELECT COUNT(*) FROM (SELECT DISTINCT a FROM dbo.t) AS d;
SELECT a FROM dbo.t INTERSECT SELECT NULL;
SELECT a FROM dbo.t EXCEPT SELECT NULL ORDER BY a;
GO
-- EXISTS asks for rows, not for values.
-- expect: 1
SELECT CASE WHEN EXISTS (SELECT NULL) THEN 1 ELSE 0 END;
GO
-- A CHECK that is UNKNOWN lets the row in; a UNIQUE constraint takes one NULL.
CREATE TABLE dbo.c (a int NULL CHECK (a > 0), b int NULL UNIQUE);
INSERT INTO dbo.c VALUES (NULL, NULL);
GO
-- expect error: 2627
INSERT INTO dbo.c VALUES (1, NULL);
GO
-- expect error: 547
INSERT INTO dbo.c VALUES (0, 1);
GO
-- expect: NULL | x | NULL | 5 | x
SELECT 'a' + NULL, CONCAT('x', NULL), NULLIF(4, 4), NULLIF(5, 7), COALESCE(NULL, 'x');
GO
-- From SQL Server 2022 on.
-- source: https://learn.microsoft.com/sql/t-sql/queries/is-distinct-from-transact-sql
-- expect: 1 | 0
EXEC (N'SELECT CASE WHEN NULL IS NOT DISTINCT FROM NULL THEN 1 ELSE 0 END, CASE WHEN 1 IS NOT DISTINCT FROM NULL THEN 1 ELSE 0 END');
