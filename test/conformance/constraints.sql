-- source: https://learn.microsoft.com/sql/relational-databases/errors-events/mssqlserver-2627-database-engine-error
-- source: https://learn.microsoft.com/sql/relational-databases/errors-events/mssqlserver-2601-database-engine-error
-- source: https://learn.microsoft.com/sql/relational-databases/tables/primary-and-foreign-key-constraints
-- source: https://learn.microsoft.com/sql/t-sql/statements/truncate-table-transact-sql
CREATE TABLE dbo.parent (id int NOT NULL CONSTRAINT pk_parent PRIMARY KEY, code varchar(10) NOT NULL CONSTRAINT uq_parent UNIQUE);
CREATE TABLE dbo.child (id int NOT NULL PRIMARY KEY, parent int NULL CONSTRAINT fk_child REFERENCES dbo.parent (id));
CREATE TABLE dbo.cascaded (id int NOT NULL PRIMARY KEY, parent int NULL REFERENCES dbo.parent (id) ON DELETE CASCADE ON UPDATE CASCADE);
CREATE UNIQUE INDEX ix_code ON dbo.cascaded (parent) WHERE parent IS NOT NULL;
INSERT INTO dbo.parent VALUES (1, 'a'), (2, 'b');
INSERT INTO dbo.child VALUES (1, 1), (2, NULL);
INSERT INTO dbo.cascaded VALUES (1, 2), (2, NULL), (3, NULL);
GO
-- expect error: 2627 Violation of PRIMARY KEY constraint 'pk_parent'. Cannot insert duplicate key in object 'dbo.parent'. The duplicate key value is (1).
INSERT INTO dbo.parent VALUES (1, 'c');
GO
-- expect error: 2627 Violation of UNIQUE KEY constraint 'uq_parent'. Cannot insert duplicate key in object 'dbo.parent'. The duplicate key value is (a).
INSERT INTO dbo.parent VALUES (3, 'a');
GO
-- expect error: 2601 Cannot insert duplicate key row in object 'dbo.cascaded' with unique index 'ix_code'. The duplicate key value is (2).
INSERT INTO dbo.cascaded VALUES (4, 2);
GO
-- expect error: 515 Cannot insert the value NULL into column 'code'
INSERT INTO dbo.parent (id) VALUES (3);
GO
-- expect error: 547 The INSERT statement conflicted with the FOREIGN KEY constraint "fk_child".
INSERT INTO dbo.child VALUES (3, 9);
GO
-- expect error: 547 The DELETE statement conflicted with the REFERENCE constraint "fk_child".
DELETE FROM dbo.parent WHERE id = 1;
GO
-- A statement that fails leaves nothing, also when it has many rows.
-- expect error: 2627
INSERT INTO dbo.parent VALUES (5, 'e'), (6, 'f'), (1, 'x');
GO
-- expect: 2
SELECT COUNT(*) FROM dbo.parent;
GO
-- Uniqueness is checked for the statement as a whole: values may be exchanged.
-- expect: 1 | b
-- expect: 2 | a
UPDATE dbo.parent SET code = CASE code WHEN 'a' THEN 'b' ELSE 'a' END;
SELECT id, code FROM dbo.parent ORDER BY id;
GO
-- expect: 1 | 20
UPDATE dbo.parent SET id = 20 WHERE id = 2;
SELECT id, parent FROM dbo.cascaded WHERE parent IS NOT NULL;
GO
-- expect: 2
DELETE FROM dbo.parent WHERE id = 20;
SELECT COUNT(*) FROM dbo.cascaded;
GO
-- expect error: 4712
TRUNCATE TABLE dbo.parent;
GO
-- expect error: 3726
DROP TABLE dbo.parent;
