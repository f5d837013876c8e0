import { describe, expect, it } from "vitest";
import { DatabaseFailed } from "../../../src/db/explain-error.ts";
import { StatementFailed } from "../../../src/db/statement-failed.ts";
import { RelayError } from "../../../src/relay/relay-error.ts";
import { RedisUnavailable } from "../../../src/state/connect-redis.ts";
import { errorNumber, errorSide } from "../../../src/telemetry/error-origin.ts";

const deadlock = Object.assign(new Error("deadlocked"), { number: 1205 });
const refused = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
const relay = { cause: deadlock, sourceUsable: true, targetUsable: false };

describe("where an error comes from", () => {
  it.each([
    [new StatementFailed("replica", "run MERGE", deadlock), "replica", "1205"],
    [new Error("sync dbo.T", { cause: new StatementFailed("primary", "run SELECT", deadlock) }), "primary", "1205"],
    [new StatementFailed(undefined, "run SELECT", deadlock), "app", "1205"],
    [new DatabaseFailed({ role: "primary", name: "db" }, refused), "primary", "ECONNREFUSED"],
    [new RelayError("relay", { ...relay, side: "source" }), "primary", "1205"],
    [new RelayError("relay", { ...relay, side: "target" }), "replica", "1205"],
    [new RedisUnavailable("read flags", { cause: refused }), "redis", "ECONNREFUSED"],
    [new Error("Redis was filled for another pair"), "app", "none"],
    [Object.assign(new Error("odd"), { code: "the value 'secret'" }), "app", "none"],
    ["a text", "app", "none"],
    [undefined, "app", "none"],
  ] as const)("%s", (error, side, number) => {
    expect([errorSide(error), errorNumber(error)]).toEqual([side, number]);
  });
});
