import type { ExplainedError } from "../db/explain-error.ts";

/**
 * Something that an operator should know. "fatal": nothing is synced; "error": a table is not, or rows are in danger; "warning": all works, and
 * could work better; "info": advice, and what could not be looked at. Only the deep report has the last.
 */
export interface Finding extends ExplainedError {
  readonly severity: "fatal" | "error" | "warning" | "info";
}

/** What a finding is about. */
export type FindingPart = "settings" | "primary" | "replica" | "redis" | "tables" | "modules";

export interface PlacedFinding extends Finding {
  readonly part: FindingPart;
}

export function placed(part: FindingPart, findings: readonly Finding[]): PlacedFinding[] {
  return findings.map((finding) => ({ ...finding, part }));
}
