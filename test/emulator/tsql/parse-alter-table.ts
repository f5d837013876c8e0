import { Unsupported } from "../values/sql-error.ts";
import type { AlterTableAction, AlterTableDrop, AlterTableStatement } from "./ast-tables.ts";
import { parseMask } from "./parse-column.ts";
import { parseSystemVersioning } from "./parse-create-table.ts";
import { parseIndexOption, parseIndexOptions } from "./parse-index.ts";
import { isIdentifier, parseDataType, parseIdentifier, parseObjectName, parseOnOff } from "./parse-names.ts";
import { DefinitionBuilder, parseConstraintName, parseDefault, parseTableElement } from "./parse-table-definition.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** ALTER TABLE; the cursor stands at TABLE. */
export function parseAlterTable(p: TokenCursor, pos: number, line: number): AlterTableStatement {
  p.expect("TABLE");
  const table = parseObjectName(p);
  return { kind: "alter-table", pos, line, table, action: parseAction(p) };
}

function parseAction(p: TokenCursor): AlterTableAction {
  const validation = acceptValidation(p);
  switch (p.token.key) {
    case "ADD":
      return parseAdd(p, validation);
    case "CHECK":
    case "NOCHECK": {
      const enabled = p.advance().key === "CHECK";
      p.expect("CONSTRAINT");
      return { kind: "enable-constraints", enabled, validation, names: parseNamesOrAll(p) };
    }
    default:
      if (validation !== undefined) throw p.unexpected();
      return parseOtherAction(p);
  }
}

function acceptValidation(p: TokenCursor): "check" | "nocheck" | undefined {
  if (p.accept("WITH", "CHECK")) return "check";
  return p.accept("WITH", "NOCHECK") ? "nocheck" : undefined;
}

function parseOtherAction(p: TokenCursor): AlterTableAction {
  const { key, value } = p.token;
  switch (key) {
    case "ALTER":
      return parseAlterColumn(p);
    case "DROP":
      return parseDropElements(p);
    case "ENABLE":
    case "DISABLE":
      return parseEnable(p);
    case "SET":
      p.advance();
      if (p.is("SYSTEM_VERSIONING", 1)) {
        p.expect("(");
        const versioning = parseSystemVersioning(p);
        p.expect(")");
        return { kind: "set-system-versioning", versioning };
      }
      return { kind: "set-table-options", options: p.parenthesized(() => parseIndexOption(p)) };
    case "REBUILD":
      p.advance();
      if (p.is("PARTITION")) throw new Unsupported("ALTER TABLE ... REBUILD PARTITION");
      return { kind: "rebuild", options: parseIndexOptions(p) };
    case "SWITCH":
    case "SPLIT":
    case "MERGE":
      throw new Unsupported(`ALTER TABLE ... ${value.toUpperCase()}`);
    default:
      throw p.unexpected();
  }
}

function parseNamesOrAll(p: TokenCursor): string[] | "all" {
  return p.accept("ALL") ? "all" : p.list(() => parseIdentifier(p));
}

function parseAdd(p: TokenCursor, validation: "check" | "nocheck" | undefined): AlterTableAction {
  p.expect("ADD");
  const builder = new DefinitionBuilder();
  do {
    if (p.is("DEFAULT") || (p.is("CONSTRAINT") && p.is("DEFAULT", 2))) parseDefaultFor(p, builder);
    else parseTableElement(p, builder);
  } while (p.accept(","));
  const { defaults, withValues } = builder;
  return { kind: "add", definition: builder.build(), defaults, withValues, validation };
}

/** [CONSTRAINT name] DEFAULT value FOR column [WITH VALUES] */
function parseDefaultFor(p: TokenCursor, builder: DefinitionBuilder): void {
  const definition = parseDefault(p, parseConstraintName(p, builder));
  p.expect("FOR");
  const column = parseIdentifier(p);
  if (p.accept("WITH", "VALUES")) builder.withValues = true;
  builder.defaults.push({ definition, column });
}

