import { Unsupported } from "../values/sql-error.ts";
import type {
  CreateTableStatement,
  IndexOption,
  LedgerClause,
  SystemVersioning,
  TableDefinition,
} from "./ast-tables.ts";
import { acceptFilegroup, parseIndexOption } from "./parse-index.ts";
import { parseIdentifier, parseInteger, parseObjectName, parseOnOff } from "./parse-names.ts";
import { parseTableDefinition } from "./parse-table-definition.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** CREATE TABLE; the cursor stands at TABLE. */
export function parseCreateTable(p: TokenCursor, pos: number, line: number): CreateTableStatement {
  p.expect("TABLE");
  const name = parseObjectName(p);
  const start = { kind: "create-table", pos, line, name } as const;
  // Of all tables only an edge table may have no columns of its own.
  if (p.is("AS") && p.is("EDGE", 1)) return parseRest(p, start, noColumns, parseGraph(p));
  if (p.is("AS")) throw new Unsupported(`CREATE TABLE ... AS ${p.at(1).value}`);
  const definition = parseTableDefinition(p);
  return parseRest(p, start, definition, p.is("AS") ? parseGraph(p) : undefined);
}

const noColumns: TableDefinition = {
  kind: "table-definition",
  columns: [],
  constraints: [],
  indexes: [],
  period: undefined,
};

function parseGraph(p: TokenCursor): "node" | "edge" {
  p.expect("AS");
  return p.expectOneOf("NODE", "EDGE") === "NODE" ? "node" : "edge";
}

function parseRest(
  p: TokenCursor,
  start: Pick<CreateTableStatement, "kind" | "pos" | "line" | "name">,
  definition: TableDefinition,
  graph: "node" | "edge" | undefined,
): CreateTableStatement {
  const filegroup = acceptFilegroup(p);
  let textImageOn: string | undefined;
  let filestreamOn: string | undefined;
  if (p.accept("TEXTIMAGE_ON")) textImageOn = parseIdentifier(p);
  if (p.accept("FILESTREAM_ON")) filestreamOn = parseIdentifier(p);
  return { ...start, definition, graph, filegroup, textImageOn, filestreamOn, ...parseTableOptions(p) };
}

type TableOptions = Pick<CreateTableStatement, "options" | "systemVersioning" | "ledger">;

function parseTableOptions(p: TokenCursor): TableOptions {
  const options: IndexOption[] = [];
  let systemVersioning: SystemVersioning | undefined;
  let ledger: LedgerClause | undefined;
  if (p.is("WITH") && p.is("(", 1)) {
    p.advance();
    p.parenthesized(() => {
      if (p.is("SYSTEM_VERSIONING")) systemVersioning = parseSystemVersioning(p);
      else if (p.is("LEDGER")) ledger = parseLedger(p);
      else options.push(parseIndexOption(p));
    });
  }
  return { options, systemVersioning, ledger };
}

/** SYSTEM_VERSIONING = ON [(HISTORY_TABLE = name, ...)] | OFF */
export function parseSystemVersioning(p: TokenCursor): SystemVersioning {
  p.expect("SYSTEM_VERSIONING", "=");
  const enabled = p.expectOneOf("ON", "OFF") === "ON";
  const options: IndexOption[] = [];
  let historyTable: SystemVersioning["historyTable"];
  let retention: SystemVersioning["retention"];
  if (enabled && p.is("(")) {
    p.parenthesized(() => {
      if (p.accept("HISTORY_TABLE", "=")) historyTable = parseObjectName(p);
      else if (p.accept("HISTORY_RETENTION_PERIOD", "=")) retention = parseRetention(p);
      else options.push(parseIndexOption(p));
    });
  }
  return { kind: "system-versioning", enabled, historyTable, retention, options };
}

/** INFINITE | number DAY[S] | WEEK[S] | MONTH[S] | YEAR[S] */
function parseRetention(p: TokenCursor): NonNullable<SystemVersioning["retention"]> {
  if (p.accept("INFINITE")) return "infinite";
  const period = parseInteger(p);
  const word = p.expectOneOf("DAY", "DAYS", "WEEK", "WEEKS", "MONTH", "MONTHS", "YEAR", "YEARS");
  return { period, unit: word.replace(/S$/, "") as "DAY" | "WEEK" | "MONTH" | "YEAR" };
}

/** LEDGER = ON [(LEDGER_VIEW = name, APPEND_ONLY = ON | OFF)] | OFF */
function parseLedger(p: TokenCursor): LedgerClause {
  p.expect("LEDGER", "=");
  const enabled = parseOnOff(p);
  let view: LedgerClause["view"];
  let appendOnly = false;
  if (enabled && p.is("(")) {
    p.parenthesized(() => {
      if (p.accept("LEDGER_VIEW", "=")) {
        view = parseObjectName(p);
        if (p.is("(")) throw new Unsupported("LEDGER_VIEW with names of its columns");
      } else {
        p.expect("APPEND_ONLY", "=");
        appendOnly = parseOnOff(p);
      }
    });
  }
  return { kind: "ledger", enabled, view, appendOnly };
}
