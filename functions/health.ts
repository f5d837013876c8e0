import { app } from "@azure/functions";
import { getApp } from "../src/app.ts";
import { jsonAnswer } from "../src/http/answer-request.ts";
import { checkHealth } from "../src/operations/check-health.ts";
import { unhealthySettings } from "../src/operations/health-report.ts";
import { SettingsError } from "../src/settings-error.ts";

app.http("health", {
  methods: ["GET"],
  authLevel: "function",
  route: "health",
  handler: async () => {
    try {
      const report = await checkHealth(await getApp());
      return jsonAnswer(report, report.status === "unhealthy" ? 503 : 200);
    } catch (error) {
      if (error instanceof SettingsError) return jsonAnswer(unhealthySettings(error.problems), 503);
      throw error;
    }
  },
});
