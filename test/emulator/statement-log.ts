import { createHash } from "node:crypto";
import { appendFileSync } from "node:fs";
import type { RpcCall } from "./tds/session-handler.ts";
import type { ObservedSession, StatementObserver } from "./tds/statement-observer.ts";
import type { SqlType } from "./values/sql-type.ts";

/** Where the parameter declarations and the statement stand among the parameters of the calls that carry SQL. */
const CARRIERS: Readonly<Record<string, { statement: number; declarations: number }>> = {
  sp_executesql: { statement: 0, declarations: 1 },
  sp_prepare: { statement: 2, declarations: 1 },
  sp_prepexec: { statement: 2, declarations: 1 },
};

/** They name a statement that was logged when it was prepared. */
const BY_HANDLE = new Set(["sp_execute", "sp_unprepare"]);

function typeText(type: SqlType): string {
  switch (type.name) {
    case "decimal":
    case "numeric":
      return `${type.name}(${type.precision ?? 18}, ${type.scale ?? 0})`;
    case "time":
    case "datetime2":
    case "datetimeoffset":
      return `${type.name}(${type.scale ?? 7})`;
    case "char":
    case "varchar":
    case "nchar":
    case "nvarchar":
    case "binary":
    case "varbinary":
      return `${type.name}(${type.length === -1 ? "max" : (type.length ?? 1)})`;
    case "text":
      return "varchar(max)";
    case "ntext":
      return "nvarchar(max)";
    case "image":
      return "varbinary(max)";
    default:
      return type.name;
  }
}

/** `@a int OUTPUT` -> `@a int`: parameters may be output, variables may not. */
function asVariables(declarations: string): string {
  return declarations.replace(/\s+(?:OUTPUT|OUT)(?=\s*(?:,|$))/gi, "");
}

/** EXEC of a procedure, each value in a variable of the type that travelled. */
function procedureCall(call: RpcCall): string {
  const variables: string[] = [];
  const passed: string[] = [];
  call.parameters.forEach((parameter, at) => {
    const variable = `@emulator_${at + 1}`;
    variables.push(`${variable} ${typeText(parameter.type)}`);
    const name = parameter.name === "" ? "" : `${parameter.name} = `;
    passed.push(`${name}${variable}${parameter.output ? " OUTPUT" : ""}`);
  });
  const declare = variables.length === 0 ? "" : `DECLARE ${variables.join(", ")}; `;
  return `${declare}EXEC ${call.procedure}${passed.length === 0 ? "" : ` ${passed.join(", ")}`}`;
}

/**
 * A call as a script that can be parsed on its own: the statement of sp_executesql behind a DECLARE of its parameters.
 * Undefined for calls that name a prepared statement by its handle.
 */
export function scriptOfCall(call: RpcCall): string | undefined {
  const procedure = call.procedure.toLowerCase();
  if (BY_HANDLE.has(procedure)) return undefined;
  const carrier = CARRIERS[procedure];
  if (carrier === undefined) return procedureCall(call);
  const statement = call.parameters[carrier.statement]?.value;
  if (typeof statement !== "string") return procedureCall(call);
  const declarations = call.parameters[carrier.declarations]?.value;
  if (typeof declarations !== "string" || declarations.trim() === "") return statement;
  return `DECLARE ${asVariables(declarations)}; ${statement}`;
}

/**
 * Writes every distinct statement of this process as a JSON line `{app, database, sql}`, appended to the file, so that
 * what is sent can be checked by real parsers afterwards.
 */
export class StatementLog implements StatementObserver {
  readonly #file: string;
  readonly #seen = new Set<string>();

  constructor(file: string) {
    this.#file = file;
  }

  batch(session: ObservedSession, text: string): void {
    this.#write(session, text);
  }

  rpc(session: ObservedSession, call: RpcCall): void {
    const script = scriptOfCall(call);
    if (script !== undefined) this.#write(session, script);
  }

  #write(session: ObservedSession, sql: string): void {
    const line = `${JSON.stringify({ app: session.app, database: session.database, sql })}\n`;
    // A digest: statements with thousands of literals would fill the memory.
    const digest = createHash("sha1").update(line).digest("base64");
    if (this.#seen.has(digest)) return;
    this.#seen.add(digest);
    appendFileSync(this.#file, line);
  }
}
