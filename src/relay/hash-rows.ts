import type { Connection } from "tedious";
import type { Statement } from "../sql/statement.ts";
import { RelayError } from "./relay-error.ts";
import { RowHasher, type RowHash } from "./row-hasher.ts";
import type { RelayOptions } from "./row-transport.ts";
import { WireRead } from "./wire-read.ts";

/**
 * Runs a SELECT and hashes its rows as they come, in wire form: by sp_executesql when it has parameters, else as a batch. It only reads, so
 * it works for every table, whatever the way of its rows.
 *
 * @param keyTexts how many columns from the first on are the texts of the key
 * @returns one hash a row, in the statement's order
 * @throws RelayError whose `sourceUsable` says whether the connection can be used again
 */
export async function hashRows(
  connection: Connection,
  statement: Statement,
  keyTexts: number,
  options: RelayOptions,
): Promise<RowHash[]> {
  const what = "read rows to compare";
  const read = new WireRead(connection, statement, options);
  await read.open(what);
  const hashes: RowHash[] = [];
  try {
    const hasher = new RowHasher(read.columns, keyTexts, (row) => hashes.push(row));
    for (let step = "more"; step !== "end";) {
      const pieces: Buffer[] = [];
      step = await read.advance(Infinity, pieces);
      for (const piece of pieces) hasher.push(piece);
    }
    hasher.end();
    return hashes;
  } catch (cause) {
    await read.giveUp(cause as Error);
    throw new RelayError(what, { cause, sourceUsable: read.usable, targetUsable: false, side: "source" });
  }
}
