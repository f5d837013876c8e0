import type { HttpRequest } from "@azure/functions";
import { z } from "zod";
import { parseVersion } from "../model/version.ts";
import { HttpProblem } from "./problem.ts";

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

/** The JSON body; an empty one counts as `{}`. @throws HttpProblem 400 and 413 */
export async function readBody<T>(request: Pick<HttpRequest, "headers" | "text">, schema: z.ZodType<T>): Promise<T> {
  const announced = Number(request.headers.get("content-length") ?? 0);
  const text = announced > maxBodyBytes ? undefined : await request.text();
  if (text === undefined || Buffer.byteLength(text) > maxBodyBytes) {
    throw new HttpProblem(413, "Body too large", `a body may have ${maxBodyBytes} bytes`);
  }
  let body: unknown;
  try {
    body = text.trim() === "" ? {} : JSON.parse(text);
  } catch {
    throw new HttpProblem(400, "Bad input", "the body is no JSON");
  }
  return check(schema, body, "the body");
}

function check<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.map(({ path, message }) => ({ path: path.join("."), message }));
  const detail = issues.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`)).join("; ");
  throw new HttpProblem(400, "Bad input", `${where}: ${detail}`, { issues });
}
