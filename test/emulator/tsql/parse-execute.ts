import { Unsupported } from "../values/sql-error.ts";
import type { ExecuteArgument, ExecuteStatement } from "./ast-control.ts";
import type { DefaultValue } from "./ast-dml.ts";
import type { Expression } from "./ast-expressions.ts";
import { isLiteral, isNegativeNumber, parseLiteral, parseNegativeNumber, wordLiteral } from "./parse-literal.ts";
import { isIdentifier, parseObjectName, parseVariableName } from "./parse-names.ts";
import { syntaxError } from "./syntax-error.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** EXEC procedure ..., EXEC ('text'). EXECUTE AS is parsed by its caller. */
export function parseExecute(p: TokenCursor): ExecuteStatement {
  const { pos, line } = p.token;
  p.expectOneOf("EXEC", "EXECUTE");
  if (p.is("(")) return parseExecuteText(p, pos, line);
  let returnVariable: string | undefined;
  if (p.token.kind === "variable" && p.is("=", 1)) {
    returnVariable = parseVariableName(p);
    p.advance();
  }
  return parseProcedureCall(p, pos, line, returnVariable);
}

/** A procedure with its arguments; also what a batch may begin with, without EXEC. */
export function parseProcedureCall(
  p: TokenCursor,
  pos: number,
  line: number,
  returnVariable: string | undefined,
): ExecuteStatement {
  const procedure = p.token.kind === "variable" ? parseVariableName(p) : parseObjectName(p);
  if (p.accept(";")) {
    // `procedure;2`: numbered procedures are long deprecated. A plain semicolon ends the statement.
    if (p.token.kind === "integer") throw new Unsupported("numbered procedures");
    p.reset(p.mark() - 1);
  }
  const args: ExecuteArgument[] = isArgumentStart(p) ? p.list(() => parseArgument(p)) : [];
  const firstNamed = args.findIndex((argument) => argument.name !== undefined);
  const positional =
    firstNamed < 0 ? -1 : args.findIndex((argument, at) => at > firstNamed && argument.name === undefined);
  if (positional >= 0) throw syntaxError.namedArguments(positional + 1, line);
  let recompile = false;
  if (p.accept("WITH", "RECOMPILE")) recompile = true;
  else if (p.areNext("WITH", "RESULT")) throw new Unsupported("EXECUTE ... WITH RESULT SETS");
  if (p.is("AT")) throw new Unsupported("EXECUTE ... AT linked server");
  return { kind: "execute", pos, line, returnVariable, procedure, arguments: args, recompile };
}

function isArgumentStart(p: TokenCursor): boolean {
  if (p.is("AT") && isIdentifier(p, 1)) return false;
  return p.token.kind === "variable" || isLiteral(p) || isNegativeNumber(p) || p.is("DEFAULT") || isIdentifier(p);
}

function parseArgument(p: TokenCursor): ExecuteArgument {
  const { pos } = p.token;
  let name: string | undefined;
  if (p.token.kind === "variable" && p.is("=", 1)) {
    name = parseVariableName(p);
    p.advance();
  }
  const value = parseArgumentValue(p);
  const output = p.acceptOneOf("OUTPUT", "OUT") !== undefined;
  if (output && (value.kind !== "variable" || p.previous === undefined)) throw p.unexpected(p.previous);
  return { kind: "execute-argument", pos, name, value, output };
}

/** Constants, variables and bare words only: the server takes no expressions here. */
function parseArgumentValue(p: TokenCursor): Expression | DefaultValue {
  const token = p.token;
  if (isLiteral(p)) return parseLiteral(p);
  if (isNegativeNumber(p)) return parseNegativeNumber(p);
  if (p.accept("DEFAULT")) return { kind: "default-value", pos: token.pos };
  if (token.kind === "variable") {
    p.advance();
    if (token.value.startsWith("@@"))
      return { kind: "global-variable", pos: token.pos, name: token.value.toLowerCase() };
    return { kind: "variable", pos: token.pos, name: token.value };
  }
  if (!isIdentifier(p)) throw p.unexpected();
  return wordLiteral(p.advance());
}

function parseExecuteText(p: TokenCursor, pos: number, line: number): ExecuteStatement {
  p.expect("(");
  const parts: Expression[] = [];
  do {
    if (p.token.kind !== "variable" && p.token.kind !== "string" && p.token.kind !== "unicode-string")
      throw p.unexpected();
    parts.push(parseTextPart(p));
  } while (p.accept("+"));
  if (p.is(",")) throw new Unsupported("EXECUTE (text, arguments)");
  p.expect(")");
  if (p.is("AS") && (p.is("USER", 1) || p.is("LOGIN", 1))) throw new Unsupported("EXECUTE (text) AS");
  if (p.is("AT")) throw new Unsupported("EXECUTE ... AT linked server");
  return { kind: "execute-text", pos, line, parts };
}

function parseTextPart(p: TokenCursor): Expression {
  const token = p.token;
  if (token.kind !== "variable") return parseLiteral(p);
  p.advance();
  return { kind: "variable", pos: token.pos, name: token.value };
}
