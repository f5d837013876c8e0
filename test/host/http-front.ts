import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { FunctionApp, HttpFunction } from "./function-app.ts";
import { readBody, sendHttpData, toHttpData } from "./http-message.ts";
import { matchRoute } from "./route-template.ts";
import type { TypedData } from "./worker/worker-message.ts";

/** Key of the host (all functions) and of its administrator. */
export interface HostKeys {
  readonly function: string;
  readonly master: string;
}

export interface HttpFrontOptions {
  readonly routePrefix: string;
  readonly keys: HostKeys;
  readonly baseUrl: () => string;
  /** The functions, as soon as a worker has loaded them. */
  readonly app: () => Promise<FunctionApp>;
  readonly invoke: (
    name: string,
    bindingName: string,
    data: TypedData,
    reason: string,
  ) => Promise<TypedData | undefined>;
  readonly invokeTimer: (name: string) => Promise<void>;
}

type Send = (status: number, headers?: Record<string, string>, body?: string) => void;

/**
 * Answers as a real host was seen to: unknown routes, wrong methods and failed constraints are 404, a wrong key is 401,
 * a handler that throws or returns no object is 500; all of them with an empty body.
 */
export async function answerHttp(
  options: HttpFrontOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const send: Send = (status, headers = {}, body) => {
    // What is left of the request's body is not read: the connection cannot be used again.
    if (!request.complete) headers["connection"] = "close";
    response.writeHead(status, { "content-length": Buffer.byteLength(body ?? ""), ...headers }).end(body);
  };
  const url = new URL(`${options.baseUrl()}${(request.url ?? "/").replace(/^\/*/, "/")}`);
  if (/^\/admin(?:\/|$)/i.test(url.pathname)) return answerAdmin(options, request, url, send);

  const app = await options.app();
  const found = findFunction(options.routePrefix, app.http, request.method ?? "GET", url.pathname);
  if (found === undefined) return send(404);
  if (!hasKey(options.keys, found.target.authLevel, request, url)) return send(401);
  const body = await readBody(request);
  if (body === undefined) return send(413);
  const data = { http: toHttpData(request, url, found.params, body) };
  const reason = "This function was programmatically called via the host APIs.";
  let value: TypedData | undefined;
  try {
    value = await options.invoke(found.target.name, found.target.bindingName, data, reason);
  } catch {
    return send(500);
  }
  sendHttpData(response, value);
}

function findFunction(prefix: string, functions: readonly HttpFunction[], method: string, path: string) {
  const start = prefix === "" ? "/" : `/${prefix}/`;
  if (!path.toLowerCase().startsWith(start.toLowerCase())) return undefined;
  for (const target of functions) {
    const params = matchRoute(target.route, path.slice(start.length));
    if (params === undefined) continue;
    if (target.methods.length === 0 || target.methods.includes(method.toUpperCase())) return { target, params };
  }
  return undefined;
}

function hasKey(keys: HostKeys, level: HttpFunction["authLevel"], request: IncomingMessage, url: URL): boolean {
  if (level === "anonymous") return true;
  const header = request.headers["x-functions-key"];
  const given = typeof header === "string" ? header : (url.searchParams.get("code") ?? "");
  return isKey(given, keys.master) || (level === "function" && isKey(given, keys.function));
}

function isKey(given: string, key: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(key)];
  return a.length === b.length && timingSafeEqual(a, b);
}

async function answerAdmin(options: HttpFrontOptions, request: IncomingMessage, url: URL, send: Send): Promise<void> {
  if (!hasKey(options.keys, "admin", request, url)) return send(401, { "www-authenticate": "Bearer" });
  const path = url.pathname.replace(/\/$/, "").toLowerCase();
  const json = { "content-type": "application/json; charset=utf-8" };
  if (path === "/admin/host/ping") return send(200);
  if (path === "/admin/host/status" && request.method === "GET") {
    const status = { id: "localhost", state: "Running", version: "4.1037.0.0", processUptime: process.uptime() * 1000 };
    return send(200, json, JSON.stringify(status));
  }
  const app = await options.app();
  if (path === "/admin/functions" && request.method === "GET") {
    const names = [...app.http, ...app.timers].map(({ name }) => ({ name, isDisabled: false, language: "node" }));
    return send(200, json, JSON.stringify(names));
  }
  const name = /^\/admin\/functions\/([^/]+)$/.exec(path)?.[1];
  if (name === undefined || request.method !== "POST") return send(404);
  const timer = app.timers.find((candidate) => candidate.name.toLowerCase() === name);
  if (timer !== undefined) {
    // Accepted means started, not done: its failure is in the log.
    options.invokeTimer(timer.name).catch(() => undefined);
    return send(202);
  }
  if (app.http.some((candidate) => candidate.name.toLowerCase() === name)) {
    return send(501, json, JSON.stringify({ error: "This host starts only timers by /admin/functions." }));
  }
  return send(404);
}
