-- source: https://learn.microsoft.com/sql/t-sql/queries/with-common-table-expression-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/queries/select-order-by-clause-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/functions/row-number-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/functions/string-agg-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/functions/string-split-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/statements/merge-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/queries/output-clause-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/queries/from-transact-sql
CREATE TABLE dbo.t (id int NOT NULL PRIMARY KEY, g char(1) NOT NULL, v int NULL);
INSERT INTO dbo.t VALUES (1, 'a', 10), (2, 'a', 20), (3, 'b', 30), (4, 'b', NULL);
GO
-- expect: 1
-- expect: 2
-- expect: 3
WITH n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT i FROM n ORDER BY i;
GO
-- expect error: 530 The maximum recursion 100 has been exhausted before statement completion.
WITH n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n;
GO
-- expect: 2
-- expect: 3
SELECT id FROM dbo.t ORDER BY id OFFSET 1 ROWS FETCH NEXT 2 ROWS ONLY;
GO
-- expect: 1 | 1 | 30
-- expect: 2 | 2 | 30
-- expect: 3 | 1 | 30
-- expect: 4 | 2 | 30
SELECT id, ROW_NUMBER() OVER (PARTITION BY g ORDER BY id), SUM(v) OVER (PARTITION BY g) FROM dbo.t ORDER BY id;
GO
-- Without ROWS the frame is RANGE up to the current row and its peers.
-- expect: 1 | 10
-- expect: 2 | 30
-- expect: 3 | 60
SELECT id, SUM(v) OVER (ORDER BY v) FROM dbo.t WHERE v IS NOT NULL ORDER BY id;
GO
-- expect: a | 2,1
-- expect: b | 4,3
SELECT g, STRING_AGG(CAST(id AS varchar(10)), ',') WITHIN GROUP (ORDER BY id DESC) FROM dbo.t GROUP BY g ORDER BY g;
GO
-- expect: Lorem
-- expect: ipsum
-- expect: dolor
-- expect: sit
-- expect: amet.
-- expect any order
SELECT value FROM STRING_SPLIT('Lorem ipsum dolor sit amet.', ' ');
GO
-- CROSS APPLY leaves out rows for which the right side is empty, OUTER APPLY does not.
-- expect: 3
-- expect next
-- expect: 4
SELECT COUNT(*) FROM dbo.t AS t CROSS APPLY (SELECT t.v AS w WHERE t.v IS NOT NULL) AS x;
SELECT COUNT(*) FROM dbo.t AS t OUTER APPLY (SELECT t.v AS w WHERE t.v IS NOT NULL) AS x;
GO
-- expect: 1 | 1
-- expect: 2 | NULL
-- expect: NULL | 3
SELECT a.x, b.x FROM (VALUES (1), (2)) AS a (x) FULL JOIN (VALUES (1), (3)) AS b (x) ON a.x = b.x ORDER BY COALESCE(a.x, b.x);
GO
-- expect: INSERT | NULL | 5
-- expect: UPDATE | 1 | 1
-- expect any order
MERGE dbo.t AS t USING (VALUES (1, 'z', 11), (5, 'c', 50)) AS s (id, g, v) ON t.id = s.id
WHEN MATCHED THEN UPDATE SET v = s.v
WHEN NOT MATCHED THEN INSERT (id, g, v) VALUES (s.id, s.g, s.v)
OUTPUT $action, deleted.id, inserted.id;
GO
-- One row of the target cannot be changed twice.
-- expect error: 8672
MERGE dbo.t AS t USING (VALUES (1, 1), (1, 2)) AS s (id, v) ON t.id = s.id WHEN MATCHED THEN UPDATE SET v = s.v;
GO
-- expect: 11 | 12
UPDATE dbo.t SET v += 1 OUTPUT deleted.v, inserted.v WHERE id = 1;
GO
-- expect: 5
DELETE FROM dbo.t OUTPUT deleted.id WHERE id = 5;
GO
-- TOP WITH TIES
-- expect: a
-- expect: a
SELECT TOP (1) WITH TIES g FROM dbo.t ORDER BY g;
GO
-- expect: 4
UPDATE dbo.t SET g = 'x';
SELECT @@ROWCOUNT;
GO
-- A subquery as a value gives one row.
-- expect error: 512
SELECT (SELECT id FROM dbo.t);
GO
-- expect: 1 | 2
SELECT TOP (1) a.id, b.id FROM dbo.t AS a JOIN dbo.t AS b ON b.id > a.id ORDER BY a.id, b.id;
GO
-- expect error: 209
SELECT id FROM dbo.t AS a JOIN dbo.t AS b ON a.id = b.id;
GO
-- expect error: 8120
SELECT id, COUNT(*) FROM dbo.t GROUP BY g;
GO
-- expect error: 145
SELECT DISTINCT g FROM dbo.t ORDER BY id;
