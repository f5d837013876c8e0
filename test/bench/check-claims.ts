import type { BenchResult, PathName } from "./bench-result.ts";
import { fourDigits } from "./bench-result.ts";

/** What is measured beside the table. */
export interface ExtraFigures {
  /** How much higher the relay's peak was for many rows than for few; 1 MB is 1,000,000 bytes. */
  readonly relayGrowthMegabytes?: number;
  readonly changes?: ChangesFigures;
}

/** How the app took many changes of one table. */
export interface ChangesFigures {
  readonly changes: number;
  /** Ticks in which they were applied. */
  readonly ticks: number;
  /** What these ticks took as a whole. */
  readonly seconds: number;
}

export interface ClaimCheck {
  readonly claim: string;
  /** Undefined: what it needs was not measured. */
  readonly reached: boolean | undefined;
  readonly measured: string;
}

export const fewRows = 100_000;
export const manyRows = 5_000_000;
export const changedRows = 100_000;

/** The figures that the bench is to reach, for rows of 6 narrow columns. */
export function checkClaims(results: readonly BenchResult[], extra: ExtraFigures): ClaimCheck[] {
  const narrow = (path: PathName): BenchResult | undefined =>
    results.find((result) => result.case === "narrow" && result.path === path);
  const [relay, copy] = [narrow("relay"), narrow("driver-copy")];
  const times = relay && copy && relay.rowsPerSecond / copy.rowsPerSecond;
  const growth = extra.relayGrowthMegabytes;
  return [
    check("the relay is at least 12 times as fast as the driver's copy", times, (is) => is >= 12, "times"),
    check(
      "the relay takes at most 1.0 CPU seconds per million rows",
      relay?.cpuSecondsPerMillionRows,
      (is) => is <= 1,
      "CPU s",
    ),
    check("its memory grows by less than 64 MB from 100,000 to 5,000,000 rows", growth, (is) => is < 64, "MB"),
    checkChanges(extra.changes),
  ];
}

/** What is aimed at beyond the claims. */
export function checkAims(results: readonly BenchResult[]): ClaimCheck[] {
  const narrow = (path: PathName): BenchResult | undefined =>
    results.find((result) => result.case === "narrow" && result.path === path);
  const [relay, pipe] = [narrow("relay"), narrow("pipe")];
  const share = relay && pipe && (relay.rowsPerSecond / pipe.rowsPerSecond) * 100;
  return [
    check("half of the pipe's rows per second", share, (is) => is >= 50, "%"),
    check("0.4 CPU seconds per million rows", relay?.cpuSecondsPerMillionRows, (is) => is <= 0.4, "CPU s"),
  ];
}

/** One line. */
export function claimText({ claim, reached, measured }: ClaimCheck): string {
  const verdict = reached === undefined ? "not measured" : reached ? "reached" : "NOT reached";
  return `${verdict.padEnd(12)}  ${claim}${measured === "" ? "" : `: ${measured}`}`;
}

function checkChanges(figures: ChangesFigures | undefined): ClaimCheck {
  const claim = "100,000 changes are applied in one tick within 10 s on the emulators";
  if (figures === undefined) return { claim, reached: undefined, measured: "" };
  const { changes, ticks, seconds } = figures;
  return {
    claim,
    reached: changes >= changedRows && ticks === 1 && seconds <= 10,
    measured: `${changes} in ${fourDigits(seconds)} s and ${ticks} tick${ticks === 1 ? "" : "s"}`,
  };
}

function check(claim: string, value: number | undefined, holds: (value: number) => boolean, unit: string): ClaimCheck {
  if (value === undefined) return { claim, reached: undefined, measured: "" };
  return { claim, reached: holds(value), measured: `${fourDigits(value)} ${unit}` };
}
