import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startHost, type LocalHost } from "../host/start-host.ts";
import type { LogLine } from "../host/worker/worker-message.ts";

const fixture = join(import.meta.dirname, "../host/fixture");
const folder = mkdtempSync(join(tmpdir(), "functions-host-"));
const noted = join(folder, "noted.jsonl");

interface Note {
  readonly what: string;
  readonly running?: number;
  readonly timer?: unknown;
  readonly error?: string | null;
}

function notes(what: string): Note[] {
  const lines = readFileSync(noted, "utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line) as Note).filter((note) => note.what === what);
}

describe("the local Functions host", () => {
  let host: LocalHost;
  const log: LogLine[] = [];

  beforeAll(async () => {
    host = await startHost({
      cwd: join(fixture, "app"),
      settings: {
        FIXTURE_LOG: noted,
        SLOW_SCHEDULE: "00:00:00.2",
        SLOW_MS: "300",
        SOME_SETTING: "from the host",
        "AzureWebJobs.disabled.Disabled": "true",
      },
      onLog: (line) => log.push(line),
    });
  });
  afterAll(async () => {
    await host.stop();
    rmSync(folder, { recursive: true });
  });

  const cases: [how: string, method: string, path: string, status: number, body: string | RegExp][] = [
    ["an anonymous route", "GET", "/api/echo/x", 200, /"method":"GET"/],
    ["any case and a trailing slash", "GET", "/API/Echo/x/", 200, /"name":"x"/],
    ["a literal before a parameter", "GET", "/api/echo/literal", 200, "literal first"],
    ["a missing optional parameter", "GET", "/api/echo/x", 200, /"params":\{"name":"x"\}/],
    ["an optional parameter", "GET", "/api/echo/x/7", 200, /"params":\{"name":"x","part":"7"\}/],
    ["a constraint that is not met", "GET", "/api/echo/x/seven", 404, ""],
    ["a wrong method", "PUT", "/api/echo/x", 404, ""],
    ["HEAD where GET is allowed", "HEAD", "/api/echo/x", 404, ""],
    ["an unknown route", "GET", "/api/nothing/here", 404, ""],
    ["a path without the prefix", "GET", "/echo/x", 404, ""],
    ["an escaped slash", "GET", "/api/echo/a%2Fb", 200, /"name":"a%2Fb"/],
    ["other escapes", "GET", "/api/echo/a%20%5Bb%5D", 200, /"name":"a \[b\]"/],
    ["a catch-all", "GET", "/api/rest/a/b%20c", 200, /"path":"a\/b c"/],
    ["a query", "GET", "/api/echo/x?a=1&a=2&b=", 200, /"query":\[\["a","1,2"\],\["b",""\]\]/],
    ["no key", "GET", "/api/locked", 401, ""],
    ["a wrong key", "GET", "/api/locked?code=wrong", 401, ""],
    ["a key in the query", "GET", "/api/locked?code=KEY", 200, "open"],
    ["the master key", "GET", "/api/locked?code=MASTER", 200, "open"],
    ["a function key at admin level", "GET", "/api/masters?code=KEY", 401, ""],
    ["the master key at admin level", "GET", "/api/masters?code=MASTER", 200, "open"],
    ["a key that is not needed", "GET", "/api/echo/x?code=wrong", 200, /"name":"x"/],
    ["a handler that throws", "GET", "/api/throws", 500, ""],
    ["a handler that returns text", "GET", "/api/text", 500, ""],
    ["a handler that returns a number", "GET", "/api/number", 500, ""],
    ["a handler that returns nothing", "GET", "/api/nothing", 204, ""],
    ["a status and a body of its own", "GET", "/api/problem", 409, '{"title":"no"}'],
    ["a route that begins with admin", "GET", "/api/administrators", 404, ""],
    ["a disabled function", "GET", "/api/disabled", 404, ""],
    ["a handler past functionTimeout", "GET", "/api/hangs", 500, ""],
    ["admin without a key", "POST", "/admin/functions/slow", 401, ""],
    ["admin with a function key", "POST", "/admin/functions/slow?code=KEY", 401, ""],
    ["admin starting a timer", "POST", "/admin/functions/fails?code=MASTER", 202, ""],
    ["admin and an unknown function", "POST", "/admin/functions/none?code=MASTER", 404, ""],
    ["the host's status", "GET", "/admin/host/status?code=MASTER", 200, /"state":"Running"/],
    ["the host's status without a key", "GET", "/admin/host/status", 401, ""],
  ];
  it.each(cases)("answers %s (%s %s) with %i", async (_, method, path, status, body) => {
    const url = host.url + path.replace("KEY", host.key).replace("MASTER", host.masterKey);
    const response = await fetch(url, { method });
    expect(response.status).toBe(status);
    const text = await response.text();
    if (typeof body === "string") expect(text).toBe(body);
    else expect(text).toMatch(body);
  });

  it("asks for Bearer at /admin", async () => {
    const response = await fetch(`${host.url}/admin/functions/slow`, { method: "POST" });
    expect(response.headers.get("www-authenticate")).toBe("Bearer");
  });

  it("takes the key from the header", async () => {
    const response = await fetch(`${host.url}/api/locked`, { headers: { "X-Functions-Key": host.key } });
    expect(await response.text()).toBe("open");
  });

  it("gives the handler the body, and header names in lower case", async () => {
    const headers = { "X-Seen": "yes", "Content-Type": "text/plain" };
    const response = await fetch(`${host.url}/api/echo/x`, { method: "POST", headers, body: "grüße" });
    const seen = (await response.json()) as Record<string, unknown>;
    expect(seen).toMatchObject({ method: "POST", body: "grüße", header: "yes", functionName: "echo" });
    expect(seen["headerNames"]).toContain("x-seen");
    expect(seen["url"]).toBe(`${host.url}/api/echo/x`);
  });

  it("passes on headers and cookies of the answer", async () => {
    const response = await fetch(`${host.url}/api/problem`);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(response.headers.get("x-upper")).toBe("1");
    expect(response.headers.get("set-cookie")).toBe("seen=yes; Max-Age=60; HttpOnly; SameSite=strict");
  });

  it("gives the app its settings", async () => {
    const response = await fetch(`${host.url}/api/settings`);
    expect(await response.json()).toEqual({ value: "from the host", pid: host.pid });
  });

  it("shows what a handler logs, with its level", async () => {
    await fetch(`${host.url}/api/logs`);
    const lines = log.filter((line) => line.category === "Function.logs.User");
    expect(lines.map(({ level, message }) => [level, message])).toEqual([
      ["trace", "a trace"],
      ["information", "an { information: 1 }"],
      ["warning", "a warning"],
      ["error", "an error"],
    ]);
  });

  it("leaves out functions in error, each with one line", () => {
    const errors = log.filter((line) => line.category === "Host.Startup" && line.level === "error");
    // A second worker, after the one that hung, says the same again.
    expect([...new Set(errors.map((line) => line.message))]).toEqual([
      "The 'administrators' function is in error: The specified route conflicts with one or more built in routes.",
      "The 'unset' function is in error: '%NO_SUCH_SETTING%' does not resolve to a value.",
    ]);
  });

  it("fires timers, one run at a time, with hooks around them", async () => {
    await vi.waitUntil(() => notes("slow").length >= 3 && notes("after").length >= 2, { timeout: 10_000 });
    const timer = { schedule: { adjustForDST: true }, scheduleStatus: null, isPastDue: false };
    expect(notes("slow")[0]).toMatchObject({ running: 1, timer });
    expect(notes("slow").every((note) => note.running === 1)).toBe(true);
    expect(notes("after")[0]).toEqual({ what: "after", error: null });
  });

  it("runs a timer on demand and tells its failure", async () => {
    await expect(host.invoke("fails")).rejects.toThrow("timer failed");
    await expect(host.invoke("unset")).rejects.toThrow("no timer function 'unset'");
  });

  it("starts a worker anew that was killed, and the next timer fires", async () => {
    const killed = host.pid;
    await host.kill("SIGKILL");
    const before = notes("slow").length;
    const { pid } = (await (await fetch(`${host.url}/api/settings`)).json()) as { pid: number };
    expect(pid).not.toBe(killed);
    await vi.waitUntil(() => notes("slow").length > before, { timeout: 10_000 });
  });

  it("when stopped waits for the timer in flight, runs appTerminate and ends the worker", async () => {
    const other = await startHost({
      cwd: join(fixture, "app"),
      settings: { FIXTURE_LOG: join(folder, "stopped.jsonl"), SLOW_SCHEDULE: "00:00:00.1", SLOW_MS: "150" },
    });
    const read = (): string => readFileSync(join(folder, "stopped.jsonl"), "utf8");
    await vi.waitUntil(() => read().includes('"slow"'), { timeout: 10_000 });
    await other.stop();
    expect(read()).toMatch(/"slow done"[^]*"appTerminate"/);
    expect(() => process.kill(other.pid, 0)).toThrow("ESRCH");
    await expect(fetch(other.url)).rejects.toThrow();
  });

  it("goes on without any function where one file cannot be loaded", async () => {
    const lines: LogLine[] = [];
    const broken = await startHost({
      cwd: join(fixture, "broken"),
      settings: {},
      onLog: (line) => lines.push(line),
    });
    expect(await broken.functions()).toEqual([]);
    expect((await fetch(`${broken.url}/api/fine`)).status).toBe(404);
    expect((await fetch(`${broken.url}/admin/host/status?code=${broken.masterKey}`)).status).toBe(200);
    expect(lines.some((line) => line.message.includes("this file cannot be loaded"))).toBe(true);
    await broken.stop();
  });
});
