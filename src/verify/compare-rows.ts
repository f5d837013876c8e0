import type { Cursor } from "../model/cursor.ts";
import type { RowDifference } from "../model/verification.ts";
import type { RowHash } from "../relay/row-hasher.ts";

/**
 * What differs between the rows of one range on both servers, each in key order: first what the primary has and the replica has not, or
 * otherwise, then what only the replica has. Pure. A key that is spelled otherwise ('abc' and 'ABC') is missing in the one spelling and
 * extra in the other.
 */
export function compareRows(primary: readonly RowHash[], replica: readonly RowHash[]): RowDifference[] {
  if (primary.length === replica.length && primary.every((row, at) => isSame(row, replica[at]))) return [];
  // Texts of keys that do not read back (key-text.ts) may stand for several rows.
  const there = new Map<string, RowHash[]>();
  for (const row of replica) {
    const id = idOf(row.key);
    const rows = there.get(id);
    if (rows === undefined) there.set(id, [row]);
    else rows.push(row);
  }
  const unmatched = primary.filter(({ key, hash }) => {
    const rows = there.get(idOf(key)) ?? [];
    const same = rows.findIndex((row) => row.hash === hash);
    if (same !== -1) rows.splice(same, 1);
    return same === -1;
  });
  const found = unmatched.map(({ key }): RowDifference => {
    const other = there.get(idOf(key))?.shift();
    return { key, kind: other === undefined ? "missing" : "different" };
  });
  for (const rows of there.values()) for (const { key } of rows) found.push({ key, kind: "extra" });
  return found;
}

function isSame(row: RowHash, other: RowHash | undefined): boolean {
  return row.hash === other?.hash && idOf(row.key) === idOf(other.key);
}

function idOf(key: Cursor): string {
  return key.length === 1 ? (key[0] ?? "") : JSON.stringify(key);
}

/**
 * Leaves out the rows whose keys changed on the primary since the replica's watermark: the next delta writes them whole. A change may name its key in
 * another spelling than the row has, so spellings that most collations call equal count as the same key.
 */
export function withoutMoved(differences: readonly RowDifference[], moved: readonly Cursor[]): RowDifference[] {
  const keys = new Set(moved.map(folded));
  return differences.filter(({ key }) => !keys.has(folded(key)));
}

function folded(key: Cursor): string {
  return JSON.stringify(key.map((text) => text.normalize("NFKC").toLowerCase().trimEnd()));
}
