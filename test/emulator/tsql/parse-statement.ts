import { Unsupported } from "../values/sql-error.ts";
import type { Statement } from "./ast.ts";
import {
  parseBegin,
  parseDeclare,
  parseIf,
  parseJump,
  parsePrint,
  parseRaiserror,
  parseReturn,
  parseThrow,
  parseWaitFor,
  parseWhile,
} from "./parse-control.ts";
import { parseAlter, parseCreate, parseDrop } from "./parse-ddl.ts";
import { parseDelete, parseInsert, parseTruncate, parseUpdate } from "./parse-dml.ts";
import { parseExecute } from "./parse-execute.ts";
import { parseInsertBulk } from "./parse-insert-bulk.ts";
import { parseMerge } from "./parse-merge.ts";
import { isLabel } from "./parse-names.ts";
import { parsePermission } from "./parse-permission.ts";
import { parseDbcc, parseEnableTrigger, parseExecuteAs, parseKill, parseUse } from "./parse-server.ts";
import { parseSet } from "./parse-set.ts";
import { parseCommit, parseRollback, parseSave } from "./parse-transaction.ts";
import { parseSelectStatement, parseWith } from "./parse-with.ts";
import { syntaxError } from "./syntax-error.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** T-SQL that the emulator does not model, by the statement's first word. */
const unsupported: ReadonlySet<string> = new Set([
  ...["BACKUP", "BULK", "CLOSE", "DEALLOCATE", "FETCH", "OPEN", "READTEXT", "RECONFIGURE", "RESTORE", "SETUSER"],
  ...["SHUTDOWN", "UPDATETEXT", "WRITETEXT", "DUMP", "LOAD", "LINENO"],
]);

type StatementParser = (p: TokenCursor) => Statement;

const byKeyword: ReadonlyMap<string, StatementParser> = new Map<string, StatementParser>([
  ["SELECT", (p) => parseSelectStatement(p)],
  ["(", (p) => parseSelectStatement(p)],
  ["WITH", parseWithStatement],
  ["INSERT", (p) => (p.is("BULK", 1) ? parseInsertBulk(p) : parseInsert(p))],
  ["UPDATE", (p) => parseUpdate(p)],
  ["DELETE", (p) => parseDelete(p)],
  ["MERGE", (p) => parseMerge(p)],
  ["TRUNCATE", parseTruncate],
  ["CREATE", parseCreate],
  ["ALTER", parseAlter],
  ["DROP", parseDrop],
  ["DECLARE", parseDeclare],
  ["SET", parseSet],
  ["IF", parseIf],
  ["WHILE", parseWhile],
  ["BEGIN", parseBegin],
  ["BREAK", parseJump],
  ["CONTINUE", parseJump],
  ["GOTO", parseJump],
  ["RETURN", parseReturn],
  ["PRINT", parsePrint],
  ["RAISERROR", parseRaiserror],
  ["WAITFOR", parseWaitFor],
  ["EXEC", (p) => (p.is("AS", 1) ? parseExecuteAs(p) : parseExecute(p))],
  ["EXECUTE", (p) => (p.is("AS", 1) ? parseExecuteAs(p) : parseExecute(p))],
  ["COMMIT", parseCommit],
  ["ROLLBACK", parseRollback],
  ["SAVE", parseSave],
  ["USE", parseUse],
  ["DBCC", parseDbcc],
  ["KILL", parseKill],
  ["GRANT", parsePermission],
  ["DENY", parsePermission],
  ["REVOKE", parsePermission],
  ["CHECKPOINT", parseWordStatement],
  ["REVERT", parseWordStatement],
]);

/** One statement, without the semicolon that may end it. */
export function parseStatement(p: TokenCursor): Statement {
  const { key, pos, line } = p.token;
  if (unsupported.has(key)) throw new Unsupported(key);
  const parse = byKeyword.get(key);
  if (parse !== undefined) return p.nested(() => parse(p));
  if (isLabel(p)) {
    const label = p.advance().value;
    p.expect(":");
    return { kind: "label", pos, line, label };
  }
  if (key === "THROW") return parseThrow(p);
  if ((key === "ENABLE" || key === "DISABLE") && p.is("TRIGGER", 1)) return parseEnableTrigger(p);
  if (key === "GET" || key === "SEND" || key === "RECEIVE") throw new Unsupported(key);
  throw p.unexpected();
}

/** Statements and semicolons up to that keyword or the end of the text; END also stops. */
export function parseStatementsUntil(p: TokenCursor, stop: "END" | "nothing"): Statement[] {
  const statements: Statement[] = [];
  for (;;) {
    while (p.accept(";")) continue;
    if (p.atEnd || (stop === "END" && p.is("END"))) return statements;
    if (p.is("WITH") && statements.length > 0 && p.previous?.key !== ";") {
      throw syntaxError.withoutSemicolon(p.line);
    }
    // THROW is no reserved word: it must be seen that a statement ended before it.
    if (p.is("THROW") && statements.length > 0 && p.previous?.key !== ";") throw p.unexpected();
    statements.push(parseStatement(p));
  }
}

/** WITH ... before SELECT and DML. */
function parseWithStatement(p: TokenCursor): Statement {
  const prefix = parseWith(p);
  switch (p.token.key) {
    case "SELECT":
    case "(":
      if (prefix.changeTrackingContext !== undefined) throw syntaxError.contextWithSelect(p.line);
      return parseSelectStatement(p, prefix);
    case "INSERT":
      return parseInsert(p, prefix);
    case "UPDATE":
      return parseUpdate(p, prefix);
    case "DELETE":
      return parseDelete(p, prefix);
    case "MERGE":
      return parseMerge(p, prefix);
    default:
      throw p.unexpected();
  }
}

function parseWordStatement(p: TokenCursor): Statement {
  const { pos, line, key } = p.advance();
  return key === "REVERT" ? { kind: "revert", pos, line } : { kind: "checkpoint", pos, line };
}
