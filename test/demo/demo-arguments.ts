import { parseArgs } from "node:util";

export interface DemoArguments {
  readonly json: string | undefined;
  /** How often the app is killed over the scenario. */
  readonly chaos: number;
  readonly serve: boolean;
  readonly help: boolean;
}

export const demoUsage = `npm run demo -- [--json FILE] [--chaos N]
  Replicates a database from one SQL Server emulator to another and verifies that both are equal.
  --json FILE   writes the result as JSON as well
  --chaos N     kills the app (SIGKILL) N times on the way, at the worst moments; at least 4
npm start
  Starts the same servers and the app and stays up until Ctrl-C.`;

/** @throws with all that is wrong, one problem a line */
export function parseDemoArguments(argv: readonly string[]): DemoArguments {
  const problems: string[] = [];
  const { tokens } = parseArgs({
    args: [...argv],
    options: {
      json: { type: "string" },
      chaos: { type: "string" },
      serve: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
    strict: false,
    tokens: true,
  });
  let json: string | undefined;
  let chaos = 0;
  let serve = false;
  let help = false;
  for (const token of tokens) {
    if (token.kind === "positional") problems.push(`"${token.value}": nothing is expected here`);
    if (token.kind !== "option") continue;
    const value = token.value ?? "";
    if (token.name === "json") {
      if (value === "" || value.startsWith("-"))
        problems.push("--json: a file name is missing, e.g. --json result.json");
      else json = value;
    } else if (token.name === "chaos") {
      chaos = Number(value);
      if (!/^\d+$/.test(value) || chaos < 4 || chaos > 1000) {
        problems.push(`--chaos ${value}: a number from 4 to 1000 is expected, e.g. --chaos 50`);
      }
    } else if (token.name === "serve" && token.value === undefined) serve = true;
    else if (token.name === "help" && token.value === undefined) help = true;
    else problems.push(`${token.rawName}: no such option`);
  }
  if (serve && (json !== undefined || chaos > 0))
    problems.push("--serve plays no scenario: no --json or --chaos with it");
  if (problems.length > 0 && !help) throw new Error(`${problems.join("\n")}\n\n${demoUsage}`);
  return { json, chaos, serve, help };
}
