import { app } from "@azure/functions";
import { getApp } from "../src/app.ts";
import { timerSchedule } from "../src/config.ts";
import { invocationError } from "../src/invocation-error.ts";
import { invocationLog } from "../src/log.ts";
import { syncModules } from "../src/modules/sync-modules.ts";

app.timer("syncModules", {
  schedule: timerSchedule(process.env, "MODULE_SYNC_SCHEDULE"),
  handler: async (_timer, context) => {
    const application = await getApp();
    const { redact, stopping } = application;
    try {
      await syncModules(application, { signal: stopping, log: invocationLog(context, redact) });
    } catch (error) {
      throw invocationError(error, redact);
    }
  },
});
