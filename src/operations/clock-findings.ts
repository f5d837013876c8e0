import type { Finding, FindingPart } from "./finding.ts";

/** A clock, as seen from this process. */
export interface ClockReading {
  readonly who: "app" | "primary" | "replica" | "redis";
  /** ms that it is ahead of the app's clock. */
  readonly offsetMs: number;
  /** ms by which that may be wrong either way: half of the round trip. */
  readonly uncertaintyMs: number;
}

const warningMs = 5_000;
const errorMs = 60_000;

const names: Readonly<Record<ClockReading["who"], string>> = {
  app: "this machine",
  primary: "the primary",
  replica: "the replica",
  redis: "Redis",
};

/**
 * Clocks that differ from the rest. The one that is nearest to all others is taken to be right: with two clocks the app's. Times of lag and
 * retention are the primary's, those of retries the app's. Pure.
 */
export function clockFindings(clocks: readonly ClockReading[]): { part: FindingPart; finding: Finding }[] {
  const right = mostCentral(clocks);
  if (right === undefined) return [];
  return clocks.flatMap((clock) => {
    const { who, offsetMs, uncertaintyMs } = clock;
    const ahead = offsetMs - right.offsetMs;
    const surely = Math.abs(ahead) - uncertaintyMs - right.uncertaintyMs;
    if (clock === right || surely <= warningMs) return [];
    const seconds = Math.round(Math.abs(ahead) / 1000);
    const finding: Finding = {
      severity: surely > errorMs ? "error" : "warning",
      what: `the clock of ${names[who]} is ${seconds} s ${ahead > 0 ? "ahead of" : "behind"} that of ${names[right.who]}: times in reports and logs are wrong by it`,
      fix: `set the clock of ${names[who]} by NTP (w32tm /resync, chronyc makestep)`,
    };
    return [{ part: who === "app" ? "settings" : who, finding }];
  });
}

function mostCentral(clocks: readonly ClockReading[]): ClockReading | undefined {
  const distance = ({ offsetMs }: ClockReading): number =>
    clocks.reduce((sum, other) => sum + Math.abs(other.offsetMs - offsetMs), 0);
  return clocks.reduce<ClockReading | undefined>(
    (best, clock) => (best === undefined || distance(clock) < distance(best) ? clock : best),
    undefined,
  );
}
