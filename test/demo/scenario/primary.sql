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
-- Views, procedures and functions on these tables: all five types, in both schemas.
CREATE VIEW CustomerOverview AS
SELECT CustomerId, ExternalCode, FullName FROM Customer;
GO
CREATE VIEW dbo.CustomersByStatus WITH SCHEMABINDING AS
SELECT Status, COUNT_BIG(*) AS Customers FROM dbo.Customer GROUP BY Status;
GO
CREATE UNIQUE CLUSTERED INDEX IX_CustomersByStatus ON dbo.CustomersByStatus (Status);
GO
CREATE FUNCTION sales.LineTotal (@quantity decimal(12,4), @price money)
RETURNS decimal(19,4) AS
BEGIN
    RETURN @quantity * @price;
END;
GO
CREATE FUNCTION sales.LinesOf (@order int)
RETURNS TABLE AS
RETURN (
    SELECT LineNumber, ProductId, sales.LineTotal(Quantity, UnitPrice) AS Total
    FROM sales.OrderLine
    WHERE OrderId = @order
);
GO
CREATE FUNCTION dbo.CategoryCounts (@least int)
RETURNS @counts TABLE (Category varchar(100) NULL, Products int NOT NULL) AS
BEGIN
    INSERT INTO @counts (Category, Products)
    SELECT Category, COUNT(*) FROM Product GROUP BY Category HAVING COUNT(*) >= @least;
    RETURN;
END;
GO
CREATE VIEW sales.OrderTotals AS
SELECT OrderId, SUM(sales.LineTotal(Quantity, UnitPrice)) AS Total FROM sales.OrderLine GROUP BY OrderId;
GO
CREATE PROCEDURE [dbo].[CustomerByCode] @code nvarchar(50) AS
SELECT CustomerId, FullName FROM CustomerOverview WHERE ExternalCode = @code;
GO
CREATE PROCEDURE sales.OrderReport @order int AS
SELECT LineNumber, Total FROM sales.LinesOf(@order) ORDER BY LineNumber;
GO
CREATE PROCEDURE sales.OldReport AS
SELECT COUNT(*) AS Lines FROM sales.OrderLine;
GO
-- What a trigger does arrives with the rows; the trigger itself stays here.
CREATE TRIGGER CustomerAdded ON Customer AFTER INSERT AS
BEGIN
    SET NOCOUNT ON;
    UPDATE c SET UpdatedAt = i.CreatedAt
    FROM Customer AS c JOIN inserted AS i ON i.CustomerId = c.CustomerId;
END;
GO
