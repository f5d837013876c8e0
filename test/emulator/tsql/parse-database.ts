import { Unsupported } from "../values/sql-error.ts";
import type {
  AlterDatabaseAction,
  AlterDatabaseStatement,
  CreateDatabaseStatement,
  DatabaseOption,
  DatabaseTermination,
} from "./ast-ddl.ts";
import { parseIdentifier, parseIdentifierOrString, parseInteger, parseOnOff, parseString } from "./parse-names.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** CREATE DATABASE name [COLLATE collation]; the cursor stands at DATABASE. */
export function parseCreateDatabase(p: TokenCursor, pos: number, line: number): CreateDatabaseStatement {
  p.expect("DATABASE");
  if (p.is("SCOPED") || p.areNext("AUDIT", "SPECIFICATION") || p.areNext("ENCRYPTION", "KEY")) {
    throw new Unsupported(`CREATE DATABASE ${p.token.key}`);
  }
  const name = parseIdentifier(p);
  if (p.is("ON") || p.is("CONTAINMENT") || p.is("(")) throw new Unsupported("CREATE DATABASE with files or options");
  const collation = p.accept("COLLATE") ? parseIdentifier(p) : undefined;
  if (p.isOneOf("WITH", "FOR", "AS") || p.is("(")) throw new Unsupported("CREATE DATABASE with options");
  return { kind: "create-database", pos, line, name, collation };
}

/** ALTER DATABASE name | CURRENT ...; the cursor stands at DATABASE. */
export function parseAlterDatabase(p: TokenCursor, pos: number, line: number): AlterDatabaseStatement {
  p.expect("DATABASE");
  if (p.isOneOf("SCOPED", "AUDIT", "ENCRYPTION")) throw new Unsupported(`ALTER DATABASE ${p.token.key}`);
  const database = p.accept("CURRENT") ? undefined : parseIdentifier(p);
  return { kind: "alter-database", pos, line, database, action: parseAction(p) };
}

function parseAction(p: TokenCursor): AlterDatabaseAction {
  if (p.accept("SET")) {
    const options = p.list(() => parseOption(p));
    return { kind: "set-database-options", options, termination: parseTermination(p) };
  }
  if (p.accept("COLLATE")) return { kind: "collate-database", collation: parseIdentifier(p) };
  if (p.accept("MODIFY", "NAME")) {
    p.expect("=");
    return { kind: "rename-database", name: parseIdentifier(p) };
  }
  if (p.accept("ADD", "FILEGROUP")) {
    const name = parseIdentifier(p);
    if (!p.accept("CONTAINS", "FILESTREAM")) throw new Unsupported("ALTER DATABASE ... ADD FILEGROUP of rows");
    return { kind: "add-filestream-filegroup", name };
  }
  if (p.accept("ADD", "FILE")) return parseAddFile(p);
  if (p.accept("MODIFY", "FILE")) return parseModifyFile(p);
  if (p.isOneOf("ADD", "REMOVE", "MODIFY")) throw new Unsupported(`ALTER DATABASE ... ${p.token.key}`);
  throw p.unexpected();
}

/** (NAME = name, FILENAME = '...') TO FILEGROUP name */
function parseAddFile(p: TokenCursor): AlterDatabaseAction {
  p.expect("(", "NAME", "=");
  const name = parseIdentifierOrString(p);
  p.expect(",", "FILENAME", "=");
  const path = parseString(p);
  if (p.is(",")) throw new Unsupported("ALTER DATABASE ... ADD FILE with sizes");
  p.expect(")");
  if (!p.accept("TO", "FILEGROUP")) throw new Unsupported("ALTER DATABASE ... ADD FILE of rows");
  return { kind: "add-file", name, path, filegroup: parseIdentifier(p) };
}

/** (NAME = name, MAXSIZE = UNLIMITED) */
function parseModifyFile(p: TokenCursor): AlterDatabaseAction {
  p.expect("(", "NAME", "=");
  const name = parseIdentifierOrString(p);
  p.expect(",");
  if (!p.accept("MAXSIZE", "=", "UNLIMITED"))
    throw new Unsupported("ALTER DATABASE ... MODIFY FILE but for MAXSIZE = UNLIMITED");
  p.expect(")");
  return { kind: "modify-file", name };
}

/** Options that stand alone. */
const bareOptions: ReadonlySet<string> = new Set([
  ...["READ_ONLY", "READ_WRITE", "SINGLE_USER", "RESTRICTED_USER", "MULTI_USER", "ONLINE", "OFFLINE", "EMERGENCY"],
  ...["ENABLE_BROKER", "DISABLE_BROKER", "NEW_BROKER", "ERROR_BROKER_CONVERSATIONS"],
]);

