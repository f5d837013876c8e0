import { Unsupported } from "../values/sql-error.ts";
import type { Predicate } from "./ast-expressions.ts";
import type {
  AlterIndexStatement,
  CreateIndexStatement,
  DropIndexStatement,
  IndexColumn,
  IndexOption,
  InlineIndex,
} from "./ast-tables.ts";
import { parsePredicate } from "./parse-expression.ts";
import { objectName, parseColumnNames, parseIdentifier, parseNameParts, parseObjectName } from "./parse-names.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** `(a [ASC | DESC], ...)` */
export function parseIndexColumns(p: TokenCursor): IndexColumn[] {
  return p.parenthesized(() => {
    const name = parseIdentifier(p);
    return { kind: "index-column", name, descending: p.acceptOneOf("ASC", "DESC") === "DESC" };
  });
}

/** CLUSTERED, NONCLUSTERED or nothing. */
export function acceptClustered(p: TokenCursor): boolean | undefined {
  const word = p.acceptOneOf("CLUSTERED", "NONCLUSTERED");
  if (p.is("HASH") && (p.is("(", 1) || p.is("WITH", 1))) throw new Unsupported("hash index");
  return word === undefined ? undefined : word === "CLUSTERED";
}

/** `WITH (name = value, ...)`, or the old `WITH FILLFACTOR = n`, when it is there. */
export function parseIndexOptions(p: TokenCursor): IndexOption[] {
  if (!p.is("WITH")) return [];
  if (p.is("(", 1)) {
    p.advance();
    return p.parenthesized(() => parseIndexOption(p));
  }
  const old = [
    "FILLFACTOR",
    "PAD_INDEX",
    "IGNORE_DUP_KEY",
    "DROP_EXISTING",
    "STATISTICS_NORECOMPUTE",
    "SORT_IN_TEMPDB",
  ];
  if (!old.includes(p.at(1).key)) return [];
  p.advance();
  return p.list(() => parseIndexOption(p));
}

/** `NAME = value`, `NAME`, `ONLINE = ON (...)`. */
export function parseIndexOption(p: TokenCursor): IndexOption {
  const token = p.token;
  if (token.kind !== "word" || (token.reserved && token.key !== "FILLFACTOR")) throw p.unexpected();
  p.advance();
  const value = p.accept("=") ? parseOptionValue(p) : undefined;
  if (p.is("ON") || (value !== undefined && p.is("("))) throw new Unsupported(`option ${token.key} with details`);
  return { kind: "index-option", name: token.value.toLowerCase(), value };
}

function parseOptionValue(p: TokenCursor): string {
  if (p.token.kind === "integer" || p.token.kind === "string") {
    const { value } = p.advance();
    const unit = p.acceptOneOf("MINUTES", "DAYS", "HOURS", "WEEKS", "MONTHS", "YEARS", "DAY", "WEEK", "MONTH", "YEAR");
    return unit === undefined ? value : `${value} ${unit.toLowerCase()}`;
  }
  if (p.token.kind !== "word" || (p.token.reserved && !p.isOneOf("ON", "OFF", "TABLE"))) throw p.unexpected();
  return p.advance().value.toLowerCase();
}

/** `ON filegroup`, when it is there. */
export function acceptFilegroup(p: TokenCursor): string | undefined {
  if (!p.accept("ON")) return undefined;
  const name = p.token.kind === "string" ? p.advance().value : parseIdentifier(p);
  if (p.is("(")) throw new Unsupported("partition scheme");
  return name;
}

interface IndexTail {
  readonly include: readonly string[];
  readonly where: Predicate | undefined;
  readonly whereText: string | undefined;
  readonly options: readonly IndexOption[];
  readonly filegroup: string | undefined;
}

function parseIndexTail(p: TokenCursor): IndexTail {
  const include = p.accept("INCLUDE") ? parseColumnNames(p) : [];
  let where: Predicate | undefined;
  let whereText: string | undefined;
  if (p.accept("WHERE")) {
    const { pos } = p.token;
    where = parsePredicate(p);
    whereText = p.textFrom(pos);
  }
  const options = parseIndexOptions(p);
  const filegroup = acceptFilegroup(p);
  if (p.is("FILESTREAM_ON")) throw new Unsupported("FILESTREAM_ON");
  return { include, where, whereText, options, filegroup };
}

/** INDEX name [UNIQUE] [CLUSTERED | NONCLUSTERED] (columns) ... in a table definition; for a column's own index the list may be missing. */
export function parseInlineIndex(p: TokenCursor, column?: string): InlineIndex {
  const { pos } = p.expect("INDEX");
  const name = parseIdentifier(p);
  const unique = p.accept("UNIQUE");
  const clustered = acceptClustered(p);
  if (p.is("COLUMNSTORE")) throw new Unsupported("columnstore index");
  const own: IndexColumn[] = column === undefined ? [] : [{ kind: "index-column", name: column, descending: false }];
  const columns = column === undefined || p.is("(") ? parseIndexColumns(p) : own;
  return { kind: "inline-index", pos, name, unique, clustered, columns, ...parseIndexTail(p) };
}

/** CREATE [UNIQUE] [CLUSTERED | NONCLUSTERED] INDEX; the cursor stands after CREATE. */
export function parseCreateIndex(p: TokenCursor, pos: number, line: number): CreateIndexStatement {
  const unique = p.accept("UNIQUE");
  const clustered = acceptClustered(p);
  if (p.is("COLUMNSTORE")) throw new Unsupported("columnstore index");
  p.expect("INDEX");
  const name = parseIdentifier(p);
  p.expect("ON");
  const table = parseObjectName(p);
  const columns = parseIndexColumns(p);
  return { kind: "create-index", pos, line, name, table, unique, clustered, columns, ...parseIndexTail(p) };
}

/** ALTER INDEX name | ALL ON table REBUILD | REORGANIZE | DISABLE | SET; the cursor stands at INDEX. */
export function parseAlterIndex(p: TokenCursor, pos: number, line: number): AlterIndexStatement {
  p.expect("INDEX");
  const name = p.accept("ALL") ? undefined : parseIdentifier(p);
  p.expect("ON");
  const table = parseObjectName(p);
  const word = p.expectOneOf("REBUILD", "REORGANIZE", "DISABLE", "SET");
  const actions = { REBUILD: "rebuild", REORGANIZE: "reorganize", DISABLE: "disable", SET: "set" } as const;
  if (p.is("PARTITION")) throw new Unsupported("ALTER INDEX ... PARTITION");
  const options = word === "SET" ? p.parenthesized(() => parseIndexOption(p)) : parseIndexOptions(p);
  return { kind: "alter-index", pos, line, name, table, action: actions[word], options };
}

/** DROP INDEX [IF EXISTS] name ON table, ..., or the old table.name; the cursor stands at INDEX. */
export function parseDropIndex(p: TokenCursor, pos: number, line: number): DropIndexStatement {
  p.expect("INDEX");
  const ifExists = p.accept("IF", "EXISTS");
  const items = p.list(() => {
    const start = p.token.pos;
    const parts = parseNameParts(p);
    const name = parts.at(-1)!;
    if (p.accept("ON")) return { name, table: parseObjectName(p) };
    if (parts.length < 2) throw p.unexpected();
    return { name, table: objectName(p, start, parts.slice(0, -1)) };
  });
  if (p.is("WITH") && p.is("(", 1)) throw new Unsupported("DROP INDEX ... WITH");
  return { kind: "drop-index", pos, line, ifExists, items };
}
