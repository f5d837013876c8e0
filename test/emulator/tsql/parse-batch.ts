import type { Batch, Statement } from "./ast.ts";
import { checkDeclarations } from "./check-declarations.ts";
import { parseProcedureCall } from "./parse-execute.ts";
import { isIdentifier } from "./parse-names.ts";
import { parseStatementsUntil } from "./parse-statement.ts";
import { TokenCursor } from "./token-cursor.ts";

export interface ParseOptions {
  /** Default true: "x" is an identifier; false: a string. SET QUOTED_IDENTIFIER in the batch changes it from there on. */
  readonly quotedIdentifier?: boolean;
}

/** First words of statements that are not reserved, so that a batch that begins with them is no procedure call. */
const statementWords: ReadonlySet<string> = new Set(["THROW", "ENABLE", "DISABLE", "GET", "SEND", "RECEIVE"]);

/**
 * One batch. GO is a client's word: here it is a name like any other.
 * @throws SqlError with the server's number, text and line (102, 103, 105, 111, 113, 156, ...);
 *   Unsupported for T-SQL that the emulator does not model
 */
export function parseBatch(text: string, options: ParseOptions = {}): Batch {
  const p = new TokenCursor(text, options.quotedIdentifier ?? true);
  const statements: Statement[] = [];
  while (p.accept(";")) continue;
  if (isProcedureCall(p)) {
    const { pos, line } = p.token;
    statements.push(parseProcedureCall(p, pos, line, undefined));
  }
  statements.push(...parseStatementsUntil(p, "nothing"));
  checkDeclarations(statements);
  return { kind: "batch", text, statements };
}

/** Only at the start of a batch EXEC may be left out. */
function isProcedureCall(p: TokenCursor): boolean {
  if (!isIdentifier(p)) return false;
  return !statementWords.has(p.token.key);
}
