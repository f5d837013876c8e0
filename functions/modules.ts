import { app } from "@azure/functions";
import { answerRequest, jsonAnswer } from "../src/http/answer-request.ts";
import { confirmQuery, emptyBody, readBody, readQuery } from "../src/http/input.ts";
import { HttpProblem } from "../src/http/problem.ts";
import { reportModules } from "../src/operations/report-modules.ts";
import { syncModules } from "../src/modules/sync-modules.ts";
import { readModuleStates } from "../src/state/module-states.ts";

app.http("modules", {
  methods: ["GET"],
  authLevel: "function",
  route: "modules",
  handler: (_request, context) =>
    answerRequest(context, async ({ state }) => jsonAnswer(reportModules(await readModuleStates(state)))),
});

app.http("modulesSync", {
  methods: ["POST"],
  authLevel: "function",
  route: "modules/sync",
  handler: (request, context) =>
    answerRequest(context, async (application, log) => {
      const { confirm } = readQuery(request, confirmQuery);
      await readBody(request, emptyBody);
      const result = await syncModules(application, {
        signal: application.stopping,
        log,
        confirmed: confirm === "1",
        retryAll: true,
        // HTTP answers within 230 s: the host cuts the call off then. What is left comes with the next run.
        budgetSeconds: 120,
      });
      if (result.kind === "held-elsewhere") {
        throw new HttpProblem(
          409,
          "Not possible now",
          "a run of module sync is under way; try again in a moment",
          {},
          { "retry-after": "5" },
        );
      }
      return jsonAnswer(reportModules(result));
    }),
});
