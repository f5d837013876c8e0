import type { SqlError } from "../../values/sql-error.ts";

/**
 * What an error ends, where no TRY catches it ("Understanding error handling", "SET XACT_ABORT", "Errors and resolutions"; what
 * documentation leaves open follows the behaviour that is commonly described for the server).
 * "statement": the next statement runs. "scope": the batch or module that failed to compile ends, its caller goes on.
 * "batch": the batch ends and the transaction is rolled back. "batch-keep": the batch ends, the transaction stays.
 */
export type ErrorEffect = "statement" | "scope" | "batch" | "batch-keep";

/** Conversions, deadlocks, snapshot failures: they end the batch and roll back. */
// prettier-ignore
const BATCH_ENDING: ReadonlySet<number> = new Set([
  235, 241, 242, 244, 245, 248, 293, 295, 296, 529, 1205, 1204, 3928, 3951, 3952, 3957, 3960, 3961, 3964, 3998, 8114, 8169,
  13608, 13609,
]);

/** Found while a statement is compiled: names that are not there, types that do not meet, SET options that its table does not take. */
// prettier-ignore
const COMPILE_TIME: ReadonlySet<number> = new Set([
  102, 104, 105, 107, 108, 109, 110, 116, 117, 120, 121, 130, 137, 141, 145, 155, 156, 164, 174, 189, 195, 205, 206, 207, 208, 209, 213, 214,
  243, 257, 259, 263, 264, 271, 272, 273, 305, 306, 402, 408, 412, 448, 451, 457, 468, 1011, 1013, 1087, 1934, 2715, 4104, 4121, 8117, 8120, 8121,
  8127, 8133, 8155, 8156, 8158, 8159, 10709, 10741,
]);

export function effectOf(error: SqlError, xactAbort: boolean, thrown: boolean): ErrorEffect {
  if (error.severity >= 20) return "batch";
  if (thrown) return xactAbort ? "batch" : "batch-keep";
  if (BATCH_ENDING.has(error.number)) return "batch";
  if (COMPILE_TIME.has(error.number)) return xactAbort ? "batch" : "scope";
  return xactAbort && error.severity >= 11 ? "batch" : "statement";
}

/** Whether an error that a TRY caught leaves the transaction to be rolled back only. */
export function dooms(error: SqlError, xactAbort: boolean, thrown: boolean): boolean {
  if (xactAbort) return true;
  return !thrown && BATCH_ENDING.has(error.number);
}

export function isCompileError(error: SqlError): boolean {
  return COMPILE_TIME.has(error.number);
}
