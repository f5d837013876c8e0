import type { HttpRequest } from "@azure/functions";
import { z } from "zod";
import { parseVersion } from "../model/version.ts";
import { HttpProblem } from "./problem.ts";
import { type BodyRequest, readText } from "./read-text.ts";

const maxBodyBytes = 16 * 1024;

/** A schema and a table name, both of up to 128 characters, bracketed and with every bracket doubled. */
export const tableParam = z.object({ table: z.string().min(1).max(600) });

/** For calls whose body says nothing: none, or `{}`. */
export const emptyBody = z.strictObject({});

/** A Change Tracking version: decimal text, or a number as long as JSON can carry it exactly. */
export const versionBody = z.strictObject({
  version: z.union([z.string(), z.int().nonnegative()]).transform((value, context) => {
    const version = parseVersion(String(value));
    if (version !== undefined) return version;
    context.addIssue({ code: "custom", message: "must be a whole number from 0 to 9223372036854775807" });
    return z.NEVER;
  }),
});

/** `confirm=1`: what the primary no longer shows is really gone. */
export const confirmQuery = z.strictObject({ confirm: z.enum(["0", "1"]).optional() });

/** `repair=1`: rows that differ are loaded again. */
export const repairQuery = z.strictObject({ repair: z.enum(["0", "1"]).optional() });

/** The parameters of the query; the key that the host takes is none of them. */
export function readQuery<T>(request: Pick<HttpRequest, "query">, schema: z.ZodType<T>): T {
  const given = Object.fromEntries([...request.query].filter(([name]) => name !== "code" && name !== "clientId"));
  return check(schema, given, "the query");
}

export function readParams<T>(request: Pick<HttpRequest, "params">, schema: z.ZodType<T>): T {
  return check(schema, request.params, "the route");
}

/** What a body of JSON may be sent as: curl and fetch name these two where they are told nothing. */
const jsonTypes = /^(application\/(json|[\w.+-]+\+json|x-www-form-urlencoded)|text\/plain)\s*(;|$)/i;

/** The JSON body; an empty one counts as `{}`. @throws HttpProblem 400 and 413 */
export async function readBody<T>(request: BodyRequest, schema: z.ZodType<T>): Promise<T> {
  const text = await readText(request, maxBodyBytes);
  if (text === undefined) throw new HttpProblem(413, "Body too large", `a body may have ${maxBodyBytes} bytes`);
  if (text.trim() === "") return check(schema, {}, "the body");
  const type = request.headers.get("content-type");
  if (type !== null && !jsonTypes.test(type.trim())) {
    const issues = [{ path: "content-type", message: "must be application/json" }];
    throw new HttpProblem(400, "Bad input", "the body: content-type must be application/json", { issues });
  }
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new HttpProblem(400, "Bad input", "the body is no JSON");
  }
  return check(schema, body, "the body");
}

function check<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.flatMap(readIssue);
  const detail = issues.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`)).join("; ");
  throw new HttpProblem(400, "Bad input", `${where}: ${detail}`, { issues });
}

/** Names come from the caller: five of them, and no longer than a name may be. */
function readIssue(issue: z.core.$ZodIssue): { path: string; message: string }[] {
  const path = (...more: readonly string[]): string => shorten([...issue.path, ...more].join("."));
  if (issue.code !== "unrecognized_keys") return [{ path: path(), message: shorten(issue.message) }];
  return issue.keys.slice(0, 5).map((key) => ({ path: path(key), message: "is not known here" }));
}

function shorten(text: string): string {
  return text.length > 128 ? `${text.slice(0, 125)}...` : text;
}
