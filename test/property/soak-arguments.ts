import { parseArgs } from "node:util";

export interface SoakArguments {
  readonly histories: number;
  /** Of the first history; the others follow it. */
  readonly seed: number;
  /** Of every history, beside its beginning; undefined: by its seed. */
  readonly steps: number | undefined;
  readonly json: string | undefined;
  readonly help: boolean;
}

export const soakUsage = `npm run soak -- [--histories N] [--seed S] [--steps N] [--json FILE]
  Plays random histories (writes, operators, faults, crashes, restores, jumps of the clock) on two SQL Server emulators, and checks
  after each that the replica equals the primary. Ends with the first that goes wrong, cut down, and exit code 1.
  --histories N  how many (1000)
  --seed S       of the first one; the next ones are S+1, S+2 ... (1)
  --steps N      steps of each beside its beginning (10 to 20, by its seed)
  --json FILE    writes the result as JSON as well
  The same seed and steps are the same history: --seed S --histories 1 plays one again. Ctrl-C ends it with what there is so far.`;

const most = { histories: 10_000_000, seed: 4_294_967_295, steps: 10_000 } as const;

/** @throws Error with all that is wrong, one problem a line */
export function parseSoakArguments(argv: readonly string[]): SoakArguments {
  const problems: string[] = [];
  const { tokens } = parseArgs({
    args: [...argv],
    options: {
      histories: { type: "string" },
      seed: { type: "string" },
      steps: { type: "string" },
      json: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
    strict: false,
    tokens: true,
  });
  const numbers: { histories: number; seed: number; steps: number | undefined } = {
    histories: 1000,
    seed: 1,
    steps: undefined,
  };
  let json: string | undefined;
  let help = false;
  for (const token of tokens) {
    if (token.kind === "positional") problems.push(`"${token.value}": nothing is expected here`);
    if (token.kind !== "option") continue;
    const value = token.value ?? "";
    if (token.name === "histories" || token.name === "seed" || token.name === "steps") {
      const number = Number(value);
      if (/^\d+$/.test(value) && number >= 1 && number <= most[token.name]) numbers[token.name] = number;
      else problems.push(`--${token.name} ${value}: a whole number from 1 to ${most[token.name]} is expected`);
    } else if (token.name === "json") {
      if (value === "" || value.startsWith("-")) problems.push("--json: a file name is missing, e.g. --json soak.json");
      else json = value;
    } else if (token.name === "help" && token.value === undefined) help = true;
    else problems.push(`${token.rawName}: no such option`);
  }
  if (problems.length > 0 && !help) throw new Error(`${problems.join("\n")}\n\n${soakUsage}`);
  return { ...numbers, json, help };
}
