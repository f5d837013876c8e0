import { app } from "@azure/functions";
import { verifyTimerSchedule } from "../src/config.ts";
import { verifyAllTables } from "../src/operations/verify-all-tables.ts";
import { runTimer } from "../src/run-timer.ts";

const schedule = verifyTimerSchedule(process.env);

if (schedule !== undefined) {
  app.timer("verifyTables", {
    schedule,
    handler: (_timer, context) =>
      runTimer(context, async (app, log) => {
        const sweep = await verifyAllTables(app);
        log.info("verification of all tables ordered", { ...sweep });
      }),
  });
}
