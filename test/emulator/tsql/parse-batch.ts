import { Unsupported } from "../values/sql-error.ts";
import type { Batch } from "./ast.ts";

export interface ParseOptions {
  /** Default true: "x" is an identifier; false: a string. */
  readonly quotedIdentifier?: boolean;
}

/**
 * @throws SqlError with the server's number, text and line (102, 103, 105, 111, 113, 156, ...);
 *   Unsupported for T-SQL that the emulator does not model
 */
export function parseBatch(text: string, options: ParseOptions = {}): Batch {
  throw new Unsupported(`${text.length} ${String(options.quotedIdentifier)}`);
}
