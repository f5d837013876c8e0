import { Unsupported } from "../values/sql-error.ts";
import type { AlterAuthorizationStatement, AlterSchemaTransferStatement, CreateSchemaStatement } from "./ast-ddl.ts";
import { parseIdentifier, parseObjectName } from "./parse-names.ts";
import { syntaxError } from "./syntax-error.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** CREATE SCHEMA: first in its batch (error 111). The tables and grants it may hold are not modelled. */
export function parseCreateSchema(p: TokenCursor, pos: number, line: number): CreateSchemaStatement {
  if (p.mark() !== 1) throw syntaxError.mustBeFirst("CREATE SCHEMA", line);
  p.expect("SCHEMA");
  const name = p.is("AUTHORIZATION") ? undefined : parseIdentifier(p);
  const authorization = p.accept("AUTHORIZATION") ? parseIdentifier(p) : undefined;
  if (name === undefined && authorization === undefined) throw p.unexpected();
  if (p.isOneOf("CREATE", "GRANT", "REVOKE", "DENY")) throw new Unsupported("CREATE SCHEMA with elements");
  return { kind: "create-schema", pos, line, name, authorization };
}

/** ALTER SCHEMA schema TRANSFER [OBJECT:: | TYPE::] name */
export function parseAlterSchema(p: TokenCursor, pos: number, line: number): AlterSchemaTransferStatement {
  p.expect("SCHEMA");
  const schema = parseIdentifier(p);
  p.expect("TRANSFER");
  let target: "object" | "type" = "object";
  if (p.is("::", 1)) {
    target = p.expectOneOf("OBJECT", "TYPE") === "TYPE" ? "type" : "object";
    p.advance();
  }
  return { kind: "alter-schema-transfer", pos, line, schema, class: target, name: parseObjectName(p) };
}

/** ALTER AUTHORIZATION ON [class::]name TO principal | SCHEMA OWNER */
export function parseAlterAuthorization(p: TokenCursor, pos: number, line: number): AlterAuthorizationStatement {
  p.expect("AUTHORIZATION", "ON");
  let target: AlterAuthorizationStatement["class"] = "object";
  if (p.is("::", 1)) {
    const classes = { OBJECT: "object", SCHEMA: "schema", DATABASE: "database", TYPE: "type", ROLE: "role" } as const;
    target = classes[p.expectOneOf("OBJECT", "SCHEMA", "DATABASE", "TYPE", "ROLE")];
    p.advance();
  }
  const name = parseObjectName(p);
  p.expect("TO");
  const owner = p.accept("SCHEMA", "OWNER") ? undefined : parseIdentifier(p);
  return { kind: "alter-authorization", pos, line, class: target, name, owner };
}
