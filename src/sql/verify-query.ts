import type { TableShape } from "../model/table-shape.ts";
import type { Version } from "../model/version.ts";
import { rangeSource } from "./chunk-query.ts";
import { type KeyRange, keyOrder, keySegments, keyTexts } from "./key-range.ts";
import { quoteName, quoteTable } from "./quote.ts";
import { selectList } from "./select-list.ts";
import type { SqlParam, Statement } from "./statement.ts";

/**
 * The rows of a range in key order, at most so many: in front the key as texts k0, k1, ..., then every column in its
 * travelling form. The same on both servers, whose types differ only where that form is the same.
 * @param shape with the columns that are to be compared
 */
export function comparedRowsQuery(shape: TableShape, range: KeyRange, most: number): Statement {
  const { source, params } = rangeSource(shape, range);
  const list = selectList(shape, "relay", { value: ({ name }) => `t.${quoteName(name)}`, deleted: undefined });
  return {
    text: `SELECT TOP (@most) ${keyTexts(shape, "t")},
  ${list}
FROM ${source}
ORDER BY ${keyOrder(shape, "t")} OPTION (RECOMPILE);`,
    params: [...params, mostParam(most)],
  };
}

/**
 * The keys of a range that changed after the watermark, as texts k0, k1, ..., at most so many. What Change Tracking does not name
 * is what it was at the watermark.
 */
export function movedKeysQuery(shape: TableShape, range: KeyRange, watermark: Version, most: number): Statement {
  const { texts, params } = keySegments(shape, "c", range);
  return {
    text: `SELECT TOP (@most) ${keyTexts(shape, "c")}
FROM CHANGETABLE(CHANGES ${quoteTable(shape.table)}, @watermark) AS c
WHERE ${texts.map((text) => `(${text})`).join(" OR ")};`,
    params: [...params, { name: "watermark", type: "bigint", value: watermark }, mostParam(most)],
  };
}

function mostParam(most: number): SqlParam {
  return { name: "most", type: "int", value: most };
}
