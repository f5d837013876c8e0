import { app } from "@azure/functions";
import { timerSchedule } from "../src/config.ts";
import { runTimer } from "../src/run-timer.ts";
import { runTick } from "../src/tick/run-tick.ts";

app.timer("syncTables", {
  schedule: timerSchedule(process.env, "SYNC_SCHEDULE"),
  handler: (_timer, context) =>
    runTimer(context, (app, log) => runTick(app, { signal: app.stopping, log, parent: context.traceContext })),
});
