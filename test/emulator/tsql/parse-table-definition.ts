import { Unsupported } from "../values/sql-error.ts";
import type {
  CheckConstraint,
  ColumnDefinition,
  DefaultDefinition,
  ForeignKeyConstraint,
  IdentityDefinition,
  InlineIndex,
  KeyConstraint,
  PeriodForSystemTime,
  ReferentialAction,
  TableConstraint,
  TableDefinition,
} from "./ast-tables.ts";
import { parseExpression, parsePredicate } from "./parse-expression.ts";
import { parseColumnDefinition } from "./parse-column.ts";
import {
  acceptClustered,
  acceptFilegroup,
  parseIndexColumns,
  parseIndexOptions,
  parseInlineIndex,
} from "./parse-index.ts";
import {
  parseColumnNames,
  parseIdentifier,
  parseObjectName,
  parseOptionalColumnNames,
  parseSignedInteger,
} from "./parse-names.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** Collects the elements of a table definition, or of ALTER TABLE ... ADD, in written order. */
export class DefinitionBuilder {
  readonly columns: ColumnDefinition[] = [];
  readonly constraints: TableConstraint[] = [];
  readonly indexes: InlineIndex[] = [];
  /** CONSTRAINT name DEFAULT value FOR column, of ALTER TABLE ... ADD. */
  readonly defaults: { definition: DefaultDefinition; column: string }[] = [];
  period: PeriodForSystemTime | undefined;
  withValues = false;
  /** Table types and table variables take no CONSTRAINT name. */
  readonly namesConstraints: boolean;

  constructor(namesConstraints = true) {
    this.namesConstraints = namesConstraints;
  }

  build(): TableDefinition {
    const { columns, constraints, indexes, period } = this;
    return { kind: "table-definition", columns, constraints, indexes, period };
  }
}

/** `( element, ... )`; a comma may stand after the last one, and is not needed before a constraint. */
export function parseTableDefinition(p: TokenCursor, namesConstraints = true): TableDefinition {
  const builder = new DefinitionBuilder(namesConstraints);
  p.expect("(");
  do {
    parseTableElement(p, builder);
    const comma = p.accept(",");
    if (!comma && !p.is(")") && !isConstraintStart(p)) throw p.unexpected();
  } while (!p.is(")"));
  p.advance();
  return builder.build();
}

function isConstraintStart(p: TokenCursor): boolean {
  return p.isOneOf("CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN", "CHECK");
}

/** A column, a constraint, an index or the period. */
export function parseTableElement(p: TokenCursor, builder: DefinitionBuilder): void {
  if (isConstraintStart(p)) {
    const { pos } = p.token;
    builder.constraints.push(parseConstraint(p, pos, parseConstraintName(p, builder), undefined));
  } else if (p.is("INDEX")) {
    builder.indexes.push(parseInlineIndex(p));
  } else if (p.accept("PERIOD", "FOR")) {
    p.expect("SYSTEM_TIME", "(");
    const start = parseIdentifier(p);
    p.expect(",");
    builder.period = { kind: "period", start, end: parseIdentifier(p) };
    p.expect(")");
  } else {
    parseColumnDefinition(p, builder);
  }
}

/** `CONSTRAINT name`, when it is there. @throws SqlError 156 where constraints have no names */
export function parseConstraintName(p: TokenCursor, builder: DefinitionBuilder): string | undefined {
  if (!builder.namesConstraints && p.is("CONSTRAINT")) throw p.unexpected();
  return p.accept("CONSTRAINT") ? parseIdentifier(p) : undefined;
}

/** A constraint after its name. `column` is set in a column's definition: there the column list may be missing. */
export function parseConstraint(
  p: TokenCursor,
  pos: number,
  name: string | undefined,
  column: string | undefined,
): TableConstraint {
  switch (p.token.key) {
    case "PRIMARY":
    case "UNIQUE":
      return parseKey(p, pos, name, column);
    case "CHECK":
      return parseCheck(p, pos, name, column);
    case "FOREIGN":
    case "REFERENCES":
      return parseForeignKey(p, pos, name, column);
    default:
      if (p.is("CONNECTION")) throw new Unsupported("edge constraint");
      throw p.unexpected();
  }
}

function parseKey(p: TokenCursor, pos: number, name: string | undefined, column: string | undefined): KeyConstraint {
  const primary = p.acceptPair("PRIMARY", "KEY");
  if (!primary) p.expect("UNIQUE");
  const clustered = acceptClustered(p);
  const listed = column === undefined || p.is("(");
  const columns = listed
    ? parseIndexColumns(p)
    : [{ kind: "index-column" as const, name: column, descending: p.acceptOneOf("ASC", "DESC") === "DESC" }];
  const options = parseIndexOptions(p);
  const filegroup = acceptFilegroup(p);
  return { kind: "key-constraint", pos, name, primary, clustered, columns, options, filegroup };
}

function parseCheck(
  p: TokenCursor,
  pos: number,
  name: string | undefined,
  column: string | undefined,
): CheckConstraint {
  p.expect("CHECK");
  const notForReplication = p.accept("NOT", "FOR", "REPLICATION");
  p.expect("(");
  const start = p.token.pos;
  const predicate = parsePredicate(p);
  const text = p.textFrom(start);
  p.expect(")");
  return { kind: "check-constraint", pos, name, predicate, text, column, notForReplication };
}

function parseForeignKey(
  p: TokenCursor,
  pos: number,
  name: string | undefined,
  column: string | undefined,
): ForeignKeyConstraint {
  let columns = column === undefined ? [] : [column];
  if (p.acceptPair("FOREIGN", "KEY")) {
    if (column === undefined || p.is("(")) columns = parseColumnNames(p);
  }
  p.expect("REFERENCES");
  const references = parseObjectName(p);
  const referencedColumns = parseOptionalColumnNames(p);
  let onDelete: ReferentialAction | undefined;
  let onUpdate: ReferentialAction | undefined;
  while (p.is("ON") && (p.is("DELETE", 1) || p.is("UPDATE", 1))) {
    p.advance();
    if (p.expectOneOf("DELETE", "UPDATE") === "DELETE") onDelete = parseAction(p);
    else onUpdate = parseAction(p);
  }
  const notForReplication = p.accept("NOT", "FOR", "REPLICATION");
  return {
    kind: "foreign-key",
    pos,
    name,
    columns,
    references,
    referencedColumns,
    onDelete,
    onUpdate,
    notForReplication,
  };
}

function parseAction(p: TokenCursor): ReferentialAction {
  if (p.accept("CASCADE")) return "cascade";
  if (p.accept("NO")) {
    p.expect("ACTION");
    return "no action";
  }
  p.expect("SET");
  return p.expectOneOf("NULL", "DEFAULT") === "NULL" ? "set null" : "set default";
}

/** DEFAULT value, without the word's name part; the cursor stands at DEFAULT. */
export function parseDefault(p: TokenCursor, name: string | undefined): DefaultDefinition {
  p.expect("DEFAULT");
  const { pos } = p.token;
  const expression = parseExpression(p);
  return { kind: "default", name, expression, text: p.textFrom(pos) };
}

/** IDENTITY [(seed, increment)] [NOT FOR REPLICATION] */
export function parseIdentity(p: TokenCursor): IdentityDefinition {
  p.expect("IDENTITY");
  let seed = "1";
  let increment = "1";
  if (p.accept("(")) {
    seed = parseSignedInteger(p);
    p.expect(",");
    increment = parseSignedInteger(p);
    p.expect(")");
  }
  const notForReplication = p.accept("NOT", "FOR", "REPLICATION");
  return { kind: "identity", seed, increment, notForReplication };
}
