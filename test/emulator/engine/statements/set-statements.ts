import type {
  SetIdentityInsertStatement,
  SetIsolationLevelStatement,
  SetOptionStatement,
  SetValueStatement,
} from "../../tsql/ast-control.ts";
import { sqlError } from "../../values/error-table.ts";
import { plainText } from "../../values/plain-text.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { SqlValue } from "../../values/sql-type.ts";
import { compileExpression } from "../expressions/expression.ts";
import { Runtime } from "../runtime.ts";
import type { Execution } from "../session/execution.ts";
import { requireTable } from "../session/resolve-name.ts";
import type { SessionOptions } from "../session/session-options.ts";
import { StatementContext } from "../statement-context.ts";
import { noColumns } from "./variable-statements.ts";

type BooleanOption = {
  [K in keyof SessionOptions]: SessionOptions[K] extends boolean ? K : never;
}[keyof SessionOptions];

const OPTIONS: Readonly<Record<string, BooleanOption>> = {
  nocount: "nocount",
  xact_abort: "xactAbort",
  ansi_nulls: "ansiNulls",
  quoted_identifier: "quotedIdentifier",
  ansi_padding: "ansiPadding",
  ansi_warnings: "ansiWarnings",
  arithabort: "arithAbort",
  concat_null_yields_null: "concatNullYieldsNull",
  numeric_roundabort: "numericRoundAbort",
  ansi_null_dflt_on: "ansiNullDfltOn",
  cursor_close_on_commit: "cursorCloseOnCommit",
  implicit_transactions: "implicitTransactions",
};

/** Settings whose other value would change results in ways that the emulator does not follow. */
const ONLY: Readonly<Record<string, boolean>> = {
  ansi_padding: true,
  concat_null_yields_null: true,
  numeric_roundabort: false,
  ansi_null_dflt_off: false,
  noexec: false,
  parseonly: false,
  fmtonly: false,
  showplan_all: false,
  showplan_text: false,
  showplan_xml: false,
  "statistics profile": false,
  "statistics xml": false,
  arithignore: false,
  forceplan: false,
};

/** Options that tell nothing about rows. */
const SILENT = new Set(["statistics io", "statistics time", "no_browsetable", "remote_proc_transactions"]);

export function runSetOption(statement: SetOptionStatement, execution: Execution): void {
  const { options } = execution.session;
  for (const name of statement.options) {
    if (name === "ansi_defaults") {
      if (!statement.on) throw new Unsupported("SET ANSI_DEFAULTS OFF");
      Object.assign(options, {
        ansiNulls: true,
        ansiPadding: true,
        ansiWarnings: true,
        quotedIdentifier: true,
        implicitTransactions: true,
      });
      continue;
    }
    const only = ONLY[name];
    if (only !== undefined && only !== statement.on)
      throw new Unsupported(`SET ${name.toUpperCase()} ${statement.on ? "ON" : "OFF"}`);
    const option = OPTIONS[name];
    if (option) {
      options[option] = statement.on;
      // Without both, arithmetic that fails gives NULL instead of an error.
      if (!options.ansiWarnings && !options.arithAbort)
        throw new Unsupported("SET ANSI_WARNINGS OFF with ARITHABORT OFF");
    } else if (only === undefined && !SILENT.has(name)) throw new Unsupported(`SET ${name.toUpperCase()}`);
  }
}

const PRIORITIES: Readonly<Record<string, number>> = { low: -5, normal: 0, high: 5 };

export function runSetValue(statement: SetValueStatement, execution: Execution): void {
  const { session, scope } = execution;
  const { options } = session;
  const context = new StatementContext(session, scope);
  const value: SqlValue = compileExpression(statement.value, noColumns(context)).evaluate(new Runtime(session, scope));
  const number = (): number => Number(value);
  switch (statement.option) {
    case "lock_timeout":
      options.lockTimeout = number();
      return;
    case "deadlock_priority":
      options.deadlockPriority =
        typeof value === "string" ? (PRIORITIES[value.toLowerCase()] ?? Number(value)) : number();
      if (session.transactions.current) session.transactions.current.deadlockPriority = options.deadlockPriority;
      return;
    case "rowcount":
      options.rowCount = number();
      return;
    case "textsize":
      // 0 and -1 mean no limit but the type's; less would cut what is sent.
      if (number() > 0 && number() < 2147483647) throw new Unsupported("SET TEXTSIZE");
      options.textSize = 2147483647;
      return;
    case "datefirst":
      if (number() !== 7) throw new Unsupported("SET DATEFIRST other than 7");
      return;
    case "dateformat":
      if (plainText(value).toLowerCase() !== "mdy") throw new Unsupported("SET DATEFORMAT other than mdy");
      return;
    case "language":
      if (!/^(us_english|english)$/i.test(plainText(value)))
        throw new Unsupported("SET LANGUAGE other than us_english");
      return;
    case "context_info": {
      const bytes = Buffer.alloc(128);
      (value as Buffer).copy(bytes);
      session.contextInfo = bytes;
      return;
    }
    case "query_governor_cost_limit":
      return;
    default:
      throw new Unsupported(`SET ${statement.option.toUpperCase()}`);
  }
}

/** @throws SqlError 8106 (no identity column), 8107 (another table has it), 1088 */
export function runIdentityInsert(statement: SetIdentityInsertStatement, execution: Execution): void {
  const { session, scope } = execution;
  const { database, table } = requireTable(statement.table, session, scope, (written) => sqlError(1088, written));
  if (!table.columns.some((column) => column.identity)) throw sqlError(8106, table.name);
  const { options } = session;
  const current = options.identityInsert;
  const isOwn = current?.objectId === table.objectId && current.database === database.name;
  if (!statement.on) {
    if (isOwn) options.identityInsert = undefined;
    return;
  }
  if (current && !isOwn) {
    const other = session.engine.server.findDatabase(current.database);
    const otherTable = other?.objects.get(current.objectId);
    if (other && otherTable) {
      throw sqlError(8107, other.name, other.schemaName(otherTable.schemaId), otherTable.name, table.name);
    }
  }
  options.identityInsert = { database: database.name, objectId: table.objectId };
}

/** @throws SqlError 3951 later, where a snapshot is wanted in a transaction that began otherwise */
export function runIsolation(statement: SetIsolationLevelStatement, execution: Execution): void {
  execution.session.options.isolation = statement.level;
}
