import { app } from "@azure/functions";
import { getApp } from "../src/app.ts";
import { verifyTimerSchedule } from "../src/config.ts";
import { invocationError } from "../src/invocation-error.ts";
import { invocationLog } from "../src/log.ts";
import { verifyAllTables } from "../src/operations/verify-all-tables.ts";

const schedule = verifyTimerSchedule(process.env);

if (schedule !== undefined) {
  app.timer("verifyTables", {
    schedule,
    handler: async (_timer, context) => {
      const application = await getApp();
      const { redact } = application;
      try {
        const sweep = await verifyAllTables(application);
        invocationLog(context, redact).info("verification of all tables ordered", { ...sweep });
      } catch (error) {
        throw invocationError(error, redact);
      }
    },
  });
}
