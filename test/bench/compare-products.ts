import type { ConnectionPool } from "mssql";

const rowsAtOnce = 20_000;

export interface ProductComparison {
  readonly rows: number;
  readonly differences: number;
  /** The first difference in words; undefined: there is none. */
  readonly first: string | undefined;
}

/** Every value of both Product tables, side by side in key order, page by page. Values that JavaScript cannot hold come as text. */
export async function compareProducts(primary: ConnectionPool, replica: ConnectionPool): Promise<ProductComparison> {
  let rows = 0;
  let differences = 0;
  let first: string | undefined;
  for (let after = "0"; ;) {
    const [wanted, found] = await Promise.all([readPage(primary, after), readPage(replica, after)]);
    for (let at = 0; at < Math.max(wanted.length, found.length); at += 1) {
      const [want, have] = [JSON.stringify(wanted[at]), JSON.stringify(found[at])];
      if (want === have) continue;
      differences += 1;
      first ??= `the primary has ${want ?? "no further row"}, the replica ${have ?? "no further row"}`;
    }
    rows += wanted.length;
    const last = wanted.at(-1)?.[0];
    // A page that differs may end at different keys: what comes behind it would be compared with the wrong rows.
    if (last === undefined || last === null || differences > 0) return { rows, differences, first };
    after = last;
  }
}

type ProductRow = readonly (string | null)[];

async function readPage(pool: ConnectionPool, after: string): Promise<readonly ProductRow[]> {
  const request = pool.request().input("after", after);
  request.arrayRowMode = true;
  const { recordset } = await request.query(`SELECT TOP (${rowsAtOnce}) CONVERT(varchar(20), id),
  CONVERT(varchar(max), Name), Category, CONVERT(varchar(20), Price)
FROM Product WHERE id > CONVERT(bigint, @after) ORDER BY id;`);
  return recordset;
}
