import sql from "mssql";
import { seededRandom } from "./seeded-random.ts";

/** Rows that stand in the demo's tables before the first sync. */
export const initialRows = { User: 200, Customer: 500, "sales.OrderLine": 2_000, Product: 100_000 } as const;

const words = ["Crème brûlée", 'O\'Neill "12"', "plain", "a,b;c\td", "Straße", "trailing  ", "", "[bracket]"];
const categories = ["tools", "food", "toys", null, "books ", "Garten"];

export async function fillPrimary(pool: sql.ConnectionPool): Promise<void> {
  await insertRows(pool, "INSERT INTO [User] (id, username, email) VALUES", initialRows.User, (at) => {
    const email = at % 10 === 0 ? "NULL" : `'user${at}@example.com'`;
    return `(${at}, 'user ${at}', ${email})`;
  });
  const customer = "INSERT INTO [Customer] (ExternalCode, FullName, Email, Status) VALUES";
  await insertRows(pool, customer, initialRows.Customer, (at) => {
    const email = at % 7 === 0 ? "NULL" : `N'c${at}@example.com'`;
    return `(N'C-${at}', N'Łukasz 李 ${at} 😀', ${email}, ${at % 3})`;
  });
  const line =
    "INSERT INTO sales.OrderLine (OrderId, LineNumber, ProductId, Quantity, UnitPrice, Note, ChangedAt) VALUES";
  await insertRows(pool, line, initialRows["sales.OrderLine"], (at) => {
    const changed = `'2026-01-${String((at % 28) + 1).padStart(2, "0")}T12:34:56.${String(1234567 + at)}'`;
    const values = [Math.ceil(at / 4), at % 4, at, `${at}.${String(at % 10_000).padStart(4, "0")}`, `${at}.9999`];
    return `(${values.join(", ")}, ${at % 5 === 0 ? "NULL" : `N'note ${at}'`}, ${changed})`;
  });
  await fillProducts(pool);
}

async function insertRows(
  pool: sql.ConnectionPool,
  insert: string,
  count: number,
  values: (at: number) => string,
): Promise<void> {
  const rowsAtOnce = 250;
  for (let first = 1; first <= count; first += rowsAtOnce) {
    const rows = Array.from({ length: Math.min(rowsAtOnce, count - first + 1) }, (_, at) => values(first + at));
    await pool.request().batch(`${insert}\n${rows.join(",\n")};`);
  }
}

/** By bulk load: 100,000 rows. Some names are longer than 8,000 characters, where careless programs cut text. */
async function fillProducts(pool: sql.ConnectionPool): Promise<void> {
  const random = seededRandom(1);
  const rowsAtOnce = 25_000;
  for (let first = 1; first <= initialRows.Product; first += rowsAtOnce) {
    const table = new sql.Table("Product");
    table.columns.add("id", sql.BigInt, { nullable: false });
    table.columns.add("Name", sql.VarChar(sql.MAX), { nullable: true });
    table.columns.add("Category", sql.VarChar(100), { nullable: true });
    table.columns.add("Price", sql.Numeric(10, 2), { nullable: true });
    for (let id = first; id < first + rowsAtOnce; id += 1) {
      const word = words[random(words.length)] ?? "";
      const name = id % 20_000 === 0 ? `${word} `.repeat(2_000) : `${word} ${id}`;
      const price = random(50) === 0 ? null : random(1_000_000) / 100;
      table.rows.add(String(id), id % 97 === 0 ? null : name, categories[random(categories.length)] ?? null, price);
    }
    await pool.request().bulk(table);
  }
}
