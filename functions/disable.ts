import { app } from "@azure/functions";
import { jsonAnswer } from "../src/http/answer-request.ts";
import { emptyBody } from "../src/http/input.ts";
import { answerTableRequest } from "../src/http/table-request.ts";
import { tableKey } from "../src/model/table-name.ts";
import { disableTable } from "../src/operations/enable-table.ts";

app.http("disable", {
  methods: ["POST"],
  authLevel: "function",
  route: "tables/{table}/disable",
  handler: (request, context) =>
    answerTableRequest(request, context, emptyBody, async ({ app, view, table, log }) => {
      const { changed } = await disableTable(app, view, table);
      if (changed) log.info("disabled by HTTP");
      return jsonAnswer({ table: tableKey(table), enabled: false, changed });
    }),
});
