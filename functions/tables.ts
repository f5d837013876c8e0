import { app } from "@azure/functions";
import { answerRequest, jsonAnswer } from "../src/http/answer-request.ts";
import { emptyBody } from "../src/http/input.ts";
import { answerTableRequest } from "../src/http/table-request.ts";
import { readTables, reportOf, reportTables } from "../src/operations/read-tables.ts";

app.http("tables", {
  methods: ["GET"],
  authLevel: "function",
  route: "tables",
  handler: (_request, context) =>
    answerRequest(context, async (application) => jsonAnswer(reportTables(await readTables(application)))),
});

app.http("table", {
  methods: ["GET"],
  authLevel: "function",
  route: "tables/{table}",
  handler: (request, context) =>
    answerTableRequest(request, context, emptyBody, ({ view, table }) =>
      Promise.resolve(jsonAnswer(reportOf(view, table))),
    ),
});
