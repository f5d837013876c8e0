import type { HttpResponseInit, InvocationContext } from "@azure/functions";
import { type App, getApp } from "../app.ts";
import { AppStopping } from "../app-stopping.ts";
import { isConnectionLoss, isTransient, sqlErrorNumber } from "../db/sql-error.ts";
import { describeError } from "../describe-error.ts";
import { type Log, type Redact, invocationLog, redactedJson, redactor } from "../log.ts";
import { DatabaseFailed } from "../db/explain-error.ts";
import { SettingsError } from "../settings-error.ts";
import { RedisUnavailable } from "../state/connect-redis.ts";
import { HttpProblem, problemResponse } from "./problem.ts";

const retryAfter = { "retry-after": "5" };

/** Of every answer: it is about this moment, and it is what its content type says. */
const fixedHeaders = { "cache-control": "no-store", "x-content-type-options": "nosniff" };

/**
 * Runs the work of an HTTP function and turns everything that it throws into an answer: the host would answer 500 with
 * an empty body and lose the message. No text of any answer holds a credential.
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
    return guarded(await app.run(() => work(app, invocationLog(context, redact))), redact);
  } catch (error) {
    const answer = answerError(error);
    if (answer !== undefined) return guarded(answer, redact);
    const problem = problemOf(error);
    if (problem.status >= 500 && !isStopping(error)) {
      invocationLog(context, redact).error("http request failed", { function: context.functionName, error });
    }
    return guarded(problemResponse(problem, redact), redact);
  }
}

/** JSON with `status`; nothing of it is ever cached. */
export function jsonAnswer(body: unknown, status = 200): HttpResponseInit {
  return { status, jsonBody: body, headers: fixedHeaders };
}

function guarded({ jsonBody, ...answer }: HttpResponseInit, redact: Redact): HttpResponseInit {
  const headers = { ...fixedHeaders, ...(answer.headers as Readonly<Record<string, string>> | undefined) };
  if (jsonBody === undefined) return { ...answer, headers };
  const body = redactedJson(jsonBody, redact);
  return { ...answer, headers: { ...headers, "content-type": "application/json" }, body };
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
  if (isStopping(error)) {
    return new HttpProblem(503, "The app is being stopped", "another instance takes over", {}, retryAfter);
  }
  const failed = causes(error).find((cause) => cause instanceof DatabaseFailed);
  const { what, fix, sqlError } = failed?.explain() ?? { what: describeError(error), sqlError: sqlErrorNumber(error) };
  const more = { ...(fix === undefined ? {} : { fix }), ...(sqlError === undefined ? {} : { sqlError }) };
  if (isConnectionLoss(error) || isTransient(error)) {
    return new HttpProblem(503, "SQL Server is away", what, more, retryAfter);
  }
  return new HttpProblem(500, "Failed", what, more);
}

function isStopping(error: unknown): boolean {
  return causes(error).some((cause) => cause instanceof AppStopping);
}

/** The error and what it was caused by, outermost first. */
function causes(error: unknown): unknown[] {
  const found: unknown[] = [];
  for (let at = error; at !== undefined && at !== null && found.length < 8; at = (at as { cause?: unknown }).cause) {
    found.push(at);
  }
  return found;
}
