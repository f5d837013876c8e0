import { Unsupported } from "../values/sql-error.ts";
import type { DataTypeNode } from "./ast-names.ts";
import type {
  ColumnDefinition,
  ColumnEncryptionClause,
  ComputedColumn,
  DefaultDefinition,
  GeneratedAlways,
  IdentityDefinition,
} from "./ast-tables.ts";
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
  generatedAlways: GeneratedAlways | undefined;
  hidden: boolean;
  encrypted: ColumnEncryptionClause | undefined;
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
    encrypted: undefined,
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
    draft.generatedAlways = parseGeneratedAlways(p);
  } else if (p.accept("MASKED")) draft.masked = parseMask(p);
  else if (p.accept("ENCRYPTED")) draft.encrypted = parseEncryption(p);
  else return false;
  return true;
}

/** ROW | TRANSACTION_ID | SEQUENCE_NUMBER, then START | END */
function parseGeneratedAlways(p: TokenCursor): GeneratedAlways {
  if (p.isOneOf("USER", "SUSER_SID", "SUSER_SNAME")) throw new Unsupported(`GENERATED ALWAYS AS ${p.token.value}`);
  const words = { ROW: "row", TRANSACTION_ID: "transaction id", SEQUENCE_NUMBER: "sequence number" } as const;
  const what = words[p.expectOneOf("ROW", "TRANSACTION_ID", "SEQUENCE_NUMBER")];
  return `${what} ${p.expectOneOf("START", "END") === "START" ? "start" : "end"}`;
}

/** WITH (COLUMN_ENCRYPTION_KEY = key, ENCRYPTION_TYPE = DETERMINISTIC | RANDOMIZED, ALGORITHM = '...') */
function parseEncryption(p: TokenCursor): ColumnEncryptionClause {
  p.expect("WITH", "(");
  if (!p.is("COLUMN_ENCRYPTION_KEY")) throw new Unsupported("ENCRYPTED WITH in another order");
  p.expect("COLUMN_ENCRYPTION_KEY", "=");
  const key = parseIdentifier(p);
  p.expect(",", "ENCRYPTION_TYPE", "=");
  const type = p.expectOneOf("DETERMINISTIC", "RANDOMIZED");
  p.expect(",", "ALGORITHM", "=");
  const algorithm = parseString(p);
  p.expect(")");
  return { kind: "encrypted", key, type, algorithm };
}

/** WITH (FUNCTION = '...') */
export function parseMask(p: TokenCursor): string {
  p.expect("WITH", "(");
  p.expect("FUNCTION", "=");
  const mask = parseString(p);
  p.expect(")");
  return mask;
}
