/*
What the primary of the sample needs: Change Tracking, and two tables with rows to replicate. Run it in that database as its owner, before
primary-rights.sql; it may be run again.
*/
SET NOCOUNT ON;
IF NOT EXISTS (SELECT 1 FROM sys.change_tracking_databases WHERE database_id = DB_ID())
  ALTER DATABASE CURRENT SET CHANGE_TRACKING = ON (CHANGE_RETENTION = 2 DAYS, AUTO_CLEANUP = ON);
IF EXISTS (SELECT 1 FROM sys.databases WHERE database_id = DB_ID() AND snapshot_isolation_state = 0)
  ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION ON;
GO
IF OBJECT_ID(N'dbo.[User]') IS NULL
BEGIN
  CREATE TABLE dbo.[User] (
    id bigint NOT NULL CONSTRAINT PK_User PRIMARY KEY,
    username varchar(100) NULL,
    email varchar(100) NULL
  );
  ALTER TABLE dbo.[User] ENABLE CHANGE_TRACKING WITH (TRACK_COLUMNS_UPDATED = ON);
  INSERT INTO dbo.[User] (id, username, email)
  VALUES (1, 'alice', 'alice@example.com'), (2, 'bob', 'bob@example.com'), (3, 'carol', 'carol@example.com');
END;
IF OBJECT_ID(N'dbo.Product') IS NULL
BEGIN
  CREATE TABLE dbo.Product (
    id int NOT NULL IDENTITY(1, 1) CONSTRAINT PK_Product PRIMARY KEY,
    name nvarchar(200) NOT NULL,
    price decimal(10, 2) NOT NULL,
    changed datetime2(3) NOT NULL CONSTRAINT DF_Product_changed DEFAULT SYSUTCDATETIME()
  );
  ALTER TABLE dbo.Product ENABLE CHANGE_TRACKING WITH (TRACK_COLUMNS_UPDATED = ON);
  INSERT INTO dbo.Product (name, price)
  SELECT TOP (20000)
    CONCAT(N'Product ', ROW_NUMBER() OVER (ORDER BY (SELECT NULL))),
    (ROW_NUMBER() OVER (ORDER BY (SELECT NULL)) % 10000) / 100.0
  FROM sys.all_objects AS a
  CROSS JOIN sys.all_objects AS b;
END;
GO
CREATE OR ALTER VIEW dbo.CheapProduct AS
SELECT id, name, price FROM dbo.Product WHERE price < 10;
GO
