import { Unsupported } from "../values/sql-error.ts";
import type { Statement } from "./ast.ts";
import { parseAlterTable } from "./parse-alter-table.ts";
import { parseCreateColumnKey } from "./parse-column-key.ts";
import { parseCreateTable } from "./parse-create-table.ts";
import { parseAlterDatabase, parseCreateDatabase } from "./parse-database.ts";
import { parseAlterIndex, parseCreateIndex, parseDropIndex } from "./parse-index.ts";
import { parseModule } from "./parse-module.ts";
import { parseDataType, parseObjectName } from "./parse-names.ts";
import { parseAlterPrincipal, parseCreatePrincipal } from "./parse-principal.ts";
import { parseAlterAuthorization, parseAlterSchema, parseCreateSchema } from "./parse-schema.ts";
import { parseAlterSecurityPolicy, parseCreateSecurityPolicy } from "./parse-security-policy.ts";
import { parseSequence } from "./parse-sequence.ts";
import { parseTableDefinition } from "./parse-table-definition.ts";
import { syntaxError } from "./syntax-error.ts";
import type { TokenCursor } from "./token-cursor.ts";
import type { DropObjectClass } from "./ast-ddl.ts";

/** Kinds of objects that the server knows and the emulator does not, by their first word. */
const unsupportedObjects: ReadonlySet<string> = new Set([
  ...[
    "AGGREGATE",
    "APPLICATION",
    "ASSEMBLY",
    "ASYMMETRIC",
    "AVAILABILITY",
    "BROKER",
    "CERTIFICATE",
    "COLUMN",
    "COLUMNSTORE",
  ],
  ...[
    "CONTRACT",
    "CREDENTIAL",
    "CRYPTOGRAPHIC",
    "DEFAULT",
    "ENDPOINT",
    "EVENT",
    "EXTERNAL",
    "FULLTEXT",
    "JSON",
    "MASTER",
  ],
  ...[
    "MESSAGE",
    "PARTITION",
    "PRIMARY",
    "QUEUE",
    "REMOTE",
    "RESOURCE",
    "ROUTE",
    "RULE",
    "SEARCH",
    "SELECTIVE",
    "SERVICE",
  ],
  ...["SPATIAL", "STATISTICS", "SYMMETRIC", "VECTOR", "WORKLOAD", "XML", "SIGNATURE", "SENSITIVITY", "FEDERATION"],
]);

export function parseCreate(p: TokenCursor): Statement {
  const { pos, line } = p.expect("CREATE");
  switch (p.token.key) {
    case "TABLE":
      return parseCreateTable(p, pos, line);
    case "UNIQUE":
    case "CLUSTERED":
    case "NONCLUSTERED":
    case "INDEX":
      return parseCreateIndex(p, pos, line);
    case "DATABASE":
      return parseCreateDatabase(p, pos, line);
    case "SCHEMA":
      return parseCreateSchema(p, pos, line);
    case "TYPE":
      return parseCreateType(p, pos, line);
    case "SEQUENCE":
      return parseSequence(p, pos, line, "create-sequence");
    case "SYNONYM":
      return parseCreateSynonym(p, pos, line);
    case "LOGIN":
    case "USER":
    case "ROLE":
      return parseCreatePrincipal(p, pos, line);
    case "SECURITY":
      return parseCreateSecurityPolicy(p, pos, line);
    case "COLUMN":
      return parseCreateColumnKey(p, pos, line);
    case "OR":
    case "VIEW":
    case "PROC":
    case "PROCEDURE":
    case "FUNCTION":
    case "TRIGGER":
      return parseModule(p, "create", pos, line);
    default:
      throw unknownObject(p, "CREATE");
  }
}