/** Options with a value. "ALTER DATABASE SET options (Transact-SQL)" */
const valueOptions: ReadonlySet<string> = new Set([
  ...["ALLOW_SNAPSHOT_ISOLATION", "READ_COMMITTED_SNAPSHOT", "MEMORY_OPTIMIZED_ELEVATE_TO_SNAPSHOT", "RECOVERY"],
  ...[
    "PAGE_VERIFY",
    "TORN_PAGE_DETECTION",
    "AUTO_CLOSE",
    "AUTO_CREATE_STATISTICS",
    "AUTO_SHRINK",
    "AUTO_UPDATE_STATISTICS",
  ],
  ...[
    "AUTO_UPDATE_STATISTICS_ASYNC",
    "CONTAINMENT",
    "CURSOR_CLOSE_ON_COMMIT",
    "CURSOR_DEFAULT",
    "DATE_CORRELATION_OPTIMIZATION",
  ],
  ...[
    "DB_CHAINING",
    "TRUSTWORTHY",
    "DEFAULT_LANGUAGE",
    "DEFAULT_FULLTEXT_LANGUAGE",
    "NESTED_TRIGGERS",
    "PARAMETERIZATION",
  ],
  ...["ANSI_NULL_DEFAULT", "ANSI_NULLS", "ANSI_PADDING", "ANSI_WARNINGS", "ARITHABORT", "COMPATIBILITY_LEVEL"],
  ...["CONCAT_NULL_YIELDS_NULL", "NUMERIC_ROUNDABORT", "QUOTED_IDENTIFIER", "RECURSIVE_TRIGGERS", "DELAYED_DURABILITY"],
  ...[
    "TARGET_RECOVERY_TIME",
    "ENCRYPTION",
    "QUERY_STORE",
    "ACCELERATED_DATABASE_RECOVERY",
    "TEMPORAL_HISTORY_RETENTION",
  ],
  ...["HONOR_BROKER_PRIORITY", "MIXED_PAGE_ALLOCATION"],
]);

function parseOption(p: TokenCursor): DatabaseOption {
  const token = p.token;
  if (p.accept("CHANGE_TRACKING")) return parseChangeTracking(p);
  if (bareOptions.has(token.key)) {
    p.advance();
    return { kind: "database-option", pos: token.pos, name: token.key.toLowerCase(), value: undefined };
  }
  if (!valueOptions.has(token.key)) {
    if (token.kind === "word" && !token.reserved) throw new Unsupported(`ALTER DATABASE SET ${token.key}`);
    throw p.unexpected();
  }
  p.advance();
  if (token.key === "COMPATIBILITY_LEVEL") p.expect("=");
  else p.accept("=");
  const { kind, reserved } = p.token;
  if (kind !== "word" && kind !== "quoted" && kind !== "integer") throw p.unexpected();
  if (reserved && !p.isOneOf("ON", "OFF", "FULL")) throw p.unexpected();
  let value = p.advance().value.toLowerCase();
  const unit = p.acceptOneOf("SECONDS", "MINUTES");
  if (unit !== undefined) value += ` ${unit.toLowerCase()}`;
  if (p.is("(")) throw new Unsupported(`ALTER DATABASE SET ${token.key} with details`);
  return { kind: "database-option", pos: token.pos, name: token.key.toLowerCase(), value };
}

/** CHANGE_TRACKING { = ON [(options)] | = OFF | (options) } */
function parseChangeTracking(p: TokenCursor): DatabaseOption {
  const enabled = p.accept("=") ? parseOnOff(p) : undefined;
  let retention: { value: number; unit: "days" | "hours" | "minutes" } | undefined;
  let autoCleanup: boolean | undefined;
  if (enabled !== false && (p.is("(") || enabled === undefined)) {
    p.parenthesized(() => {
      const token = p.token;
      if (p.accept("CHANGE_RETENTION")) {
        if (retention !== undefined) throw p.unexpected(token);
        p.expect("=");
        const value = parseInteger(p);
        const units = { DAYS: "days", HOURS: "hours", MINUTES: "minutes" } as const;
        retention = { value, unit: units[p.expectOneOf("DAYS", "HOURS", "MINUTES")] };
      } else {
        p.expect("AUTO_CLEANUP", "=");
        autoCleanup = parseOnOff(p);
      }
    });
  }
  return { kind: "change-tracking", enabled, retention, autoCleanup };
}

function parseTermination(p: TokenCursor): DatabaseTermination | undefined {
  if (!p.accept("WITH")) return undefined;
  if (p.accept("NO_WAIT")) return { kind: "termination", action: "no_wait", seconds: undefined };
  p.expect("ROLLBACK");
  if (p.accept("IMMEDIATE")) return { kind: "termination", action: "rollback immediate", seconds: undefined };
  p.expect("AFTER");
  const seconds = parseInteger(p);
  p.accept("SECONDS");
  return { kind: "termination", action: "rollback after", seconds };
}
