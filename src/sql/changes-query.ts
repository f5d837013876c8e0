import type { Cursor } from "../model/cursor.ts";
import type { Transport } from "../model/ledger-row.ts";
import type { TableShape } from "../model/table-shape.ts";
import type { Version } from "../model/version.ts";
import type { SqlParam, Statement } from "./statement.ts";
import { afterKey, bindKey, keyEquality, keyOrder } from "./key-range.ts";
import { quoteName, quoteTable } from "./quote.ts";
import { selectList } from "./select-list.ts";

/** The window of a delta: everything after the watermark, up to and including `to`. */
export interface Window {
  readonly watermark: Version;
  readonly to: Version;
  /** Only what comes after this key: the slices before it are applied. */
  readonly position: Cursor | undefined;
}

/**
 * The net changes of a table in a window, each with the row as it is now, in key order. Whether a row is gone is told
 * by the outer join, not by SYS_CHANGE_OPERATION: a row inserted in the window may have been deleted since, one deleted
 * may be back. Key columns come from the table where the row is there: the change row may carry an older spelling that
 * the collation calls equal.
 * https://learn.microsoft.com/sql/relational-databases/system-functions/changetable-transact-sql
 */
export function changesQuery(shape: TableShape, window: Window, transport: Transport = "relay"): Statement {
  const first = shape.key[0];
  if (first === undefined) throw new Error("read the changes of a table without a key");
  const keyNames = new Set(shape.key.map(({ name }) => name));
  const list = selectList(shape, transport, {
    value: (column) => {
      const name = quoteName(column.name);
      return keyNames.has(column.name) ? `ISNULL(t.${name}, c.${name})` : `t.${name}`;
    },
    deleted: `CAST(CASE WHEN t.${quoteName(first.name)} IS NULL THEN 1 ELSE 0 END AS bit)`,
  });
  const params: SqlParam[] = [
    { name: "watermark", type: "bigint", value: window.watermark },
    { name: "to", type: "bigint", value: window.to },
  ];
  let where = "c.SYS_CHANGE_VERSION <= @to";
  if (window.position !== undefined) {
    const bound = bindKey(shape, window.position, "p");
    params.push(...bound.params);
    where += ` AND ${afterKey(shape, "c", bound)}`;
  }
  return {
    text: `SELECT ${list}
FROM CHANGETABLE(CHANGES ${quoteTable(shape.table)}, @watermark) AS c
LEFT JOIN ${quoteTable(shape.table)} AS t ON ${keyEquality(shape, "t", "c")}
WHERE ${where}
ORDER BY ${keyOrder(shape, "c")};`,
    params,
  };
}
