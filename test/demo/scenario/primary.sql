-- The primary database of the demo, as an operator would type it. GO is for sqlcmd: one batch ends there.
CREATE DATABASE testct;
GO
USE testct;
GO
ALTER DATABASE testct
SET CHANGE_TRACKING = ON
(CHANGE_RETENTION = 2 DAYS, AUTO_CLEANUP = ON);
GO
CREATE TABLE [User] (
    id BIGINT PRIMARY KEY,
    username VARCHAR(100),
    email VARCHAR(100)
);
GO
ALTER TABLE [User]
ENABLE CHANGE_TRACKING
WITH (TRACK_COLUMNS_UPDATED = ON);
GO
CREATE TABLE [Customer] (
    CustomerId int IDENTITY(1,1) NOT NULL,
    ExternalCode nvarchar(50) NOT NULL,
    FullName nvarchar(200) NOT NULL,
    Email nvarchar(200) NULL,
    Status tinyint DEFAULT 1 NOT NULL,
    CreatedAt datetime2(0) DEFAULT sysutcdatetime() NOT NULL,
    UpdatedAt datetime2(0) NULL,
    PRIMARY KEY (CustomerId),
    UNIQUE (ExternalCode)
);
GO
ALTER TABLE [Customer]
ENABLE CHANGE_TRACKING
WITH (TRACK_COLUMNS_UPDATED = ON);
GO
CREATE TABLE [Product] (
    id bigint NOT NULL,
    Name text NULL,
    Category varchar(100) NULL,
    Price numeric(10,2) NULL,
    PRIMARY KEY (id)
);
GO
ALTER TABLE [Product]
ENABLE CHANGE_TRACKING
WITH (TRACK_COLUMNS_UPDATED = ON);
GO
CREATE SCHEMA sales;
GO
CREATE TABLE sales.OrderLine (
    OrderId int NOT NULL,
    LineNumber smallint NOT NULL,
    ProductId bigint NOT NULL,
    Quantity decimal(12,4) NOT NULL,
    UnitPrice money NOT NULL,
    Note nvarchar(400) NULL,
    ChangedAt datetime2(7) DEFAULT sysutcdatetime() NOT NULL,
    PRIMARY KEY (OrderId, LineNumber)
);
GO
ALTER TABLE sales.OrderLine
ENABLE CHANGE_TRACKING
WITH (TRACK_COLUMNS_UPDATED = ON);
GO
