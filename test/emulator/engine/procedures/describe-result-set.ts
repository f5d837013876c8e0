import { BIT, INT, nvarchar, SYSNAME } from "../../values/coerce-type.ts";
import { assemblyQualifiedName } from "../../values/clr-class.ts";
import { isClr, maxLength } from "../../values/coerce-type.ts";
import { coerce } from "../../values/coerce.ts";
import { sqlError } from "../../values/error-table.ts";
import { SqlError, Unsupported } from "../../values/sql-error.ts";
import { SYSTEM_TYPE_IDS, typeName, userTypeIdOf } from "../../catalog/type-facts.ts";
import { withCoverage } from "../../tsql/coverage.ts";
import type { SqlRow, SqlType } from "../../values/sql-type.ts";
import { precisionOf, scaleOfType } from "../functions/conversion-functions.ts";
import type { Compiled } from "../expressions/compiled.ts";
import type { ExpressionEnv, OutputColumn, RowPlan } from "../expressions/expression-env.ts";
import { atomic, type Execution } from "../session/execution.ts";
import { Scope } from "../session/scope.ts";
import type { Session } from "../session/session.ts";
import type { Step } from "../session/step.ts";
import { StatementContext } from "../statement-context.ts";
import { compileSelectStatement, resultColumns } from "../statements/select-statement.ts";
import { rowsFrom } from "../tables/function-tables.ts";
import { textArgument } from "./dynamic-sql.ts";
import { parseParameterList } from "./parameter-list.ts";
import type { CallArgument } from "./procedure-call.ts";
import { namedArguments } from "./system-procedures.ts";

/** sys.dm_exec_describe_first_result_set and sp_describe_first_result_set: of a text whose first result is a SELECT. */

const TEXT = nvarchar(4000);

/** Columns in the order of the function; those that this emulator never fills are NULL. */
const COLUMNS: readonly (readonly [name: string, type: SqlType])[] = [
  ["is_hidden", BIT],
  ["column_ordinal", INT],
  ["name", SYSNAME],
  ["is_nullable", BIT],
  ["system_type_id", INT],
  ["system_type_name", nvarchar(256)],
  ["max_length", { name: "smallint" }],
  ["precision", { name: "tinyint" }],
  ["scale", { name: "tinyint" }],
  ["collation_name", SYSNAME],
  ["user_type_id", INT],
  ["user_type_database", SYSNAME],
  ["user_type_schema", SYSNAME],
  ["user_type_name", SYSNAME],
  ["assembly_qualified_type_name", TEXT],
  ["xml_collection_id", INT],
  ["xml_collection_database", SYSNAME],
  ["xml_collection_schema", SYSNAME],
  ["xml_collection_name", SYSNAME],
  ["is_xml_document", BIT],
  ["is_case_sensitive", BIT],
  ["is_fixed_length_clr_type", BIT],
  ["source_server", SYSNAME],
  ["source_database", SYSNAME],
  ["source_schema", SYSNAME],
  ["source_table", SYSNAME],
  ["source_column", SYSNAME],
  ["is_identity_column", BIT],
  ["is_part_of_unique_key", BIT],
  ["is_updateable", BIT],
  ["is_computed_column", BIT],
  ["is_sparse_column_set", BIT],
];
const ERRORS: readonly (readonly [name: string, type: SqlType])[] = [
  ["ordinal_in_order_by_list", { name: "smallint" }],
  ["order_by_list_length", { name: "smallint" }],
  ["order_by_is_descending", { name: "smallint" }],
  ["error_number", INT],
  ["error_severity", INT],
  ["error_state", INT],
  ["error_message", TEXT],
  ["error_type", INT],
  ["error_type_desc", nvarchar(60)],
];
const PROCEDURE_TAIL: readonly (readonly [name: string, type: SqlType])[] = [
  ["ordinal_in_order_by_list", { name: "smallint" }],
  ["order_by_is_descending", { name: "smallint" }],
  ["order_by_list_length", { name: "smallint" }],
  ["tds_type_id", INT],
  ["tds_length", INT],
  ["tds_collation_id", INT],
  ["tds_collation_sort_id", { name: "tinyint" }],
];

export function shownType(type: SqlType): string {
  const name = typeName(type.name);
  if (type.precision !== undefined) return `${name}(${type.precision},${type.scale ?? 0})`;
  if (type.length !== undefined) return `${name}(${type.length === -1 ? "max" : type.length})`;
  return type.scale !== undefined ? `${name}(${type.scale})` : name;
}

