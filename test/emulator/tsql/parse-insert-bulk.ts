import type { InsertBulkColumn, InsertBulkOption, InsertBulkStatement } from "./ast-dml.ts";
import { parseDataType, parseIdentifier, parseObjectName } from "./parse-names.ts";
import { parseIndexColumns } from "./parse-index.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** INSERT BULK table (column type [COLLATE name], ...) [WITH (option, ...)], which bulk copy clients send. */
export function parseInsertBulk(p: TokenCursor): InsertBulkStatement {
  const { pos, line } = p.expect("INSERT", "BULK");
  const table = parseObjectName(p);
  const columns = p.is("(") ? p.parenthesized(() => parseColumn(p)) : [];
  const options = p.accept("WITH") ? p.parenthesized(() => parseOption(p)) : [];
  return { kind: "insert-bulk", pos, line, table, columns, options };
}

function parseColumn(p: TokenCursor): InsertBulkColumn {
  const name = parseIdentifier(p);
  const type = parseDataType(p);
  const collation = p.accept("COLLATE") ? parseIdentifier(p) : undefined;
  // Some clients repeat the column's nullability; it is the table's that counts.
  if (!p.accept("NOT", "NULL")) p.accept("NULL");
  return { kind: "insert-bulk-column", name, type, collation };
}

function parseOption(p: TokenCursor): InsertBulkOption {
  if (p.accept("ORDER")) {
    const { pos } = p.token;
    parseIndexColumns(p);
    return { kind: "insert-bulk-option", name: "order", argument: p.textFrom(pos) };
  }
  const name = parseIdentifier(p).toLowerCase();
  let argument: string | undefined;
  if (p.accept("=")) {
    if (p.token.kind !== "integer" && p.token.kind !== "word") throw p.unexpected();
    argument = p.advance().value.toLowerCase();
  }
  return { kind: "insert-bulk-option", name, argument };
}
