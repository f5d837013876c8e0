import type { CaseName } from "./bench-case.ts";
import type { PathName } from "./bench-result.ts";

/** Narrow rows of a relay's copy for each row of this case. Wider rows take longer. */
const caseShare: Readonly<Record<CaseName, number>> = { narrow: 1, mixed: 10, wide: 50, nulls: 2 };

const pathShare: Readonly<Record<PathName, number>> = {
  relay: 1,
  "driver-path": 10,
  "driver-copy": 10,
  merge: 1000,
  pipe: 1,
  app: 5,
};

const leastRows = 50;

/** How many rows a measurement copies where the relay copies `rows` narrow ones. */
export function sharedRows(rows: number, caseName: CaseName, path: PathName): number {
  return Math.max(leastRows, Math.round(rows / caseShare[caseName] / pathShare[path]));
}

/** Copied before, so that the code is compiled. */
export function warmUpRows(rows: number): number {
  return Math.round(rows / 2);
}
