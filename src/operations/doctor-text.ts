import type { DeepHealthReport } from "./check-deep-health.ts";
import type { Finding, FindingPart, PlacedFinding } from "./finding.ts";

const titles: Readonly<Record<FindingPart, string>> = {
  settings: "settings",
  primary: "primary",
  replica: "replica",
  redis: "Redis",
  tables: "tables",
  modules: "modules",
};

const order: readonly Finding["severity"][] = ["fatal", "error", "warning", "info"];

/** The report for a person, part by part, the worst first, each finding with what mends it; the last line is the verdict. Pure. */
export function doctorText(report: DeepHealthReport): string {
  const parts = (Object.keys(titles) as FindingPart[]).map((part) => {
    const findings = report.findings.filter((finding) => finding.part === part);
    findings.sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
    const head = `${titles[part].padEnd(9)} ${headOf(report, part)}`.trimEnd();
    return [head, ...findings.map(findingText)].join("\n");
  });
  return `${parts.join("\n\n")}\n\n${verdict(report.findings)}\n`;
}

/** Whether something must be mended before everything is synced. */
export function mustBeMended(findings: readonly Finding[]): boolean {
  return findings.some(({ severity }) => severity === "fatal" || severity === "error");
}

/** One line. Pure. */
export function verdict(findings: readonly Finding[]): string {
  const count = (severity: Finding["severity"], one: string, many: string): string | undefined => {
    const number = findings.filter((finding) => finding.severity === severity).length;
    return number === 0 ? undefined : `${number} ${number === 1 ? one : many}`;
  };
  const bad = [count("fatal", "fatal", "fatal"), count("error", "error", "errors")];
  const good = [count("warning", "warning", "warnings"), count("info", "note", "notes")];
  const known = (parts: readonly (string | undefined)[]): string =>
    parts.filter((part) => part !== undefined).join(", ");
  const also = known(good);
  if (mustBeMended(findings)) return `To be mended: ${known(bad)}${also === "" ? "" : `; besides ${also}`}.`;
  return also === "" ? "All is well." : `Nothing must be mended; ${also}.`;
}

function findingText({ severity, what, fix }: PlacedFinding): string {
  const lines = (fix ?? "").split("\n").filter((line) => line !== "");
  return [`  ${severity.padEnd(8)}${what}`, ...lines.map((line) => `          ${line}`)].join("\n");
}

function headOf(report: DeepHealthReport, part: FindingPart): string {
  const { deep } = report;
  switch (part) {
    case "settings":
      return report.settings.ok ? "can be read" : "are wrong";
    case "primary":
    case "replica": {
      const health = report[part];
      const server = deep[part];
      const about =
        server === undefined
          ? []
          : [
              `SQL ${server.productVersion}, ${server.edition}`,
              `level ${server.compatibilityLevel}, user ${server.user}`,
            ];
      return [health?.url ?? "", reached(health), ...about].join("; ");
    }
    case "redis": {
      const { version, evictionPolicy } = deep.redis ?? {};
      const about = [version, evictionPolicy].filter((text) => text !== undefined);
      return [reached(report.redis), ...about].join("; ");
    }
    case "tables": {
      if (deep.tables === undefined) return "not looked at";
      const states = Object.entries(report.tables ?? {}).filter(([, number]) => number > 0);
      const counts = states.map(([state, number]) => `${number} ${state}`);
      return [`${deep.tables.tracked} tracked`, ...counts].join("; ");
    }
    case "modules": {
      if (report.modules === undefined) return "not looked at";
      const states = Object.entries(report.modules.states).filter(([, number]) => number > 0);
      return states.length === 0 ? "none is known" : states.map(([state, number]) => `${number} ${state}`).join("; ");
    }
  }
}

function reached(health: { readonly reachable: boolean; readonly milliseconds: number } | undefined): string {
  return health?.reachable === true ? `answers in ${health.milliseconds} ms` : "does not answer";
}
