import type { TableComparison } from "./compare-databases.ts";

/** What `--json FILE` writes. */
export interface DemoResult {
  readonly equal: boolean;
  /** How the rows travelled; both names where tables differ in it. */
  readonly transport: string;
  readonly kills: number;
  /** With --chaos: kills by the step that the app was in. */
  readonly killsByStep?: Readonly<Record<string, number>>;
  readonly ticks: number;
  readonly seconds: number;
  readonly tables: readonly { readonly name: string; readonly rows: number; readonly differences: number }[];
  readonly modules: readonly { readonly name: string; readonly type: string; readonly differences: number }[];
}

/** The verification as a table of text, with the first differences below it. */
export function verificationTable(tables: readonly TableComparison[]): string {
  const cells = [
    ["table", "rows", "differences", ""],
    ...tables.map((table) => [
      table.name,
      table.rows.toLocaleString("en"),
      table.differences.toLocaleString("en"),
      table.differences === 0 ? "equal" : "DIFFERENT",
    ]),
  ];
  const widths = [0, 1, 2, 3].map((at) => Math.max(...cells.map((row) => (row[at] ?? "").length)));
  const lines = cells.map((row) =>
    row
      .map((cell, at) => (at === 1 || at === 2 ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0)))
      .join("  "),
  );
  const examples = tables.flatMap((table) => table.examples.map((text) => `  ${table.name}: ${text.slice(0, 300)}`));
  return [...lines.map((line) => line.trimEnd()), ...examples].join("\n");
}
