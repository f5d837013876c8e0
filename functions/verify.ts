import { app } from "@azure/functions";
import { jsonAnswer } from "../src/http/answer-request.ts";
import { emptyBody, readQuery, repairQuery } from "../src/http/input.ts";
import { answerTableRequest, conflict } from "../src/http/table-request.ts";
import { tableKey } from "../src/model/table-name.ts";
import { reportVerification } from "../src/operations/verify-report.ts";
import { cancelVerification, verifyTable } from "../src/operations/verify-table.ts";
import { readVerification } from "../src/state/verifications.ts";

app.http("verification", {
  methods: ["GET"],
  authLevel: "function",
  route: "tables/{table}/verify",
  handler: (request, context) =>
    answerTableRequest(request, context, emptyBody, async ({ app, view, table }) => {
      const { value } = await readVerification(app.state, table);
      return jsonAnswer(reportVerification(view, table, value));
    }),
});

app.http("verify", {
  methods: ["POST"],
  authLevel: "function",
  route: "tables/{table}/verify",
  handler: (request, context) =>
    answerTableRequest(request, context, emptyBody, async ({ app, view, table, log }) => {
      const repair = readQuery(request, repairQuery).repair === "1";
      const result = await verifyTable(app, view, table, { repair, askedBy: "http" });
      if (result.kind === "refused") throw conflict(result);
      const { changed } = result;
      if (changed) log.info("verification ordered by HTTP", { repair });
      return jsonAnswer({ table: tableKey(table), repair, changed }, 202);
    }),
});

app.http("cancelVerification", {
  methods: ["DELETE"],
  authLevel: "function",
  route: "tables/{table}/verify",
  handler: (request, context) =>
    answerTableRequest(request, context, emptyBody, async ({ app, table, log }) => {
      const changed = await cancelVerification(app, table);
      if (changed) log.info("verification cancelled by HTTP");
      return jsonAnswer({ table: tableKey(table), changed });
    }),
});
