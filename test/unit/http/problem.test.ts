import { describe, expect, it } from "vitest";
import { problemOf } from "../../../src/http/answer-request.ts";
import { HttpProblem, problemResponse } from "../../../src/http/problem.ts";
import { redactor } from "../../../src/log.ts";
import { DatabaseFailed } from "../../../src/db/explain-error.ts";
import { SettingsError } from "../../../src/settings-error.ts";
import { RedisUnavailable } from "../../../src/state/connect-redis.ts";

const sql = (number: number) => Object.assign(new Error("text"), { number });
const replica = { role: "replica", name: "testct" } as const;

describe("problemOf", () => {
  it.each([
    ["Redis is away", new RedisUnavailable("read"), 503, true],
    ["Redis is away, wrapped", new Error("tick", { cause: new RedisUnavailable("read") }), 503, true],
    ["the socket is gone", new Error("x", { cause: Object.assign(new Error("y"), { code: "ESOCKET" }) }), 503, true],
    ["a deadlock", new Error("x", { cause: sql(1205) }), 503, true],
    ["a missing database", new DatabaseFailed(replica, sql(4060)), 503, true],
    ["a missing right", new DatabaseFailed(replica, sql(229)), 500, false],
    ["a bug", new TypeError("undefined"), 500, false],
    ["no error at all", "text", 500, false],
    ["a refusal", new HttpProblem(409, "No", "no"), 409, false],
    ["wrong settings", new SettingsError([]), 503, false],
  ])("%s", (_, error, status, retry) => {
    const problem = problemOf(error);
    expect(problem.status).toBe(status);
    expect(problem.headers["retry-after"] !== undefined).toBe(retry);
  });

  it("shows the statement that makes a missing replica database", () => {
    expect(problemOf(new DatabaseFailed(replica, sql(4060))).more).toEqual({
      fix: "CREATE DATABASE [testct];",
      sqlError: 4060,
    });
  });
});

describe("problemResponse", () => {
  it("answers problem+json with further members, and no secret", () => {
    const problem = new HttpProblem(404, "Unknown table", "no Usr; password canary", { nearest: ["User"] });
    const { status, headers, body } = problemResponse(problem, redactor(["canary"]));
    expect(status).toBe(404);
    expect(headers).toMatchObject({ "content-type": "application/problem+json", "cache-control": "no-store" });
    expect(JSON.parse(body as string)).toEqual({
      type: "about:blank",
      title: "Unknown table",
      status: 404,
      detail: "no Usr; password ***",
      nearest: ["User"],
    });
  });
});
