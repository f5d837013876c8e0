import type { PermissionStatement } from "./ast-ddl.ts";
import { parseColumnNames, parseIdentifier, parseObjectName } from "./parse-names.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** GRANT, DENY, REVOKE. */
export function parsePermission(p: TokenCursor): PermissionStatement {
  const { pos, line } = p.token;
  const action = ({ GRANT: "grant", DENY: "deny", REVOKE: "revoke" } as const)[
    p.expectOneOf("GRANT", "DENY", "REVOKE")
  ];
  let grantOption = action === "revoke" && p.accept("GRANT", "OPTION", "FOR");
  const permissions = p.list(() => parsePermissionName(p));
  const on = p.accept("ON") ? parseSecurable(p) : undefined;
  if (action === "revoke") p.expectOneOf("TO", "FROM");
  else p.expect("TO");
  const principals = p.list(() => (p.accept("PUBLIC") ? "public" : parseIdentifier(p)));
  if (action === "grant" && p.accept("WITH", "GRANT", "OPTION")) grantOption = true;
  const cascade = action !== "grant" && p.accept("CASCADE");
  const as = p.accept("AS") ? parseIdentifier(p) : undefined;
  return { kind: "permission", pos, line, action, permissions, on, principals, grantOption, cascade, as };
}

/** Words up to the next comma, parenthesis, ON, TO or FROM: most permissions are made of keywords. */
function parsePermissionName(p: TokenCursor): PermissionStatement["permissions"][number] {
  const words: string[] = [];
  while (p.token.kind === "word" && !p.isOneOf("ON", "TO", "FROM")) words.push(p.advance().value.toLowerCase());
  if (words.length === 0) throw p.unexpected();
  let name = words.join(" ");
  if (name === "all privileges") name = "all";
  if (name === "exec") name = "execute";
  return { name, columns: p.is("(") ? parseColumnNames(p) : [] };
}

/** `[class::]name [(columns)]` */
function parseSecurable(p: TokenCursor): NonNullable<PermissionStatement["on"]> {
  let ahead = 0;
  while (p.at(ahead).kind === "word") ahead++;
  let securableClass = "object";
  if (ahead > 0 && p.is("::", ahead)) {
    const words: string[] = [];
    while (!p.is("::")) words.push(p.advance().value.toLowerCase());
    p.advance();
    securableClass = words.join(" ");
  }
  const name = parseObjectName(p);
  return { class: securableClass, name, columns: p.is("(") ? parseColumnNames(p) : [] };
}
