import type { ConnectionPool } from "mssql";

/** Rows of one INSERT or UPDATE: a transaction log that takes them is no test of its own. */
const rowsAtOnce = 250_000;

/** Seven digits cross-joined: 0 to 9,999,999, made where they are needed. */
const numbers = `digits AS (SELECT v FROM (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) AS d(v)),
thousands AS (SELECT a.v + 10 * b.v + 100 * c.v AS v FROM digits AS a CROSS JOIN digits AS b CROSS JOIN digits AS c),
numbers AS (SELECT CAST(high.v * 1000 + low.v AS bigint) AS n FROM thousands AS high CROSS JOIN thousands AS low
  WHERE high.v * 1000 + low.v < @count)`;

/** Fills Product with the ids 1 to `count`: about 100 bytes a row, some of them NULL. */
export async function fillProducts(pool: ConnectionPool, count: number): Promise<void> {
  for (let first = 1; first <= count; first += rowsAtOnce) {
    await insertProducts(pool, first, Math.min(rowsAtOnce, count - first + 1));
  }
}

async function insertProducts(pool: ConnectionPool, first: number, count: number): Promise<void> {
  await pool.request().input("first", first).input("count", count).query(`WITH ${numbers}
INSERT Product (id, Name, Category, Price)
SELECT @first + n, CONCAT('product ', @first + n, ' ', REPLICATE('x', n % 80)),
  CASE WHEN n % 7 = 0 THEN NULL ELSE CONCAT('category ', n % 100) END, CAST((n % 1000000) / 100.0 AS numeric(10, 2))
FROM numbers;`);
}

/**
 * Changes as many rows as were filled: every hundredth is deleted, as many are inserted behind the last, all others are
 * updated.
 * @returns the last id that changed; every id up to it did
 */
export async function changeProducts(pool: ConnectionPool, count: number): Promise<number> {
  for (let first = 1; first <= count; first += rowsAtOnce) {
    const range = pool
      .request()
      .input("first", first)
      .input("end", Math.min(first + rowsAtOnce, count + 1));
    await range.query(`DELETE Product WHERE id >= @first AND id < @end AND id % 100 = 0;
UPDATE Product SET Price = Price + 1, Category = CONCAT('changed ', id % 1000) WHERE id >= @first AND id < @end;`);
  }
  const inserted = Math.floor(count / 100);
  await insertProducts(pool, count + 1, inserted);
  return count + inserted;
}
