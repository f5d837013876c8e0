import { app } from "@azure/functions";
import { jsonAnswer } from "../src/http/answer-request.ts";

/** For load balancers and availability tests: this process takes calls. Asks nobody and says nothing else, so it needs no key. */
app.http("live", {
  methods: ["GET"],
  authLevel: "anonymous",
  route: "live",
  handler: () => jsonAnswer({ status: "alive" }),
});
