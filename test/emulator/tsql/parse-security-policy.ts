import { Unsupported } from "../values/sql-error.ts";
import type { AlterSecurityPolicyStatement, CreateSecurityPolicyStatement, SecurityPredicate } from "./ast-ddl.ts";
import type { ObjectName } from "./ast-names.ts";
import { parseObjectName, parseOnOff } from "./parse-names.ts";
import { parseArguments } from "./parse-primary.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** CREATE SECURITY POLICY; the cursor stands at SECURITY. */
export function parseCreateSecurityPolicy(p: TokenCursor, pos: number, line: number): CreateSecurityPolicyStatement {
  p.expect("SECURITY", "POLICY");
  const name = parseObjectName(p);
  const predicates = p.list(() => parseSecurityPredicate(p));
  let enabled: boolean | undefined;
  let schemaBinding: boolean | undefined;
  if (p.accept("WITH")) {
    p.parenthesized(() => {
      // The comma between the two may be left out ("CREATE SECURITY POLICY", Syntax).
      do {
        const option = p.expectOneOf("STATE", "SCHEMABINDING");
        p.expect("=");
        if (option === "STATE") enabled = parseOnOff(p);
        else schemaBinding = parseOnOff(p);
      } while (p.accept(",") || p.isOneOf("STATE", "SCHEMABINDING"));
    });
  }
  const notForReplication = p.accept("NOT", "FOR", "REPLICATION");
  return { kind: "create-security-policy", pos, line, name, predicates, enabled, schemaBinding, notForReplication };
}

function parseSecurityPredicate(p: TokenCursor): SecurityPredicate {
  p.expect("ADD");
  const type = p.acceptOneOf("FILTER", "BLOCK") === "BLOCK" ? "block" : "filter";
  p.expect("PREDICATE");
  const start = p.token.pos;
  const functionName = parseObjectName(p);
  const args = parseArguments(p);
  const text = p.textFrom(start);
  p.expect("ON");
  const table = parseObjectName(p);
  let operation: SecurityPredicate["operation"];
  if (type === "block") {
    if (p.accept("AFTER")) operation = p.expectOneOf("INSERT", "UPDATE") === "INSERT" ? "after insert" : "after update";
    else if (p.accept("BEFORE")) {
      operation = p.expectOneOf("UPDATE", "DELETE") === "UPDATE" ? "before update" : "before delete";
    }
  }
  return { kind: "security-predicate", type, function: functionName, arguments: args, text, table, operation };
}

/** ALTER SECURITY POLICY name [DROP FILTER PREDICATE ON table, ...] [WITH (STATE = ON | OFF)]; the cursor stands at SECURITY. */
export function parseAlterSecurityPolicy(p: TokenCursor, pos: number, line: number): AlterSecurityPolicyStatement {
  p.expect("SECURITY", "POLICY");
  const name = parseObjectName(p);
  if (p.isOneOf("ADD", "ALTER")) throw new Unsupported("ALTER SECURITY POLICY that adds or alters predicates");
  const unfiltered = p.is("DROP") ? p.list(() => parseDroppedPredicate(p)) : [];
  if (unfiltered.length > 0 && !p.is("WITH")) {
    return { kind: "alter-security-policy", pos, line, name, unfiltered, enabled: undefined };
  }
  p.expect("WITH", "(");
  p.expect("STATE", "=");
  const enabled = parseOnOff(p);
  p.expect(")");
  return { kind: "alter-security-policy", pos, line, name, unfiltered, enabled };
}

function parseDroppedPredicate(p: TokenCursor): ObjectName {
  p.expect("DROP");
  if (p.is("BLOCK")) throw new Unsupported("DROP BLOCK PREDICATE");
  p.expect("FILTER", "PREDICATE", "ON");
  return parseObjectName(p);
}
