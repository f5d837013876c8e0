/** A change that somebody makes to the primary's modules. */
export interface ModuleChange {
  /** `view CustomerOverview`. */
  readonly what: string;
  /** Modules that it touches, by the names that they have had or have now. */
  readonly names: readonly string[];
  readonly batches: readonly string[];
}

/** One of each type is altered, one is renamed, one is dropped. */
export const moduleChanges: readonly ModuleChange[] = [
  {
    what: "view CustomerOverview altered",
    names: ["CustomerOverview"],
    batches: [
      `ALTER VIEW CustomerOverview AS
SELECT CustomerId, ExternalCode, FullName, Status, UpdatedAt FROM Customer;`,
    ],
  },
  {
    what: "indexed view CustomersByStatus altered",
    names: ["CustomersByStatus"],
    batches: [
      // ALTER VIEW takes the index along, here as on every SQL Server.
      `ALTER VIEW dbo.CustomersByStatus WITH SCHEMABINDING AS
SELECT Status, COUNT_BIG(*) AS Customers, SUM(CONVERT(bigint, CustomerId)) AS IdSum FROM dbo.Customer GROUP BY Status;`,
      "CREATE UNIQUE CLUSTERED INDEX IX_CustomersByStatus ON dbo.CustomersByStatus (Status);",
    ],
  },
  {
    what: "procedure sales.OrderReport altered",
    names: ["sales.OrderReport"],
    batches: [
      `-- With the product since today; comments before CREATE belong to the definition.
ALTER PROCEDURE sales.OrderReport @order int AS
SELECT LineNumber, ProductId, Total FROM sales.LinesOf(@order) ORDER BY LineNumber;`,
    ],
  },
  {
    what: "scalar function sales.LineTotal altered",
    names: ["sales.LineTotal"],
    batches: [
      `ALTER FUNCTION sales.LineTotal (@quantity decimal(12,4), @price money)
RETURNS decimal(19,4) AS
BEGIN
    RETURN ROUND(@quantity * @price, 2);
END;`,
    ],
  },
  {
    what: "inline function sales.LinesOf altered",
    names: ["sales.LinesOf"],
    batches: [
      `ALTER FUNCTION sales.LinesOf (@order int)
RETURNS TABLE AS
RETURN (
    SELECT LineNumber, ProductId, Note, sales.LineTotal(Quantity, UnitPrice) AS Total
    FROM sales.OrderLine
    WHERE OrderId = @order
);`,
    ],
  },
  {
    what: "table function CategoryCounts altered",
    names: ["CategoryCounts"],
    batches: [
      `CREATE OR ALTER FUNCTION dbo.CategoryCounts (@least int)
RETURNS @counts TABLE (Category varchar(100) NOT NULL, Products int NOT NULL) AS
BEGIN
    INSERT INTO @counts (Category, Products)
    SELECT Category, COUNT(*) FROM Product WHERE Category IS NOT NULL GROUP BY Category HAVING COUNT(*) >= @least;
    RETURN;
END;`,
    ],
  },
  {
    what: "procedure CustomerByCode renamed to FindCustomer",
    names: ["CustomerByCode", "FindCustomer"],
    batches: ["EXEC sp_rename N'dbo.CustomerByCode', N'FindCustomer';"],
  },
  {
    what: "procedure sales.OldReport dropped",
    names: ["sales.OldReport"],
    batches: ["DROP PROCEDURE sales.OldReport;"],
  },
];

/** A procedure of the replica's own: it is none of the app's business. */
export const replicaOnly = {
  name: "LocalReport",
  batch: "CREATE PROCEDURE dbo.LocalReport AS SELECT COUNT(*) AS Customers FROM dbo.Customer;",
} as const;

/** What both sides must answer alike at the end, by the module that is asked. */
export const moduleQueries: Readonly<Record<string, string>> = {
  CustomerOverview: "SELECT * FROM CustomerOverview ORDER BY CustomerId;",
  CustomersByStatus: "SELECT * FROM dbo.CustomersByStatus WITH (NOEXPAND) ORDER BY Status;",
  CategoryCounts: "SELECT * FROM dbo.CategoryCounts(100) ORDER BY Category;",
  FindCustomer: "EXEC dbo.FindCustomer N'C-400';",
  "sales.LineTotal": "SELECT sales.LineTotal(1.2345, 6.789) AS Total;",
  "sales.LinesOf": "SELECT * FROM sales.LinesOf(7) ORDER BY LineNumber;",
  "sales.OrderReport": "EXEC sales.OrderReport 7;",
  "sales.OrderTotals": "SELECT * FROM sales.OrderTotals ORDER BY OrderId;",
};
