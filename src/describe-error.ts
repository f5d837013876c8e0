/** Ends of lines and control characters, which could make one line of a log look like several. */
const unprintable = /[\p{Cc}\u2028\u2029]+/gu;

/** An error and its causes on one line, outermost first: `sync User: run SELECT ...: Login failed (18456)`. */
export function describeError(error: unknown): string {
  const parts: string[] = [];
  collect(error, parts, 0);
  return parts.join(": ").replace(unprintable, " ");
}

function collect(error: unknown, parts: string[], depth: number): void {
  if (depth > 8 || error === undefined || error === null) return;
  if (!(error instanceof Error)) {
    if (typeof error === "string") parts.push(error);
    return;
  }
  const { number, code } = error as { number?: unknown; code?: unknown };
  const text = error.message === "" && typeof code === "string" ? code : error.message;
  const line = typeof number === "number" ? `${text} (SQL error ${number})` : text;
  // The driver wraps its own errors in others of the same text.
  if (line !== "" && parts.at(-1) !== line) parts.push(line);
  if (error instanceof AggregateError && error.errors.length > 0 && error.message === "") {
    collect(error.errors[0], parts, depth + 1);
  }
  collect(error.cause, parts, depth + 1);
}
