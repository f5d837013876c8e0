import { describe, expect, it } from "vitest";
import type { DeepHealthReport } from "../../../src/operations/check-deep-health.ts";
import { doctorText, mustBeMended, verdict } from "../../../src/operations/doctor-text.ts";
import type { Finding, PlacedFinding } from "../../../src/operations/finding.ts";

const of = (...severities: readonly Finding["severity"][]): Finding[] =>
  severities.map((severity) => ({ severity, what: "x" }));

describe("verdict", () => {
  it.each([
    [[], false, "All is well."],
    [["info"], false, "Nothing must be mended; 1 note."],
    [["warning", "warning", "info"], false, "Nothing must be mended; 2 warnings, 1 note."],
    [["error"], true, "To be mended: 1 error."],
    [["fatal", "fatal", "error", "warning"], true, "To be mended: 2 fatal, 1 error; besides 1 warning."],
  ] as const)("of %j", (severities, mend, text) => {
    expect(verdict(of(...severities))).toBe(text);
    expect(mustBeMended(of(...severities))).toBe(mend);
  });
});

describe("doctorText", () => {
  const finding = (
    part: PlacedFinding["part"],
    severity: Finding["severity"],
    what: string,
    fix?: string,
  ): PlacedFinding => ({ part, severity, what, fix });
  const report: DeepHealthReport = {
    status: "degraded",
    findings: [
      finding("replica", "info", "advice"),
      finding("replica", "error", "a thing is broken", "MEND IT;\nAND THIS;"),
      finding("tables", "warning", "User is odd"),
    ],
    settings: { ok: true, problems: [] },
    redis: { reachable: true, milliseconds: 3 },
    primary: { reachable: false, milliseconds: 5, url: "mssql://p:1433/a" },
    replica: { reachable: true, milliseconds: 7, url: "mssql://r:1433/a" },
    tables: { paused: 0, new: 0, loading: 0, live: 2, blocked: 1 },
    deep: {
      milliseconds: 9,
      clocks: [],
      redis: { version: "7.2.4", evictionPolicy: "noeviction" },
      tables: { tracked: 3, lookedAt: 3, untracked: 0 },
    },
  };

  it("groups findings by what they are about, the worst first, and ends with the verdict", () => {
    expect(doctorText(report)).toBe(`settings  can be read

primary   mssql://p:1433/a; does not answer

replica   mssql://r:1433/a; answers in 7 ms
  error   a thing is broken
          MEND IT;
          AND THIS;
  info    advice

Redis     answers in 3 ms; 7.2.4; noeviction

tables    3 tracked; 2 live; 1 blocked
  warning User is odd

modules   not looked at

To be mended: 1 error; besides 1 warning, 1 note.
`);
  });
});
