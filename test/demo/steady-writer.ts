import type { ConnectionPool } from "mssql";
import { initialRows } from "./fill-primary.ts";
import { seededRandom, type Random } from "./seeded-random.ts";

/** Somebody who works on the primary while it is replicated. */
export interface SteadyWriter {
  /** Statements that went through. */
  readonly statements: number;
  /** Ends after the statement that is under way. @throws what made it stop early */
  stop(): Promise<void>;
}

/** Inserts, updates and deletes in all tables, a small transaction every `everyMs`. */
export function startWriter(pool: ConnectionPool, everyMs = 40): SteadyWriter {
  const random = seededRandom(2026);
  const state = { nextId: 1_000_000, statements: 0, stopped: false };
  const running = (async () => {
    while (!state.stopped) {
      const kind = kinds[random(kinds.length)] ?? insertRows;
      state.nextId += 10;
      const statements = kind(random, state.nextId);
      await pool.request().batch(inTransaction(statements));
      state.statements += statements.length;
      await new Promise((done) => setTimeout(done, everyMs));
    }
  })();
  running.catch(() => undefined);
  return {
    get statements() {
      return state.statements;
    },
    stop: async () => {
      state.stopped = true;
      await running;
    },
  };
}

function inTransaction(statements: readonly string[]): string {
  if (statements.length === 1) return statements[0] ?? "";
  return ["SET XACT_ABORT ON;", "BEGIN TRANSACTION;", ...statements, "COMMIT TRANSACTION;"].join("\n");
}

const kinds: ((random: Random, id: number) => string[])[] = [
  insertRows,
  updateRows,
  deleteRows,
  moveRows,
  swapUniqueValues,
];

function insertRows(random: Random, id: number): string[] {
  const word = ["new", "naïve", "it''s", "tab\t"][random(4)] ?? "";
  return [
    `INSERT INTO [User] (id, username, email) VALUES (${id}, '${word} ${id}', NULL);`,
    `INSERT INTO [Customer] (ExternalCode, FullName, Email) VALUES (N'N-${id}', N'${word} 名 ${id}', NULL);`,
    `INSERT INTO [Product] (id, Name, Category, Price) VALUES (${id}, '${word}', 'new', ${random(100_000)}.25);`,
    `INSERT INTO [Product] (id, Name, Category, Price) VALUES (${id + 1}, NULL, NULL, NULL);`,
    `INSERT INTO sales.OrderLine (OrderId, LineNumber, ProductId, Quantity, UnitPrice) VALUES (${id}, 1, ${id}, 0.0001, 922337203685477.5807);`,
  ];
}

function updateRows(random: Random, id: number): string[] {
  const product = 1 + random(initialRows.Product);
  return [
    `UPDATE [Product] SET Price = ${random(90_000)}.99, Name = 'renamed ${id}' WHERE id BETWEEN ${product} AND ${product + 20};`,
    `UPDATE [Customer] SET UpdatedAt = sysutcdatetime(), Status = ${random(200)} WHERE CustomerId = ${1 + random(initialRows.Customer)};`,
    `UPDATE [User] SET username = UPPER(username) WHERE id = ${1 + random(initialRows.User)};`,
    `UPDATE sales.OrderLine SET Quantity = Quantity + 0.5, ChangedAt = sysutcdatetime() WHERE OrderId = ${1 + random(500)};`,
  ];
}

function deleteRows(random: Random): string[] {
  const product = 1 + random(initialRows.Product);
  return [
    `DELETE FROM [Product] WHERE id BETWEEN ${product} AND ${product + 5};`,
    `DELETE FROM sales.OrderLine WHERE OrderId = ${1 + random(500)} AND LineNumber = ${random(4)};`,
    `DELETE FROM [Customer] WHERE CustomerId = ${1 + random(initialRows.Customer)};`,
  ];
}

/** A key that changes, and a row that is deleted and comes again. */
function moveRows(random: Random, id: number): string[] {
  const product = 1 + random(initialRows.Product);
  return [
    `UPDATE [Product] SET id = ${id + 5} WHERE id = ${product};`,
    `DELETE FROM [User] WHERE id = ${1 + random(20)};`,
    `INSERT INTO [Product] (id, Name, Category, Price) VALUES (${id + 6}, 'moved', 'x', 0.01);`,
  ];
}

/** Two customers exchange their unique codes in one statement. */
function swapUniqueValues(random: Random): string[] {
  const one = 1 + random(initialRows.Customer - 1);
  const other = `CASE c.CustomerId WHEN ${one} THEN ${one + 1} ELSE ${one} END`;
  return [
    `UPDATE c SET ExternalCode = o.ExternalCode FROM [Customer] AS c JOIN [Customer] AS o ON o.CustomerId = ${other} WHERE c.CustomerId IN (${one}, ${one + 1});`,
  ];
}
