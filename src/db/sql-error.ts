/**
 * Errors of SQL Server by number, as data. Texts are never looked at: they change with the server's language.
 * https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors
 */

/** Pass on their own: deadlocks, throttling, failovers, lost connections. */
const transientNumbers: ReadonlySet<number> = new Set([
  20, 64, 233, 1205, 1222, 3960, 3961, 4060, 4221, 10053, 10054, 10060, 10928, 10929, 10936, 40143, 40197, 40501, 40540,
  40613, 42108, 42109, 49918, 49919, 49920,
]);

/**
 * Pass within seconds on a connection that goes on: deadlock victims, resource limits, reconfigurations.
 * https://learn.microsoft.com/azure/azure-sql/database/troubleshoot-common-errors-issues
 */
const shortLivedNumbers: readonly number[] = [
  1205, 4221, 10928, 10929, 10936, 40143, 40197, 40501, 40540, 40613, 42108, 42109, 49918, 49919, 49920,
];

/** tedious' own codes for a connection that is gone or was never made. */
const transientCodes: ReadonlySet<string> = new Set([
  "ESOCKET",
  "ETIMEOUT",
  "ECONNCLOSED",
  "ECONNRESET",
  "EINSTLOOKUP",
]);

interface ErrorFields {
  readonly number?: unknown;
  readonly message?: unknown;
  readonly code?: unknown;
  readonly errors?: unknown;
  readonly cause?: unknown;
  readonly originalError?: unknown;
}

/** The error itself and everything it was caused by or gathers, outermost first. */
function* chain(error: unknown, depth = 0): Generator<ErrorFields> {
  if (typeof error !== "object" || error === null || depth > 8) return;
  const fields = error as ErrorFields;
  yield fields;
  for (const inner of Array.isArray(fields.errors) ? (fields.errors as unknown[]) : []) yield* chain(inner, depth + 1);
  yield* chain(fields.originalError, depth + 1);
  yield* chain(fields.cause, depth + 1);
}

/** The number of the first SQL Server error in an error, its causes and the errors it gathers. */
export function sqlErrorNumber(error: unknown): number | undefined {
  for (const fields of chain(error)) if (typeof fields.number === "number" && fields.number > 0) return fields.number;
  return undefined;
}

/** The text of that first error, as the server wrote it; undefined where no server spoke. */
export function sqlErrorText(error: unknown): string | undefined {
  for (const fields of chain(error)) {
    if (typeof fields.number === "number" && fields.number > 0) return String(fields.message);
  }
  return undefined;
}

/** Whether any error of the chain has this number; one failing batch may raise several. */
export function hasSqlErrorNumber(error: unknown, ...numbers: readonly number[]): boolean {
  for (const fields of chain(error)) if (numbers.includes(fields.number as number)) return true;
  return false;
}

/** Whether trying again later, without anybody doing anything, can be expected to help. */
export function isTransient(error: unknown): boolean {
  for (const fields of chain(error)) {
    if (transientNumbers.has(fields.number as number)) return true;
    if (transientCodes.has(fields.code as string)) return true;
  }
  return false;
}

/** Whether a connection broke that had stood, as those of a pool do in a failover: the next one may be as good as ever. */
export function isBrokenConnection(error: unknown): boolean {
  for (const { code } of chain(error)) if (code === "ECONNRESET" || code === "ECONNCLOSED") return true;
  return false;
}

/** Whether trying again after a moment, in the same tick, can be expected to help. */
export function isShortLived(error: unknown): boolean {
  return hasSqlErrorNumber(error, ...shortLivedNumbers);
}

/** Whether no connection could be made or it was lost: says something of the server, not of the table. */
export function isConnectionLoss(error: unknown): boolean {
  for (const fields of chain(error)) if (transientCodes.has(fields.code as string)) return true;
  return hasSqlErrorNumber(error, 4060, 18456, 40613, 10054, 10053, 10060, 233, 64);
}
