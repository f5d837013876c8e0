import { sqlError } from "../../values/error-table.ts";
import type { SessionOptions } from "./session-options.ts";

const USES =
  "indexed views and/or indexes on computed columns and/or filtered indexes and/or query notifications and/or XML data type methods and/or spatial index operations";

/**
 * "Create indexed views", required SET options. ARITHABORT is missing: ANSI_WARNINGS ON sets it to ON implicitly, and ANSI_WARNINGS
 * OFF is refused by itself.
 */
export function wrongIndexOptions(options: SessionOptions): string[] {
  const wrong: readonly [boolean, string][] = [
    [!options.ansiNulls, "ANSI_NULLS"],
    [!options.quotedIdentifier, "QUOTED_IDENTIFIER"],
    [!options.concatNullYieldsNull, "CONCAT_NULL_YIELDS_NULL"],
    [!options.ansiWarnings, "ANSI_WARNINGS"],
    [!options.ansiPadding, "ANSI_PADDING"],
    [options.numericRoundAbort, "NUMERIC_ROUNDABORT"],
  ];
  return wrong.flatMap(([is, name]) => (is ? [name] : []));
}

/** @param verb "CREATE INDEX", "INSERT", ... @throws SqlError 1934 */
export function requireIndexOptions(verb: string, options: SessionOptions): void {
  const wrong = wrongIndexOptions(options);
  if (wrong.length > 0) throw sqlError(1934, verb, wrong.join(", "), USES);
}
