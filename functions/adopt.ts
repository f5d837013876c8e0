import { app } from "@azure/functions";
import { jsonAnswer } from "../src/http/answer-request.ts";
import { versionBody } from "../src/http/input.ts";
import { answerTableRequest, conflict } from "../src/http/table-request.ts";
import { tableKey } from "../src/model/table-name.ts";
import { adoptTable } from "../src/operations/adopt-table.ts";

app.http("adopt", {
  methods: ["POST"],
  authLevel: "function",
  route: "tables/{table}/adopt",
  handler: (request, context) =>
    answerTableRequest(request, context, versionBody, async ({ app, view, table, body: { version }, log }) => {
      const result = await adoptTable(app, view, table, version);
      if (result.kind === "refused") throw conflict(result);
      log.warn("version adopted by HTTP", { version });
      return jsonAnswer({ table: tableKey(table), version: result.version.toString(), advice: result.advice });
    }),
});
