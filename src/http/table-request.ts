import type { HttpRequest, HttpResponseInit, InvocationContext } from "@azure/functions";
import type { ZodType } from "zod";
import type { App } from "../app.ts";
import type { Log } from "../log.ts";
import { type TableName, tableKey } from "../model/table-name.ts";
import { findTable } from "../operations/find-table.ts";
import { readTables, type TablesView } from "../operations/read-tables.ts";
import type { Refusal } from "../operations/refusal.ts";
import { answerRequest } from "./answer-request.ts";
import { readBody, readParams, tableParam } from "./input.ts";
import { HttpProblem } from "./problem.ts";

/** What a call on one table works with. */
export interface TableCall<Body> {
  readonly app: App;
  readonly view: TablesView;
  readonly table: TableName;
  readonly body: Body;
  /** Of the table; carries its name. */
  readonly log: Log;
}

/**
 * A call on `{table}` of the route: 404 with the nearest names where none is meant.
 * @param schema of the body; `emptyBody` where there is nothing to say
 */
export function answerTableRequest<Body>(
  request: HttpRequest,
  context: InvocationContext,
  schema: ZodType<Body>,
  work: (call: TableCall<Body>) => Promise<HttpResponseInit>,
): Promise<HttpResponseInit> {
  return answerRequest(context, async (app, log) => {
    const text = readParams(request, tableParam).table;
    const body = await readBody(request, schema);
    const view = await readTables(app);
    const found = findTable(text, view.tables);
    if (found.kind === "unknown") {
      const { nearest } = found;
      const hint = nearest.length === 0 ? "" : `; the nearest names: ${nearest.join(", ")}`;
      throw new HttpProblem(404, "Unknown table", `there is no tracked table ${text}${hint}`, { nearest });
    }
    return work({ app, view, table: found.table, body, log: log.with({ table: tableKey(found.table) }) });
  });
}

/** 409, with what is in the way and what helps. */
export function conflict({ what, fix }: Refusal): HttpProblem {
  return new HttpProblem(409, "Not possible now", what, fix === undefined ? {} : { fix });
}
