import { Unsupported } from "../values/sql-error.ts";
import type { PrincipalOption } from "./ast-ddl.ts";
import type { Statement } from "./ast.ts";
import { parseIdentifier, parseString } from "./parse-names.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** CREATE LOGIN, USER, ROLE; the cursor stands at that word. */
export function parseCreatePrincipal(p: TokenCursor, pos: number, line: number): Statement {
  switch (p.expectOneOf("LOGIN", "USER", "ROLE")) {
    case "LOGIN": {
      const name = parseIdentifier(p);
      if (p.is("FROM")) throw new Unsupported("CREATE LOGIN ... FROM");
      p.expect("WITH");
      return { kind: "create-login", pos, line, name, ...parseOptions(p) };
    }
    case "USER": {
      const name = parseIdentifier(p);
      let login: string | undefined;
      if (p.acceptOneOf("FOR", "FROM") !== undefined) {
        if (!p.is("LOGIN")) throw new Unsupported(`CREATE USER ... FROM ${p.token.value}`);
        p.advance();
        login = parseIdentifier(p);
      }
      const withoutLogin = login === undefined && p.accept("WITHOUT", "LOGIN");
      const options = p.accept("WITH") ? parseOptions(p) : { password: undefined, options: [] };
      if (options.password !== undefined) throw new Unsupported("users with a password (contained databases)");
      return { kind: "create-user", pos, line, name, login, withoutLogin, options: options.options };
    }
    case "ROLE": {
      const name = parseIdentifier(p);
      const authorization = p.accept("AUTHORIZATION") ? parseIdentifier(p) : undefined;
      return { kind: "create-role", pos, line, name, authorization };
    }
  }
}

/** ALTER LOGIN, USER, ROLE, SERVER ROLE; the cursor stands at that word. */
export function parseAlterPrincipal(p: TokenCursor, pos: number, line: number): Statement {
  const server = p.accept("SERVER");
  switch (p.expectOneOf("LOGIN", "USER", "ROLE")) {
    case "LOGIN": {
      const name = parseIdentifier(p);
      const word = p.acceptOneOf("ENABLE", "DISABLE");
      const enabled = word === undefined ? undefined : word === "ENABLE";
      if (word === undefined) p.expect("WITH");
      const changes = word === undefined ? parseOptions(p) : { password: undefined, options: [] };
      return { kind: "alter-login", pos, line, name, enabled, ...changes };
    }
    case "USER": {
      const name = parseIdentifier(p);
      p.expect("WITH");
      const { password, options } = parseOptions(p);
      if (password !== undefined) throw new Unsupported("users with a password (contained databases)");
      return { kind: "alter-user", pos, line, name, options };
    }
    case "ROLE": {
      const role = parseIdentifier(p);
      const word = p.expectOneOf("ADD", "DROP", "WITH");
      if (word === "WITH") p.expect("NAME", "=");
      else p.expect("MEMBER");
      const actions = { ADD: "add member", DROP: "drop member", WITH: "rename" } as const;
      return { kind: "alter-role", pos, line, server, role, action: actions[word], name: parseIdentifier(p) };
    }
  }
}

interface PrincipalOptions {
  readonly password: string | undefined;
  readonly options: readonly PrincipalOption[];
}

/** PASSWORD = '...', NAME = value, ... */
function parseOptions(p: TokenCursor): PrincipalOptions {
  let password: string | undefined;
  const options: PrincipalOption[] = [];
  p.list(() => {
    const token = p.token;
    if (token.kind !== "word") throw p.unexpected();
    p.advance();
    p.expect("=");
    if (token.key === "PASSWORD") {
      if (p.token.kind === "binary") throw new Unsupported("hashed passwords");
      password = parseString(p);
      if (p.is("HASHED")) throw new Unsupported("hashed passwords");
      p.accept("MUST_CHANGE");
      if (p.is("OLD_PASSWORD")) throw new Unsupported("OLD_PASSWORD");
      return;
    }
    const { kind } = p.token;
    if (kind === "end" || kind === "symbol") throw p.unexpected();
    options.push({ kind: "principal-option", name: token.value.toLowerCase(), value: p.advance().value });
  });
  return { password, options };
}
