import { app } from "@azure/functions";
import { answerRequest, jsonAnswer } from "../src/http/answer-request.ts";
import { checkHealth } from "../src/operations/check-health.ts";
import { functionDisabled } from "../src/operations/function-disabled.ts";
import { unhealthySettings } from "../src/operations/health-report.ts";
import { SettingsError } from "../src/settings-error.ts";

app.http("health", {
  methods: ["GET"],
  authLevel: "function",
  route: "health",
  handler: (_request, context) =>
    answerRequest(
      context,
      async (application) => {
        const off = { moduleSync: functionDisabled(process.env, "syncModules") };
        const report = await checkHealth(application, off);
        return jsonAnswer(report, report.status === "unhealthy" ? 503 : 200);
      },
      (error) => (error instanceof SettingsError ? jsonAnswer(unhealthySettings(error.problems), 503) : undefined),
    ),
});
