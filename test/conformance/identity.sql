-- source: https://learn.microsoft.com/sql/t-sql/statements/set-identity-insert-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/functions/scope-identity-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/functions/ident-current-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/statements/truncate-table-transact-sql
-- source: https://learn.microsoft.com/sql/t-sql/database-console-commands/dbcc-checkident-transact-sql
CREATE TABLE dbo.Tool (ID INT IDENTITY NOT NULL PRIMARY KEY, [Name] VARCHAR(40) NOT NULL);
INSERT INTO dbo.Tool ([Name]) VALUES ('Screwdriver'), ('Hammer'), ('Saw'), ('Shovel');
DELETE dbo.Tool WHERE [Name] = 'Saw';
GO
-- expect: 1 | Screwdriver
-- expect: 2 | Hammer
-- expect: 4 | Shovel
SELECT * FROM dbo.Tool ORDER BY ID;
GO
-- expect error: 544 Cannot insert explicit value for identity column in table 'Tool' when IDENTITY_INSERT is set to OFF.
INSERT INTO dbo.Tool (ID, [Name]) VALUES (3, 'Garden shovel');
GO
SET IDENTITY_INSERT dbo.Tool ON;
INSERT INTO dbo.Tool (ID, [Name]) VALUES (3, 'Garden shovel');
GO
-- While it is ON the value must be given, and a list of columns with it.
-- expect error: 545
INSERT INTO dbo.Tool ([Name]) VALUES ('Rake');
GO
-- expect error: 8101
INSERT INTO dbo.Tool VALUES (9, 'Rake');
GO
-- Only one table in a session can have it ON.
-- expect error: 8107
CREATE TABLE dbo.Other (ID int IDENTITY NOT NULL);
SET IDENTITY_INSERT dbo.Other ON;
GO
SET IDENTITY_INSERT dbo.Tool OFF;
GO
-- expect error: 8102
UPDATE dbo.Tool SET ID = 7 WHERE ID = 4;
GO
-- A larger value becomes the current one.
-- expect: 20 | 21
SET IDENTITY_INSERT dbo.Tool ON;
INSERT INTO dbo.Tool (ID, [Name]) VALUES (20, 'Axe');
SET IDENTITY_INSERT dbo.Tool OFF;
DECLARE @before int = IDENT_CURRENT('dbo.Tool');
INSERT INTO dbo.Tool ([Name]) VALUES ('Drill');
SELECT @before, SCOPE_IDENTITY();
GO
-- What is rolled back is not given again.
-- expect: 23
BEGIN TRAN;
INSERT INTO dbo.Tool ([Name]) VALUES ('Lathe');
ROLLBACK;
INSERT INTO dbo.Tool ([Name]) VALUES ('Vise');
SELECT MAX(ID) FROM dbo.Tool;
GO
-- TRUNCATE starts over with the seed, DELETE does not.
-- expect: 24
-- expect next
-- expect: 1
DELETE FROM dbo.Tool;
INSERT INTO dbo.Tool ([Name]) VALUES ('Anvil');
SELECT ID FROM dbo.Tool;
TRUNCATE TABLE dbo.Tool;
INSERT INTO dbo.Tool ([Name]) VALUES ('Anvil');
SELECT ID FROM dbo.Tool;
GO
-- expect: 31
DBCC CHECKIDENT ('dbo.Tool', RESEED, 30) WITH NO_INFOMSGS;
INSERT INTO dbo.Tool ([Name]) VALUES ('Plane');
SELECT MAX(ID) FROM dbo.Tool;
GO
-- The example of SCOPE_IDENTITY: a trigger inserts into another table.
CREATE TABLE dbo.TZ (Z_id INT IDENTITY(1,1) PRIMARY KEY, Z_name VARCHAR(20) NOT NULL);
INSERT dbo.TZ VALUES ('Lisa'), ('Mike'), ('Carla');
CREATE TABLE dbo.TY (Y_id INT IDENTITY(100,5) PRIMARY KEY, Y_name VARCHAR(20) NULL);
INSERT dbo.TY (Y_name) VALUES ('boathouse'), ('rocks'), ('elevator');
GO
CREATE TRIGGER dbo.Ztrig ON dbo.TZ FOR INSERT AS
BEGIN
  INSERT dbo.TY VALUES ('')
END
GO
-- expect: 4 | 115
INSERT dbo.TZ VALUES ('Rosalie');
SELECT SCOPE_IDENTITY(), @@IDENTITY;
