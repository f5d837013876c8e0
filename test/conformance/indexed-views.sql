-- source: https://learn.microsoft.com/sql/relational-databases/views/create-indexed-views
-- source: https://learn.microsoft.com/sql/t-sql/statements/create-index-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/statements/drop-index-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/statements/alter-view-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/statements/truncate-table-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/queries/hints-transact-sql-table
-- source: https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors-10000-to-10999
CREATE TABLE dbo.orders (id int NOT NULL PRIMARY KEY, product int NOT NULL, day date NOT NULL, amount int NOT NULL, note varchar(20) NULL);
CREATE TABLE dbo.products (id int NOT NULL PRIMARY KEY, name varchar(20) NOT NULL);
INSERT INTO dbo.products VALUES (1, 'pen'), (2, 'ink');
INSERT INTO dbo.orders VALUES (1, 1, '2024-01-01', 5, 'first'), (2, 1, '2024-01-01', 7, NULL), (3, 2, '2024-01-02', 1, 'third');
GO
CREATE VIEW dbo.loose AS SELECT id FROM dbo.orders;
GO
-- expect error: 1939
CREATE UNIQUE CLUSTERED INDEX ix ON dbo.loose (id);
GO
-- The view of the documentation's example: sums by day and product.
CREATE VIEW dbo.sales WITH SCHEMABINDING AS
SELECT SUM(amount) AS amount, day, product, COUNT_BIG(*) AS lines FROM dbo.orders GROUP BY day, product;
GO
-- expect error: 1940
CREATE INDEX ix_first ON dbo.sales (day);
GO
-- expect error: 1941
CREATE CLUSTERED INDEX ix_first ON dbo.sales (day, product);
GO
-- The key of the unique clustered index can reference only the columns of GROUP BY.
-- expect error: 8661
CREATE UNIQUE CLUSTERED INDEX ix_sales ON dbo.sales (lines);
GO
CREATE UNIQUE CLUSTERED INDEX ix_sales ON dbo.sales (day, product);
GO
-- expect error: 1902
CREATE UNIQUE CLUSTERED INDEX ix_other ON dbo.sales (product, day);
GO
CREATE INDEX ix_product ON dbo.sales (product) INCLUDE (amount);
GO
-- expect: ix_sales | 1 | CLUSTERED | 1
-- expect: ix_product | 2 | NONCLUSTERED | 0
SELECT name, index_id, type_desc, is_unique FROM sys.indexes WHERE object_id = OBJECT_ID(N'dbo.sales') ORDER BY index_id;
GO
-- expect: 1
SELECT OBJECTPROPERTY(OBJECT_ID(N'dbo.sales'), 'IsIndexed');
GO
-- expect: 12 | 1 | 2
-- expect: 1 | 2 | 1
INSERT INTO dbo.orders VALUES (4, 2, '2024-01-03', 3, NULL);
DELETE FROM dbo.orders WHERE id = 4;
SELECT amount, product, lines FROM dbo.sales WITH (NOEXPAND) ORDER BY product;
GO
-- expect error: 8171
SELECT id FROM dbo.loose WITH (NOEXPAND);
GO
-- expect error: 3729
TRUNCATE TABLE dbo.orders;
GO
-- expect error: 3729
DROP TABLE dbo.orders;
GO
-- expect error: 5074
-- expect error: 4922
ALTER TABLE dbo.orders DROP COLUMN amount;
GO
-- Keys of an index on a view are unique, whatever table a statement writes.
CREATE VIEW dbo.named WITH SCHEMABINDING AS
SELECT o.id, p.name, o.note FROM dbo.orders AS o JOIN dbo.products AS p ON p.id = o.product WHERE o.note IS NOT NULL;
GO
CREATE UNIQUE CLUSTERED INDEX ix_named ON dbo.named (name, note);
GO
-- expect error: 2601 Cannot insert duplicate key row in object 'dbo.named' with unique index 'ix_named'. The duplicate key value is (pen, first).
INSERT INTO dbo.orders VALUES (5, 1, '2024-01-05', 1, 'new'), (6, 1, '2024-01-05', 1, 'first');
GO
-- expect error: 2601
UPDATE dbo.orders SET note = 'first', product = 1 WHERE id = 3;
GO
-- expect: 3
SELECT COUNT(*) FROM dbo.orders;
GO
-- expect: 3
-- expect: 4
INSERT INTO dbo.orders VALUES (4, 2, '2024-01-06', 1, 'first');
SELECT id FROM dbo.orders WHERE product = 2 ORDER BY id;
GO
-- expect error: 2601
UPDATE dbo.orders SET product = 1 WHERE id = 4;
GO
CREATE VIEW dbo.days WITH SCHEMABINDING AS SELECT id, day FROM dbo.orders;
GO
-- expect error: 1505
CREATE UNIQUE CLUSTERED INDEX ix_days ON dbo.days (day);
GO
-- The settings that a statement on a base table must have, and those that a view must have been made under.
SET QUOTED_IDENTIFIER OFF;
GO
-- expect error: 1934
DELETE FROM dbo.orders WHERE id = 4;
GO
CREATE VIEW dbo.old WITH SCHEMABINDING AS SELECT id FROM dbo.orders;
GO
SET QUOTED_IDENTIFIER ON;
GO
-- expect error: 1935
CREATE UNIQUE CLUSTERED INDEX ix_old ON dbo.old (id);
GO
-- What the definition may not hold.
CREATE VIEW dbo.bad WITH SCHEMABINDING AS SELECT DISTINCT product FROM dbo.orders;
GO
-- expect error: 10100
CREATE UNIQUE CLUSTERED INDEX ix_bad ON dbo.bad (product);
GO
ALTER VIEW dbo.bad WITH SCHEMABINDING AS SELECT o.id FROM dbo.orders AS o LEFT JOIN dbo.products AS p ON p.id = o.product;
GO
-- expect error: 10113
CREATE UNIQUE CLUSTERED INDEX ix_bad ON dbo.bad (id);
GO
ALTER VIEW dbo.bad WITH SCHEMABINDING AS SELECT id FROM dbo.orders UNION ALL SELECT id FROM dbo.products;
GO
-- expect error: 10116
CREATE UNIQUE CLUSTERED INDEX ix_bad ON dbo.bad (id);
GO
ALTER VIEW dbo.bad WITH SCHEMABINDING AS SELECT product, MAX(amount) AS most, COUNT_BIG(*) AS lines FROM dbo.orders GROUP BY product;
GO
-- expect error: 10125
CREATE UNIQUE CLUSTERED INDEX ix_bad ON dbo.bad (product);
GO
ALTER VIEW dbo.bad WITH SCHEMABINDING AS SELECT id FROM dbo.orders WHERE product IN (SELECT id FROM dbo.products);
GO
-- expect error: 10127
CREATE UNIQUE CLUSTERED INDEX ix_bad ON dbo.bad (id);
GO
ALTER VIEW dbo.bad WITH SCHEMABINDING AS SELECT product, COUNT(*) AS lines FROM dbo.orders GROUP BY product;
GO
-- expect error: 10136
CREATE UNIQUE CLUSTERED INDEX ix_bad ON dbo.bad (product);
GO
ALTER VIEW dbo.bad WITH SCHEMABINDING AS SELECT product, SUM(amount) AS amount FROM dbo.orders GROUP BY product;
GO
-- expect error: 10138
CREATE UNIQUE CLUSTERED INDEX ix_bad ON dbo.bad (product);
GO
ALTER VIEW dbo.bad WITH SCHEMABINDING AS SELECT id, GETDATE() AS now FROM dbo.orders;
GO
-- expect error: 1949
CREATE UNIQUE CLUSTERED INDEX ix_bad ON dbo.bad (id);
GO
ALTER VIEW dbo.bad WITH SCHEMABINDING AS SELECT day, product FROM dbo.sales;
GO
-- expect error: 1937
CREATE UNIQUE CLUSTERED INDEX ix_bad ON dbo.bad (day, product);
GO
-- A view that another one is bound to stays as it is.
-- expect error: 3729
DROP VIEW dbo.sales;
GO
-- expect error: 3729
ALTER VIEW dbo.sales WITH SCHEMABINDING AS SELECT id FROM dbo.orders;
GO
DROP VIEW dbo.bad;
GO
-- All nonclustered indexes go with the clustered one.
-- expect no rows
DROP INDEX ix_sales ON dbo.sales;
SELECT name FROM sys.indexes WHERE object_id = OBJECT_ID(N'dbo.sales');
GO
-- ALTER VIEW drops all indexes of the view.
ALTER VIEW dbo.named WITH SCHEMABINDING AS SELECT id, note FROM dbo.orders;
GO
-- expect no rows
SELECT name FROM sys.indexes WHERE object_id = OBJECT_ID(N'dbo.named');
GO
-- expect: 0
TRUNCATE TABLE dbo.orders;
SELECT COUNT(*) FROM dbo.orders;
