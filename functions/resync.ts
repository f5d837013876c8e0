import { app } from "@azure/functions";
import { jsonAnswer } from "../src/http/answer-request.ts";
import { emptyBody } from "../src/http/input.ts";
import { answerTableRequest, conflict } from "../src/http/table-request.ts";
import { tableKey } from "../src/model/table-name.ts";
import { resyncTable } from "../src/operations/resync-table.ts";

app.http("resync", {
  methods: ["POST"],
  authLevel: "function",
  route: "tables/{table}/resync",
  handler: (request, context) =>
    answerTableRequest(request, context, emptyBody, async ({ app, view, table, log }) => {
      const result = await resyncTable(app, view, table);
      if (result.kind === "refused") throw conflict(result);
      const { order, paused } = result;
      const changed = order === "ordered";
      if (changed) log.info("full load ordered by HTTP", { paused });
      const forceFullLoad = typeof order === "object" ? "running" : "ordered";
      return jsonAnswer({ table: tableKey(table), forceFullLoad, changed, paused }, 202);
    }),
});
