import type { ExplainedError } from "../db/explain-error.ts";

/**
 * Something that an operator should know. "fatal": nothing is synced; "error": a table is not; "warning": all works, and
 * could work better.
 */
export interface Finding extends ExplainedError {
  readonly severity: "fatal" | "error" | "warning";
}
