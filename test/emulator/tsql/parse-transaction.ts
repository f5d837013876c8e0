import { Unsupported } from "../values/sql-error.ts";
import type { Statement } from "./ast.ts";
import { isIdentifier, parseOnOff, parseString } from "./parse-names.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** BEGIN TRAN; the cursor stands after BEGIN. */
export function parseBeginTransaction(p: TokenCursor, pos: number, line: number): Statement {
  if (p.is("DISTRIBUTED")) throw new Unsupported("BEGIN DISTRIBUTED TRANSACTION");
  p.expectOneOf("TRAN", "TRANSACTION");
  const name = acceptName(p);
  let mark: string | undefined;
  if (name !== undefined && p.accept("WITH", "MARK")) {
    mark = p.token.kind === "string" || p.token.kind === "unicode-string" ? parseString(p) : "";
  }
  return { kind: "begin-transaction", pos, line, name, mark };
}

/** COMMIT [TRAN[SACTION] [name] | WORK] [WITH (DELAYED_DURABILITY = ON | OFF)] */
export function parseCommit(p: TokenCursor): Statement {
  const { pos, line } = p.expect("COMMIT");
  const name = acceptTransactionWord(p) ? acceptName(p) : undefined;
  let delayedDurability: boolean | undefined;
  if (p.areNext("WITH", "(", "DELAYED_DURABILITY")) {
    p.expect("WITH", "(", "DELAYED_DURABILITY", "=");
    delayedDurability = parseOnOff(p);
    p.expect(")");
  }
  return { kind: "commit-transaction", pos, line, name, delayedDurability };
}

export function parseRollback(p: TokenCursor): Statement {
  const { pos, line } = p.expect("ROLLBACK");
  return { kind: "rollback-transaction", pos, line, name: acceptTransactionWord(p) ? acceptName(p) : undefined };
}

export function parseSave(p: TokenCursor): Statement {
  const { pos, line } = p.expect("SAVE");
  p.expectOneOf("TRAN", "TRANSACTION");
  const name = acceptName(p);
  if (name === undefined) throw p.unexpected();
  return { kind: "save-transaction", pos, line, name };
}

/** @returns whether a name may follow: after TRAN and TRANSACTION, not after WORK or nothing */
function acceptTransactionWord(p: TokenCursor): boolean {
  const word = p.acceptOneOf("TRAN", "TRANSACTION", "WORK");
  return word === "TRAN" || word === "TRANSACTION";
}

function acceptName(p: TokenCursor): string | undefined {
  return isIdentifier(p) || p.token.kind === "variable" ? p.advance().value : undefined;
}