function parseAlterColumn(p: TokenCursor): AlterTableAction {
  p.expect("ALTER", "COLUMN");
  const column = parseIdentifier(p);
  if (p.is("ADD") || p.is("DROP")) return parseColumnProperty(p, column);
  const type = parseDataType(p);
  const collation = p.accept("COLLATE") ? parseIdentifier(p) : undefined;
  if (p.is("MASKED") || p.is("ENCRYPTED")) throw new Unsupported(`ALTER COLUMN ... ${p.token.key}`);
  let nullable: boolean | undefined;
  if (p.accept("NOT", "NULL")) nullable = false;
  else if (p.accept("NULL")) nullable = true;
  const sparse = p.accept("SPARSE");
  let online = false;
  if (p.accept("WITH", "(")) {
    p.expect("ONLINE", "=");
    online = parseOnOff(p);
    p.expect(")");
  }
  return { kind: "alter-column", column, type, collation, nullable, sparse, online };
}

function parseColumnProperty(p: TokenCursor, column: string): AlterTableAction {
  const add = p.expectOneOf("ADD", "DROP") === "ADD";
  if (p.accept("MASKED")) {
    return { kind: "alter-column-property", column, add, property: "masked", argument: add ? parseMask(p) : undefined };
  }
  if (p.accept("NOT", "FOR", "REPLICATION")) {
    return { kind: "alter-column-property", column, add, property: "not for replication", argument: undefined };
  }
  const words = { ROWGUIDCOL: "rowguidcol", PERSISTED: "persisted", SPARSE: "sparse", HIDDEN: "hidden" } as const;
  const property = words[p.expectOneOf("ROWGUIDCOL", "PERSISTED", "SPARSE", "HIDDEN")];
  return { kind: "alter-column-property", column, add, property, argument: undefined };
}

/** DROP [CONSTRAINT] a, b, COLUMN c, d: a word counts for the names after it. */
function parseDropElements(p: TokenCursor): AlterTableAction {
  p.expect("DROP");
  const items: AlterTableDrop[] = [];
  let element: "column" | "constraint" = "constraint";
  let ifExists = false;
  do {
    const { pos } = p.token;
    if (p.accept("PERIOD", "FOR", "SYSTEM_TIME")) {
      items.push({ kind: "alter-table-drop", pos, element: "period", name: "", ifExists: false });
      continue;
    }
    if (p.is("INDEX")) throw new Unsupported("ALTER TABLE ... DROP INDEX");
    const word = p.acceptOneOf("COLUMN", "CONSTRAINT");
    if (word !== undefined) {
      element = word === "COLUMN" ? "column" : "constraint";
      ifExists = p.accept("IF", "EXISTS");
    }
    if (!isIdentifier(p)) throw p.unexpected();
    items.push({ kind: "alter-table-drop", pos, element, name: parseIdentifier(p), ifExists });
  } while (p.accept(","));
  if (p.is("WITH") && p.is("(", 1)) throw new Unsupported("ALTER TABLE ... DROP CONSTRAINT ... WITH");
  return { kind: "drop-elements", items };
}

function parseEnable(p: TokenCursor): AlterTableAction {
  const enabled = p.advance().key === "ENABLE";
  if (p.accept("TRIGGER")) return { kind: "enable-triggers", enabled, names: parseNamesOrAll(p) };
  if (p.is("FILETABLE_NAMESPACE")) throw new Unsupported("FileTable");
  p.expect("CHANGE_TRACKING");
  let trackColumnsUpdated: boolean | undefined;
  if (enabled && p.accept("WITH", "(")) {
    p.expect("TRACK_COLUMNS_UPDATED", "=");
    trackColumnsUpdated = parseOnOff(p);
    p.expect(")");
  }
  return { kind: "change-tracking", enabled, trackColumnsUpdated };
}
