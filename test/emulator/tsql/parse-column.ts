import { Unsupported } from "../values/sql-error.ts";
import type { DataTypeNode } from "./ast-names.ts";
import type { ColumnDefinition, ComputedColumn, DefaultDefinition, IdentityDefinition } from "./ast-tables.ts";
import { parseExpression } from "./parse-expression.ts";
import { parseInlineIndex } from "./parse-index.ts";
import { parseDataType, parseIdentifier, parseString } from "./parse-names.ts";
import type { DefinitionBuilder } from "./parse-table-definition.ts";
import { parseConstraint, parseConstraintName, parseDefault, parseIdentity } from "./parse-table-definition.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** What a column's clauses fill in, in whatever order they are written. */
interface ColumnDraft {
  name: string;
  computed: ComputedColumn | undefined;
  collation: string | undefined;
  nullable: boolean | undefined;
  identity: IdentityDefinition | undefined;
  default: DefaultDefinition | undefined;
  rowGuidCol: boolean;
  sparse: boolean;
  columnSet: boolean;
  filestream: boolean;
  generatedAlways: "row start" | "row end" | undefined;
  hidden: boolean;
  masked: string | undefined;
}

/** A column with its own constraints and indexes, which go to the builder too. */
export function parseColumnDefinition(p: TokenCursor, builder: DefinitionBuilder): void {
  const { pos } = p.token;
  const name = parseIdentifier(p);
  const draft: ColumnDraft = {
    name,
    computed: undefined,
    collation: undefined,
    nullable: undefined,
    identity: undefined,
    default: undefined,
    rowGuidCol: false,
    sparse: false,
    columnSet: false,
    filestream: false,
    generatedAlways: undefined,
    hidden: false,
    masked: undefined,
  };
  let type: DataTypeNode | undefined;
  if (p.accept("AS")) draft.computed = parseComputed(p);
  else if (!isTypelessTimestamp(p, name)) type = parseDataType(p);
  while (parseColumnClause(p, draft, builder)) continue;
  const column: ColumnDefinition = { kind: "column-definition", pos, type, ...draft };
  builder.columns.push(column);
}

/** `timestamp` alone is both name and type. */
function isTypelessTimestamp(p: TokenCursor, name: string): boolean {
  return name.toLowerCase() === "timestamp" && (p.isOneOf(",", ")", "NOT", "NULL", "CONSTRAINT") || p.atEnd);
}

function parseComputed(p: TokenCursor): ComputedColumn {
  const outer = p.is("(");
  const start = p.token.pos;
  const expression = parseExpression(p);
  const whole = p.textFrom(start);
  // The usual parentheses around all of it are not part of the text.
  const text = outer && enclosesAll(whole) ? whole.slice(1, -1).trim() : whole;
  return { kind: "computed", expression, text, persisted: p.accept("PERSISTED") };
}

/** The first parenthesis is closed by the last character, strings and names left out of the count. */
function enclosesAll(text: string): boolean {
  const bare = text.replace(/'(?:[^']|'')*'|\[(?:[^\]]|\]\])*\]|"(?:[^"]|"")*"/g, (quoted) =>
    "_".repeat(quoted.length),
  );
  let depth = 0;
  for (let at = 0; at < bare.length; at++) {
    if (bare[at] === "(") depth++;
    else if (bare[at] === ")") depth--;
    if (depth === 0) return at === bare.length - 1;
  }
  return false;
}

/** @returns false at what is no clause of a column */
function parseColumnClause(p: TokenCursor, draft: ColumnDraft, builder: DefinitionBuilder): boolean {
  const { pos, key } = p.token;
  switch (key) {
    case "COLLATE":
      p.advance();
      draft.collation = parseIdentifier(p);
      return true;
    case "NULL":
      p.advance();
      draft.nullable = true;
      return true;
    case "NOT":
      p.expect("NOT", "NULL");
      draft.nullable = false;
      return true;
    case "IDENTITY":
      draft.identity = parseIdentity(p);
      return true;
    case "DEFAULT":
    case "CONSTRAINT":
    case "PRIMARY":
    case "UNIQUE":
    case "CHECK":
    case "FOREIGN":
    case "REFERENCES": {
      const name = parseConstraintName(p, builder);
      if (p.is("DEFAULT")) parseColumnDefault(p, draft, builder, name);
      else builder.constraints.push(parseConstraint(p, pos, name, draft.name));
      return true;
    }
    case "INDEX":
      builder.indexes.push(parseInlineIndex(p, draft.name));
      return true;
    case "ROWGUIDCOL":
      p.advance();
      draft.rowGuidCol = true;
      return true;
    default:
      return parseRareClause(p, draft);
  }
}

function parseColumnDefault(
  p: TokenCursor,
  draft: ColumnDraft,
  builder: DefinitionBuilder,
  name: string | undefined,
): void {
  draft.default = parseDefault(p, name);
  if (p.accept("WITH", "VALUES")) builder.withValues = true;
}

function parseRareClause(p: TokenCursor, draft: ColumnDraft): boolean {
  if (p.accept("SPARSE")) draft.sparse = true;
  else if (p.accept("FILESTREAM")) draft.filestream = true;
  else if (p.accept("HIDDEN")) draft.hidden = true;
  else if (p.accept("COLUMN_SET")) {
    p.expect("FOR", "ALL_SPARSE_COLUMNS");
    draft.columnSet = true;
  } else if (p.accept("GENERATED", "ALWAYS", "AS")) {
    if (!p.is("ROW")) throw new Unsupported(`GENERATED ALWAYS AS ${p.token.value}`);
    p.advance();
    draft.generatedAlways = p.expectOneOf("START", "END") === "START" ? "row start" : "row end";
  } else if (p.accept("MASKED")) draft.masked = parseMask(p);
  else if (p.is("ENCRYPTED")) throw new Unsupported("Always Encrypted columns");
  else return false;
  return true;
}

/** WITH (FUNCTION = '...') */
export function parseMask(p: TokenCursor): string {
  p.expect("WITH", "(");
  p.expect("FUNCTION", "=");
  const mask = parseString(p);
  p.expect(")");
  return mask;
}
