import { parseArgs } from "node:util";

export interface MillionArguments {
  readonly rows: number;
  readonly json: string | undefined;
  readonly help: boolean;
}

const mostRows = 10_000_000;
const leastRows = 10_000;

export const millionUsage = `npm run bench:million -- [--rows N] [--json FILE]
  Loads a table of N rows from one SQL Server emulator to another with FULL_LOAD_CHUNK_ROWS=auto, changes every row,
  kills the app in the middle of the delta, and compares both tables. Samples the memory of the app's process all along.
  --rows N      ${leastRows} to ${mostRows}, default 1000000
  --json FILE   writes the numbers as JSON as well
  Exit code: 0 the tables are equal, the delta went on where it was, and the memory stayed under its limit; 1 otherwise;
  2 wrong arguments.`;

/** @throws Error with all that is wrong and the usage */
export function parseMillionArguments(argv: readonly string[]): MillionArguments {
  const problems: string[] = [];
  const { tokens } = parseArgs({
    args: [...argv],
    options: { rows: { type: "string" }, json: { type: "string" }, help: { type: "boolean", short: "h" } },
    strict: false,
    tokens: true,
  });
  let rows = 1_000_000;
  let json: string | undefined;
  let help = false;
  for (const token of tokens) {
    if (token.kind === "positional") problems.push(`"${token.value}": nothing is expected here`);
    if (token.kind !== "option") continue;
    const value = token.value ?? "";
    if (token.name === "rows") {
      rows = Number(value);
      if (!/^\d+$/.test(value) || rows < leastRows || rows > mostRows) {
        problems.push(`--rows ${value}: a number from ${leastRows} to ${mostRows} is expected, e.g. --rows 1000000`);
      }
    } else if (token.name === "json") {
      if (value === "" || value.startsWith("-")) {
        problems.push("--json: a file name is missing, e.g. --json million-rows.json");
      } else json = value;
    } else if (token.name === "help" && token.value === undefined) help = true;
    else problems.push(`${token.rawName}: no such option`);
  }
  if (problems.length > 0 && !help) throw new Error(`${problems.join("\n")}\n\n${millionUsage}`);
  return { rows, json, help };
}