export function parseAlter(p: TokenCursor): Statement {
  const { pos, line } = p.expect("ALTER");
  switch (p.token.key) {
    case "TABLE":
      return parseAlterTable(p, pos, line);
    case "INDEX":
      return parseAlterIndex(p, pos, line);
    case "DATABASE":
      return parseAlterDatabase(p, pos, line);
    case "SCHEMA":
      return parseAlterSchema(p, pos, line);
    case "AUTHORIZATION":
      return parseAlterAuthorization(p, pos, line);
    case "SEQUENCE":
      return parseSequence(p, pos, line, "alter-sequence");
    case "LOGIN":
    case "USER":
    case "ROLE":
      return parseAlterPrincipal(p, pos, line);
    case "SERVER":
      if (p.is("ROLE", 1)) return parseAlterPrincipal(p, pos, line);
      throw new Unsupported("ALTER SERVER");
    case "SECURITY":
      return parseAlterSecurityPolicy(p, pos, line);
    case "VIEW":
    case "PROC":
    case "PROCEDURE":
    case "FUNCTION":
    case "TRIGGER":
      return parseModule(p, "alter", pos, line);
    default:
      throw unknownObject(p, "ALTER");
  }
}

const droppable: ReadonlyMap<string, DropObjectClass> = new Map<string, DropObjectClass>([
  ["AGGREGATE", "aggregate"],
  ["DATABASE", "database"],
  ["DEFAULT", "default"],
  ["FUNCTION", "function"],
  ["LOGIN", "login"],
  ["PROC", "procedure"],
  ["PROCEDURE", "procedure"],
  ["ROLE", "role"],
  ["RULE", "rule"],
  ["SCHEMA", "schema"],
  ["SEQUENCE", "sequence"],
  ["STATISTICS", "statistics"],
  ["SYNONYM", "synonym"],
  ["TABLE", "table"],
  ["TRIGGER", "trigger"],
  ["TYPE", "type"],
  ["USER", "user"],
  ["VIEW", "view"],
]);

export function parseDrop(p: TokenCursor): Statement {
  const { pos, line } = p.expect("DROP");
  if (p.is("INDEX")) return parseDropIndex(p, pos, line);
  let dropped = droppable.get(p.token.key);
  if (p.is("SECURITY") && p.is("POLICY", 1)) {
    p.advance();
    dropped = "security policy";
  }
  if (dropped === undefined) throw unknownObject(p, "DROP");
  p.advance();
  const ifExists = p.accept("IF", "EXISTS");
  const names = p.list(() => parseObjectName(p));
  let triggerScope: "database" | "all server" | undefined;
  if (dropped === "trigger" && p.accept("ON")) {
    triggerScope = p.accept("DATABASE") ? "database" : p.expect("ALL", "SERVER") && "all server";
  }
  return { kind: "drop", pos, line, class: dropped, ifExists, names, triggerScope };
}

function unknownObject(p: TokenCursor, verb: string): Error {
  const token = p.token;
  if (unsupportedObjects.has(token.key)) return new Unsupported(`${verb} ${token.key}`);
  if (token.kind === "word" && !token.reserved) return syntaxError.unknownObjectType(token.value, token.line);
  return p.unexpected();
}

/** CREATE TYPE name FROM base [NULL | NOT NULL], CREATE TYPE name AS TABLE (...) */
function parseCreateType(p: TokenCursor, pos: number, line: number): Statement {
  p.expect("TYPE");
  const name = parseObjectName(p);
  if (name.database !== undefined) throw syntaxError.databasePrefix("CREATE TYPE", line);
  if (p.accept("AS", "TABLE")) {
    const table = parseTableDefinition(p, false);
    if (p.is("WITH")) throw new Unsupported("CREATE TYPE AS TABLE WITH");
    return { kind: "create-type", pos, line, name, definition: { kind: "table-type", table } };
  }
  if (p.is("EXTERNAL")) throw new Unsupported("CREATE TYPE EXTERNAL NAME");
  p.expect("FROM");
  const base = parseDataType(p);
  let nullable: boolean | undefined;
  if (p.accept("NOT", "NULL")) nullable = false;
  else if (p.accept("NULL")) nullable = true;
  return { kind: "create-type", pos, line, name, definition: { kind: "alias-type", base, nullable } };
}

function parseCreateSynonym(p: TokenCursor, pos: number, line: number): Statement {
  p.expect("SYNONYM");
  const name = parseObjectName(p);
  p.expect("FOR");
  return { kind: "create-synonym", pos, line, name, target: parseObjectName(p) };
}
