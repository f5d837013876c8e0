import { DatabaseFailed } from "../db/explain-error.ts";
import { StatementFailed } from "../db/statement-failed.ts";
import { RelayError } from "../relay/relay-error.ts";
import { RedisUnavailable } from "../state/connect-redis.ts";
import { sqlErrorNumber } from "../db/sql-error.ts";
import { type attributeValues, noErrorNumber } from "./telemetry-names.ts";

export type Side = (typeof attributeValues.side)[number];

/** Where an error comes from, by the outermost of its causes that knows. */
export function errorSide(error: unknown): Side {
  for (const cause of causes(error)) {
    if (cause instanceof RedisUnavailable) return "redis";
    if (cause instanceof RelayError) return cause.side === "source" ? "primary" : "replica";
    if (cause instanceof DatabaseFailed) return cause.role;
    if (cause instanceof StatementFailed && cause.role !== undefined) return cause.role;
  }
  return "app";
}

/** Its SQL Server number, else the code of the driver or of Node (`ESOCKET`), else that it has none. */
export function errorNumber(error: unknown): string {
  const number = sqlErrorNumber(error);
  if (number !== undefined) return number.toString();
  for (const cause of causes(error)) {
    const { code } = cause as { readonly code?: unknown };
    // Codes are words of programs; anything else might be a text with values in it.
    if (typeof code === "string" && /^[A-Z][A-Z0-9_]{2,30}$/.test(code)) return code;
  }
  return noErrorNumber;
}

/** The error and what it was caused by, outermost first. */
function causes(error: unknown): object[] {
  const found: object[] = [];
  for (let at = error; typeof at === "object" && at !== null && found.length < 12;) {
    found.push(at);
    at = (at as { readonly cause?: unknown }).cause;
  }
  return found;
}
