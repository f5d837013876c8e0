import { parseArgs } from "node:util";
import { caseNames, type CaseName } from "./bench-case.ts";
import { pathNames, type PathName } from "./bench-result.ts";

export interface BenchArguments {
  /** Narrow rows of a relay's copy; other cases and paths take a share of it. */
  readonly rows: number;
  readonly rounds: number;
  readonly cases: readonly CaseName[];
  readonly paths: readonly PathName[];
  readonly json: string | undefined;
  readonly help: boolean;
}

const [leastRows, mostRows] = [10_000, 100_000_000];
const mostRounds = 100;

export const benchUsage = `npm run bench -- [--rows N] [--rounds N] [--case NAME,...] [--path NAME,...] [--json FILE]
  Measures how fast rows go from one server to another, and what that costs: the app's two transports against a plain
  copy by the driver, a MERGE for each row, and a pipe that does not look at the bytes. Servers that replay prepared
  bytes stand in processes of their own; app is the whole app with two emulators, whose work is part of it.
  --rows N      ${leastRows} to ${mostRows}, default 1000000: narrow rows of one copy by relay and pipe. Wider rows and slower
                paths copy fewer, so that each takes about as long
  --rounds N    1 to ${mostRounds}, default 5: the table shows the median; in each round everything is measured once
  --case NAME   of ${caseNames.join(", ")}; default all
  --path NAME   of ${pathNames.join(", ")}; default all
  --json FILE   writes the table as JSON as well
  Exit code: 0 it ran, whatever the figures; 1 it failed; 2 wrong arguments.`;

const options = {
  rows: { type: "string" },
  rounds: { type: "string" },
  case: { type: "string" },
  path: { type: "string" },
  json: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

/** @throws Error with all that is wrong and the usage */
export function parseBenchArguments(argv: readonly string[]): BenchArguments {
  const problems: string[] = [];
  const number = (name: string, value: string, least: number, most: number, example: number): number => {
    const parsed = Number(value);
    if (!/^\d+$/.test(value) || parsed < least || parsed > most) {
      problems.push(`--${name} ${value}: a number from ${least} to ${most} is expected, e.g. --${name} ${example}`);
    }
    return parsed;
  };
  const names = <T extends string>(name: string, value: string, known: readonly T[]): T[] => {
    const given = value.split(",").map((each) => each.trim());
    const unknown = given.filter((each) => !(known as readonly string[]).includes(each));
    for (const each of unknown) problems.push(`--${name} ${each}: one of ${known.join(", ")} is expected`);
    return known.filter((each) => given.includes(each));
  };
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, tokens: true });
  let [rows, rounds] = [1_000_000, 5];
  let cases: readonly CaseName[] = caseNames;
  let paths: readonly PathName[] = pathNames;
  let json: string | undefined;
  let help = false;
  for (const token of tokens) {
    if (token.kind === "positional") problems.push(`"${token.value}": nothing is expected here`);
    if (token.kind !== "option") continue;
    const value = token.value ?? "";
    if (token.name === "rows") rows = number("rows", value, leastRows, mostRows, 1_000_000);
    else if (token.name === "rounds") rounds = number("rounds", value, 1, mostRounds, 5);
    else if (token.name === "case") cases = names("case", value, caseNames);
    else if (token.name === "path") paths = names("path", value, pathNames);
    else if (token.name === "json") {
      if (value === "" || value.startsWith("-")) {
        problems.push("--json: a file name is missing, e.g. --json bench.json");
      } else json = value;
    } else if (token.name === "help" && token.value === undefined) help = true;
    else problems.push(`${token.rawName}: no such option`);
  }
  if (paths.length === 1 && paths[0] === "app" && !cases.includes("narrow")) {
    problems.push("--path app: it is measured with --case narrow only");
  }
  if (problems.length > 0 && !help) throw new Error(`${problems.join("\n")}\n\n${benchUsage}`);
  return { rows, rounds, cases, paths, json, help };
}
