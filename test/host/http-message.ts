import type { IncomingMessage, ServerResponse } from "node:http";
import type { HttpCookie, HttpData, TypedData } from "./worker/worker-message.ts";

/** FUNCTIONS_REQUEST_BODY_SIZE_LIMIT's default. */
const bodyLimit = 104_857_600;

/** @returns undefined where the body is larger than the host takes */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyLimit) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The request in the form in which the worker takes it. */
export function toHttpData(request: IncomingMessage, url: URL, params: Record<string, string>, body: Buffer): HttpData {
  const query: Record<string, string> = {};
  for (const [name, value] of url.searchParams) query[name] = name in query ? `${query[name]},${value}` : value;
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(",") : value;
  }
  return {
    method: request.method ?? "GET",
    url: url.href,
    headers,
    query,
    params,
    ...(body.length > 0 ? { body: { bytes: body } } : {}),
  };
}

/** Sends what a function returned; without a value: 204. */
export function sendHttpData(response: ServerResponse, value: TypedData | undefined): void {
  const http = value?.http;
  if (http === undefined) {
    response.writeHead(204).end();
    return;
  }
  response.statusCode = Number(http.statusCode ?? 200);
  for (const [name, text] of Object.entries(http.headers ?? {})) response.setHeader(name, text);
  const cookies = (http.cookies ?? []).map(cookieHeader);
  if (cookies.length > 0) response.setHeader("set-cookie", cookies);
  const body = http.body;
  if (body?.bytes !== undefined) response.end(Buffer.from(body.bytes));
  else response.end(body?.string ?? body?.json ?? undefined);
}

function cookieHeader(cookie: HttpCookie): string {
  const parts = [`${cookie.name ?? ""}=${cookie.value ?? ""}`];
  if (cookie.domain?.value) parts.push(`Domain=${cookie.domain.value}`);
  if (cookie.path?.value) parts.push(`Path=${cookie.path.value}`);
  const expires = cookie.expires?.value?.seconds;
  if (expires !== undefined) parts.push(`Expires=${new Date(expires * 1000).toUTCString()}`);
  if (cookie.maxAge?.value !== undefined) parts.push(`Max-Age=${cookie.maxAge.value}`);
  if (cookie.secure?.value === true) parts.push("Secure");
  if (cookie.httpOnly?.value === true) parts.push("HttpOnly");
  if (cookie.sameSite === "explicitNone") parts.push("SameSite=none");
  else if (cookie.sameSite !== undefined && cookie.sameSite !== "none") parts.push(`SameSite=${cookie.sameSite}`);
  return parts.join("; ");
}
