import type { TableComparison } from "./compare-databases.ts";
import type { ModuleComparison } from "./compare-modules.ts";

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

/** The verification as two tables of text, with the first differences below each. */
export function verificationTable(tables: readonly TableComparison[], modules: readonly ModuleComparison[]): string {
  return [
    ...alignedLines(
      ["table", "rows"],
      tables.map((table) => ({ ...table, second: table.rows.toLocaleString("en") })),
    ),
    "",
    ...alignedLines(
      ["module", "type"],
      modules.map((module) => ({ ...module, second: module.type })),
    ),
  ].join("\n");
}

interface Verified {
  readonly name: string;
  readonly second: string;
  readonly differences: number;
  readonly examples: readonly string[];
}

function alignedLines(head: readonly [string, string], all: readonly Verified[]): string[] {
  const cells = [
    [...head, "differences", ""],
    ...all.map(({ name, second, differences }) => [
      name,
      second,
      differences.toLocaleString("en"),
      differences === 0 ? "equal" : "DIFFERENT",
    ]),
  ];
  const widths = [0, 1, 2, 3].map((at) => Math.max(...cells.map((row) => (row[at] ?? "").length)));
  const lines = cells.map((row) =>
    row
      .map((cell, at) => (at === 1 || at === 2 ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0)))
      .join("  "),
  );
  const examples = all.flatMap((each) =>
    each.examples.slice(0, 5).map((text) => `  ${each.name}: ${text.slice(0, 300)}`),
  );
  return [...lines.map((line) => line.trimEnd()), ...examples];
}
