import type { HttpResponseInit, InvocationContext } from "@azure/functions";
import { type App, getApp } from "../app.ts";
import { isConnectionLoss, isTransient, sqlErrorNumber } from "../db/sql-error.ts";
import { describeError } from "../describe-error.ts";
import { type Log, invocationLog, redactor } from "../log.ts";
import { DatabaseFailed } from "../db/explain-error.ts";
import { SettingsError } from "../settings-error.ts";
import { RedisUnavailable } from "../state/connect-redis.ts";
import { HttpProblem, problemResponse } from "./problem.ts";

const retryAfter = { "retry-after": "5" };

/**
 * Runs the work of an HTTP function and turns everything that it throws into an answer: the host would answer 500 with
 * an empty body and lose the message.
 * @param answerError for errors that are an answer by themselves
 */
export async function answerRequest(
  context: InvocationContext,
  work: (app: App, log: Log) => Promise<HttpResponseInit>,
  answerError: (error: unknown) => HttpResponseInit | undefined = () => undefined,
): Promise<HttpResponseInit> {
  let redact = redactor([]);
  try {
    const app = await getApp();
    redact = app.redact;
    return await work(app, invocationLog(context, redact));
  } catch (error) {
    const answer = answerError(error);
    if (answer !== undefined) return answer;
    const problem = problemOf(error);
    if (problem.status >= 500) {
      invocationLog(context, redact).error("http request failed", { function: context.functionName, error });
    }
    return problemResponse(problem, redact);
  }
}

/** JSON with `status`; nothing of it is ever cached. */
export function jsonAnswer(body: unknown, status = 200): HttpResponseInit {
  return { status, jsonBody: body, headers: { "cache-control": "no-store" } };
}

/** Which problem an error is to the caller. */
export function problemOf(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (error instanceof SettingsError) {
    return new HttpProblem(503, "Wrong settings", error.message, { problems: error.problems });
  }
  if (causes(error).some((cause) => cause instanceof RedisUnavailable)) {
    return new HttpProblem(503, "Redis is away", describeError(error), {}, retryAfter);
  }
  const failed = causes(error).find((cause) => cause instanceof DatabaseFailed);
  const { what, fix, sqlError } = failed?.explain() ?? { what: describeError(error), sqlError: sqlErrorNumber(error) };
  const more = { ...(fix === undefined ? {} : { fix }), ...(sqlError === undefined ? {} : { sqlError }) };
  if (isConnectionLoss(error) || isTransient(error)) {
    return new HttpProblem(503, "SQL Server is away", what, more, retryAfter);
  }
  return new HttpProblem(500, "Failed", what, more);
}

/** The error and what it was caused by, outermost first. */
function causes(error: unknown): unknown[] {
  const found: unknown[] = [];
  for (let at = error; at !== undefined && at !== null && found.length < 8; at = (at as { cause?: unknown }).cause) {
    found.push(at);
  }
  return found;
}
