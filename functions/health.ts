import { app } from "@azure/functions";
import { z } from "zod";
import { answerRequest, jsonAnswer } from "../src/http/answer-request.ts";
import { readQuery } from "../src/http/input.ts";
import { checkDeepHealth } from "../src/operations/check-deep-health.ts";
import { checkHealth } from "../src/operations/check-health.ts";
import { functionDisabled } from "../src/operations/function-disabled.ts";
import { unhealthySettings } from "../src/operations/health-report.ts";
import { SettingsError } from "../src/settings-error.ts";

/** `deep=1`: everything that must be true is looked at, which takes a look at every table. */
const healthQuery = z.strictObject({ deep: z.enum(["0", "1"]).optional() });

app.http("health", {
  methods: ["GET"],
  authLevel: "function",
  route: "health",
  handler: (request, context) =>
    answerRequest(
      context,
      async (application) => {
        const { deep } = readQuery(request, healthQuery);
        const off = { moduleSync: functionDisabled(process.env, "syncModules") };
        const check = deep === "1" ? checkDeepHealth : checkHealth;
        const report = await check(application, off);
        return jsonAnswer(report, report.status === "unhealthy" ? 503 : 200);
      },
      (error) => (error instanceof SettingsError ? jsonAnswer(unhealthySettings(error.problems), 503) : undefined),
    ),
});
