import { Unsupported } from "../values/sql-error.ts";
import type { EnableTriggerStatement } from "./ast-control.ts";
import type { Expression } from "./ast-expressions.ts";
import type { Statement } from "./ast.ts";
import { parseExpression } from "./parse-expression.ts";
import { isLiteral, isNegativeNumber, parseLiteral, parseNegativeNumber, wordLiteral } from "./parse-literal.ts";
import { isIdentifier, parseIdentifier, parseObjectName, parseVariableName } from "./parse-names.ts";
import type { TokenCursor } from "./token-cursor.ts";

export function parseUse(p: TokenCursor): Statement {
  const { pos, line } = p.expect("USE");
  return { kind: "use", pos, line, database: parseIdentifier(p) };
}

/** DBCC command [(arguments)] [WITH options] */
export function parseDbcc(p: TokenCursor): Statement {
  const { pos, line } = p.expect("DBCC");
  const command = parseIdentifier(p).toLowerCase();
  let args: Expression[] = [];
  if (p.accept("(")) {
    if (!p.is(")")) args = p.list(() => parseDbccArgument(p));
    p.expect(")");
  }
  const options = p.accept("WITH") ? p.list(() => parseIdentifier(p).toLowerCase()) : [];
  return { kind: "dbcc", pos, line, command, arguments: args, options };
}

function parseDbccArgument(p: TokenCursor): Expression {
  if (isLiteral(p)) return parseLiteral(p);
  if (isNegativeNumber(p)) return parseNegativeNumber(p);
  const token = p.token;
  if (token.kind === "variable") return { kind: "variable", pos: token.pos, name: parseVariableName(p) };
  if (!isIdentifier(p)) throw p.unexpected();
  const { pos } = token;
  const name = parseObjectName(p);
  return { ...wordLiteral(token), value: p.textFrom(pos), text: name.name };
}

export function parseKill(p: TokenCursor): Statement {
  const { pos, line } = p.expect("KILL");
  if (isIdentifier(p)) throw new Unsupported(`KILL ${p.token.value}`);
  if (!isLiteral(p)) throw p.unexpected();
  const session = parseLiteral(p);
  if (p.is("WITH")) throw new Unsupported("KILL ... WITH STATUSONLY");
  return { kind: "kill", pos, line, session };
}

/** ENABLE | DISABLE TRIGGER ALL | names ON object | DATABASE | ALL SERVER */
export function parseEnableTrigger(p: TokenCursor): EnableTriggerStatement {
  const { pos, line, key } = p.advance();
  p.expect("TRIGGER");
  const names = p.accept("ALL") ? ("all" as const) : p.list(() => parseObjectName(p));
  p.expect("ON");
  const on = p.accept("DATABASE") ? "database" : p.accept("ALL", "SERVER") ? "all server" : parseObjectName(p);
  return { kind: "enable-trigger", pos, line, enabled: key === "ENABLE", names, on };
}

/** EXECUTE AS USER = 'name' | LOGIN = 'name' | CALLER */
export function parseExecuteAs(p: TokenCursor): Statement {
  const { pos, line } = p.advance();
  p.expect("AS");
  const word = p.expectOneOf("USER", "LOGIN", "CALLER");
  if (word === "CALLER") return { kind: "execute-as", pos, line, principal: "caller", name: undefined };
  p.expect("=");
  const name = parseExpression(p);
  if (p.is("WITH")) throw new Unsupported("EXECUTE AS ... WITH");
  return { kind: "execute-as", pos, line, principal: word === "USER" ? "user" : "login", name };
}
