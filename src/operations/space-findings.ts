import { quoteName } from "../sql/quote.ts";
import type { Finding } from "./finding.ts";

export interface FileSpace {
  readonly name: string;
  readonly kind: "data" | "log";
  readonly bytes: number;
  /** What it may grow to; null: until the disk is full, which cannot be seen from here. */
  readonly maxBytes: number | null;
  /** null: the server does not tell. */
  readonly usedBytes: number | null;
}

export interface SpaceFacts {
  /** Of the whole database, on Azure SQL Database; null elsewhere, or without a limit. */
  readonly maxBytes: number | null;
  readonly files: readonly FileSpace[];
}

const warningShare = 0.85;
const errorShare = 0.95;

/** A database that will soon take no more rows. Pure. */
export function spaceFindings(space: SpaceFacts, database: string, logReuseWait: string): Finding[] {
  const findings: Finding[] = [];
  const data = space.files.filter(({ kind }) => kind === "data");
  const used = total(data.map(({ usedBytes }) => usedBytes));
  const limits = [space.maxBytes, total(data.map(({ maxBytes }) => maxBytes))].filter((limit) => limit !== null);
  const name = quoteName(database);
  const most = Math.min(...limits);
  if (used !== null && limits.length > 0 && used >= warningShare * most) {
    findings.push({
      severity: severityOf(used / most),
      what: `the replica's database is ${share(used / most)} full: ${size(used)} of ${size(most)}`,
      fix:
        space.maxBytes === most
          ? `ALTER DATABASE ${name} MODIFY (MAXSIZE = ...);, or a larger service objective`
          : data
              .map(
                (file) => `ALTER DATABASE ${name} MODIFY FILE (NAME = ${quoteName(file.name)}, MAXSIZE = UNLIMITED);`,
              )
              .join("\n"),
    });
  }
  // With several log files the next one takes over where one is full.
  const logs = space.files.filter(({ kind }) => kind === "log");
  const logUsed = total(logs.map(({ usedBytes }) => usedBytes));
  const logMost = total(logs.map(({ maxBytes }) => maxBytes));
  if (logUsed !== null && logMost !== null && logMost > 0 && logUsed >= warningShare * logMost) {
    const kept = logReuseWait === "NOTHING" ? "" : `; what keeps it is ${logReuseWait}`;
    findings.push({
      severity: severityOf(logUsed / logMost),
      what: `the replica's transaction log is ${share(logUsed / logMost)} full: ${size(logUsed)} of ${size(logMost)}${kept}`,
      fix: [
        ...logs.map(
          (file) => `ALTER DATABASE ${name} MODIFY FILE (NAME = ${quoteName(file.name)}, MAXSIZE = UNLIMITED);`,
        ),
        ...(logReuseWait === "LOG_BACKUP" ? [`BACKUP LOG ${name} TO DISK = '...';`] : []),
      ].join("\n"),
    });
  }
  if (data.some(({ usedBytes }) => usedBytes === null)) {
    findings.push({ severity: "info", what: "how full the replica's files are cannot be seen by this login" });
  }
  return findings;
}

function severityOf(used: number): "warning" | "error" {
  return used >= errorShare ? "error" : "warning";
}

/** null where any part is not known, or there is none. */
function total(parts: readonly (number | null)[]): number | null {
  if (parts.length === 0) return null;
  return parts.reduce<number | null>((sum, part) => (sum === null || part === null ? null : sum + part), 0);
}

function share(part: number): string {
  return `${Math.floor(part * 100)} %`;
}

function size(bytes: number): string {
  const megabytes = bytes / 1024 ** 2;
  return megabytes < 10_240
    ? `${Math.round(megabytes).toLocaleString("en-US")} MB`
    : `${(megabytes / 1024).toFixed(1)} GB`;
}
