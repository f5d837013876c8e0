import { app } from "@azure/functions";
import { jsonAnswer } from "../src/http/answer-request.ts";
import { emptyBody } from "../src/http/input.ts";
import { answerTableRequest, conflict } from "../src/http/table-request.ts";
import { tableKey } from "../src/model/table-name.ts";
import { enableTable } from "../src/operations/enable-table.ts";

app.http("enable", {
  methods: ["POST"],
  authLevel: "function",
  route: "tables/{table}/enable",
  handler: (request, context) =>
    answerTableRequest(request, context, emptyBody, async ({ app, view, table, log }) => {
      const result = await enableTable(app, view, table);
      if (result.kind === "refused") throw conflict(result);
      if (result.changed) log.info("enabled by HTTP");
      return jsonAnswer({ table: tableKey(table), enabled: true, changed: result.changed });
    }),
});