/** @returns undefined: the text returns no rows */
function firstResult(text: string, declarations: string, session: Session): readonly OutputColumn[] | undefined {
  const scope = new Scope("dynamic", session.scope);
  const context = new StatementContext(session, scope);
  for (const parameter of parseParameterList(declarations, session)) {
    scope.declare({ name: parameter.name, type: context.dataType(parameter.type, "declaration"), value: null });
  }
  for (const statement of session.engine.parse(text, session.options.quotedIdentifier).statements) {
    switch (statement.kind) {
      case "select": {
        const program = compileSelectStatement(withCoverage(statement).node, context);
        if (program.kind === "rows") return program.plan.columns;
        break;
      }
      case "set-option":
      case "set-variable":
      case "set-isolation-level":
      case "set-value":
        break;
      case "declare":
        for (const variable of statement.variables) {
          if (variable.kind !== "scalar-variable") throw new Unsupported("a table variable in a described text");
          scope.declare({ name: variable.name, type: context.dataType(variable.type, "declaration"), value: null });
        }
        break;
      default:
        throw new Unsupported(`describing a text with ${statement.kind}`);
    }
  }
  return undefined;
}

/** @param database the session's */
function describeColumns(columns: readonly OutputColumn[], database: string): SqlRow[] {
  const shown = resultColumns(columns);
  return columns.map((column, at): SqlRow => {
    const { type } = column;
    const own = shown[at]!;
    const isText = type.collation !== undefined;
    const row: SqlRow = COLUMNS.map(() => null);
    // "sys.dm_exec_describe_first_result_set": a CLR type is told by its own name.
    const clr = isClr(type);
    const known: Record<string, SqlRow[number]> = {
      is_hidden: 0,
      column_ordinal: at + 1,
      name: column.name === "" ? null : column.name,
      is_nullable: column.nullable ? 1 : 0,
      system_type_id: SYSTEM_TYPE_IDS[type.name],
      system_type_name: clr ? null : shownType(type),
      max_length: maxLength(type),
      precision: precisionOf(type),
      scale: scaleOfType(type),
      user_type_id: clr ? userTypeIdOf(type) : null,
      user_type_database: clr ? database : null,
      user_type_schema: clr ? "sys" : null,
      user_type_name: clr ? type.name : null,
      assembly_qualified_type_name: clr ? assemblyQualifiedName(type.name) : null,
      collation_name: isText ? type.collation : null,
      is_xml_document: 0,
      is_case_sensitive: isText && /_(CS|BIN)/i.test(type.collation) ? 1 : 0,
      is_fixed_length_clr_type: 0,
      is_identity_column: own.identity === true ? 1 : 0,
      is_updateable: column.source?.column && own.computed !== true ? 1 : 0,
      is_computed_column: own.computed === true ? 1 : 0,
      is_sparse_column_set: 0,
    };
    COLUMNS.forEach(([name], index) => {
      row[index] = known[name] ?? null;
    });
    return row;
  });
}

/** The function: an error of the text is a row with error_number. */
export function describePlan(args: readonly Compiled[], env: ExpressionEnv): RowPlan {
  if (args.length !== 3) throw sqlError(313, "sys.dm_exec_describe_first_result_set");
  const { session } = env.context;
  const columns = [...COLUMNS, ...ERRORS].map(([name, type]): OutputColumn => ({ name, type, nullable: true }));
  return rowsFrom(columns, args, ([text, declarations, browse]) => {
    if (browse !== null && Number(browse) !== 0) throw new Unsupported("browse information mode");
    const asText = (value: unknown): string => (typeof value === "string" ? value : "");
    try {
      const found = firstResult(asText(text), asText(declarations), session);
      return (found ? describeColumns(found, session.currentDatabase.name) : []).map((row) => [
        ...row,
        ...ERRORS.map(() => null),
      ]);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      const row: SqlRow = [...COLUMNS, ...ERRORS].map(() => null);
      row[0] = 0;
      const at = COLUMNS.length + 3;
      row[at] = error.number;
      row[at + 1] = error.severity;
      row[at + 2] = error.state;
      row[at + 3] = error.message;
      return [row];
    }
  });
}

/** The procedure. @throws SqlError of the text */
export function* describeFirstResultSet(args: readonly CallArgument[], execution: Execution): Step<number> {
  const named = namedArguments("sp_describe_first_result_set", ["@tsql", "@params", "@browse_information_mode"], args);
  const browse = named.get("@browse_information_mode");
  if (browse && browse.value !== null && coerce(browse.value, browse.type, INT, { explicit: true }) !== 0)
    throw new Unsupported("browse information mode");
  const rows = yield* atomic(execution, () => {
    const found = firstResult(
      textArgument(named.get("@tsql")) ?? "",
      textArgument(named.get("@params")) ?? "",
      execution.session,
    );
    return found ? describeColumns(found, execution.session.currentDatabase.name) : [];
  });
  const { output } = execution;
  output.columns([...COLUMNS, ...PROCEDURE_TAIL].map(([name, type]) => ({ name, type, nullable: true })));
  for (const row of rows) {
    const pressure = output.row([...row, ...PROCEDURE_TAIL.map(() => null)]);
    if (pressure) yield pressure;
  }
  output.done({ command: 0xc1, inProcedure: true, rowCount: BigInt(rows.length) });
  return 0;
}
