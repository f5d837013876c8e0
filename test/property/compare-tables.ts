import type { HistoryTable } from "./history.ts";
import type { HistoryWorld } from "./history-world.ts";

/** How the tables differ, row by row and byte by byte (case, trailing blanks, NULL or empty, -0): a line a row; none: they are equal. */
export async function compareTables(world: HistoryWorld, tables: readonly HistoryTable[]): Promise<string[]> {
  const differences: string[] = [];
  for (const table of tables) {
    const [wanted, found] = await Promise.all([rowsOf(world, "primary", table), rowsOf(world, "replica", table)]);
    const extra = [...found];
    for (const row of wanted) {
      const at = extra.indexOf(row);
      if (at === -1) differences.push(`${table.name}: not on the replica: ${row}`);
      else extra.splice(at, 1);
    }
    for (const row of extra) differences.push(`${table.name}: only on the replica: ${row}`);
  }
  return differences;
}

async function rowsOf(
  world: HistoryWorld,
  side: "primary" | "replica",
  { name, columns }: HistoryTable,
): Promise<string[]> {
  const list = columns.map((column) => `CONVERT(varbinary(max), ${column}) AS ${column}`);
  const rows = await world.database(side).rows(`SELECT ${list.join(", ")} FROM dbo.${name};`);
  return rows.map((row) => columns.map((column) => `${column}=${bytesText(row[column])}`).join(" "));
}

function bytesText(value: unknown): string {
  if (value === null) return "NULL";
  const hex = (value as Buffer).toString("hex");
  return hex.length > 80 ? `0x${hex.slice(0, 60)}... (${hex.length / 2} bytes, ${hash(hex)})` : `0x${hex}`;
}

/** FNV-1a, so that long values that differ read differently. */
function hash(text: string): string {
  let state = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) state = Math.imul(state ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return state.toString(16);
}
