import { sqlError } from "../values/error-table.ts";

/**
 * SYS_CHANGE_COLUMNS is varbinary(4100): four zero bytes, then each column id in four bytes, little-endian. Its form is
 * not documented ("should not be interpreted directly"); its greatest length (1,024 columns) and what servers return are.
 */
export function columnMask(columnIds: Iterable<number>): Buffer {
  const ids = [...new Set(columnIds)].sort((a, b) => a - b);
  const mask = Buffer.alloc(4 + ids.length * 4);
  ids.forEach((id, at) => mask.writeUInt32LE(id, 4 + at * 4));
  return mask;
}

/**
 * CHANGE_TRACKING_IS_COLUMN_IN_MASK(column_id, change_columns): 1 or 0; NULL in, NULL out.
 * @throws SqlError 22101 for bytes that are no mask
 */
export function isColumnInMask(columnId: number | null, mask: Buffer | null): 0 | 1 | null {
  if (columnId === null || mask === null) return null;
  if (mask.length < 4 || mask.length % 4 !== 0 || mask.readUInt32LE(0) !== 0) throw sqlError(22101);
  for (let at = 4; at < mask.length; at += 4) if (mask.readUInt32LE(at) === columnId) return 1;
  return 0;
}
