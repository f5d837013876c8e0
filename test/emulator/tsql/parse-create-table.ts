import { Unsupported } from "../values/sql-error.ts";
import type { CreateTableStatement, IndexOption, SystemVersioning } from "./ast-tables.ts";
import { acceptFilegroup, parseIndexOption } from "./parse-index.ts";
import { parseIdentifier, parseObjectName } from "./parse-names.ts";
import { parseTableDefinition } from "./parse-table-definition.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** CREATE TABLE; the cursor stands at TABLE. */
export function parseCreateTable(p: TokenCursor, pos: number, line: number): CreateTableStatement {
  p.expect("TABLE");
  const name = parseObjectName(p);
  if (p.is("AS")) throw new Unsupported(`CREATE TABLE ... AS ${p.at(1).value}`);
  const definition = parseTableDefinition(p);
  if (p.is("AS")) throw new Unsupported("graph tables");
  const filegroup = acceptFilegroup(p);
  let textImageOn: string | undefined;
  if (p.accept("TEXTIMAGE_ON")) textImageOn = parseIdentifier(p);
  if (p.is("FILESTREAM_ON")) throw new Unsupported("FILESTREAM_ON");
  const { options, systemVersioning } = parseTableOptions(p);
  return { kind: "create-table", pos, line, name, definition, filegroup, textImageOn, options, systemVersioning };
}

interface TableOptions {
  readonly options: readonly IndexOption[];
  readonly systemVersioning: SystemVersioning | undefined;
}

function parseTableOptions(p: TokenCursor): TableOptions {
  const options: IndexOption[] = [];
  let systemVersioning: SystemVersioning | undefined;
  if (p.is("WITH") && p.is("(", 1)) {
    p.advance();
    p.parenthesized(() => {
      if (p.is("SYSTEM_VERSIONING")) systemVersioning = parseSystemVersioning(p);
      else options.push(parseIndexOption(p));
    });
  }
  return { options, systemVersioning };
}

/** SYSTEM_VERSIONING = ON [(HISTORY_TABLE = name, ...)] | OFF */
export function parseSystemVersioning(p: TokenCursor): SystemVersioning {
  p.expect("SYSTEM_VERSIONING", "=");
  const enabled = p.expectOneOf("ON", "OFF") === "ON";
  const options: IndexOption[] = [];
  let historyTable: SystemVersioning["historyTable"];
  if (enabled && p.is("(")) {
    p.parenthesized(() => {
      if (p.accept("HISTORY_TABLE", "=")) historyTable = parseObjectName(p);
      else options.push(parseIndexOption(p));
    });
  }
  return { kind: "system-versioning", enabled, historyTable, options };
}
