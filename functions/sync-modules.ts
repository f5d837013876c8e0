import { app } from "@azure/functions";
import { timerSchedule } from "../src/config.ts";
import { syncModules } from "../src/modules/sync-modules.ts";
import { runTimer } from "../src/run-timer.ts";

app.timer("syncModules", {
  schedule: timerSchedule(process.env, "MODULE_SYNC_SCHEDULE"),
  handler: (_timer, context) =>
    runTimer(context, (app, log) => syncModules(app, { signal: app.stopping, log, parent: context.traceContext })),
});
