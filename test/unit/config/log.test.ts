import { describe, expect, it } from "vitest";
import { describeError } from "../../../src/describe-error.ts";
import { createLog, invocationLog, type LogLevel, redactor } from "../../../src/log.ts";

describe("createLog", () => {
  const lines: [LogLevel, string][] = [];
  const log = createLog((level, line) => lines.push([level, line]), redactor(["canary/1"]));

  it("writes one JSON object a line, with the fields of all its levels", () => {
    log.with({ tick: 1 }).with({ table: "User" }).info("moved", { version: 5n, rows: 3, nothing: undefined });
    const [level, line] = lines.at(-1) ?? ["debug", ""];
    expect(level).toBe("info");
    expect(line).not.toContain("\n");
    expect(JSON.parse(line)).toEqual({ level: "info", event: "moved", tick: 1, table: "User", version: "5", rows: 3 });
  });

  it("writes an error as text with its causes, wherever it stands", () => {
    const error = new Error("sync User", { cause: Object.assign(new Error("deadlock"), { number: 1205 }) });
    log.error("failed", { error, list: [error] });
    const { error: text, list } = JSON.parse(lines.at(-1)?.[1] ?? "") as { error: string; list: string[] };
    expect(text).toBe("sync User: deadlock (SQL error 1205)");
    expect(list).toEqual([text]);
  });

  it.each([
    "canary/1",
    "mssql://sa:canary/1@host/db",
    "canary%2F1",
    "Server=h;Password=other-canary;x",
    "Server=h;Pwd='other-canary;'",
    "mssql://sa:other-canary@host/db",
    "redis://:other-canary@host:6379",
    "Client Secret=other-canary",
  ])("hides %s", (text) => {
    log.warn("connect", { text, nested: { text: [text] } });
    expect(lines.at(-1)?.[1]).not.toContain("canary");
  });

  it("leaves URLs without credentials and addresses alone", () => {
    log.info("x", { url: "mssql://host:1433/db", mail: "a@b.c" });
    expect(lines.at(-1)?.[1]).toContain('"mssql://host:1433/db","mail":"a@b.c"');
  });

  it("goes with the invocation at the same level", () => {
    const seen: string[] = [];
    const at = (level: string) => (line: unknown) => seen.push(`${level} ${String(line)}`);
    const context = { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
    invocationLog(context, redactor([])).warn("x");
    expect(seen).toEqual(['warn {"level":"warn","event":"x"}']);
  });
});

describe("describeError", () => {
  it.each([
    [new Error("a"), "a"],
    [new Error("a", { cause: new Error("a", { cause: new Error("b") }) }), "a: b"],
    [
      new AggregateError([Object.assign(new Error("connect ECONNREFUSED ::1:1"), { code: "ECONNREFUSED" })]),
      "connect ECONNREFUSED ::1:1",
    ],
    ["text", "text"],
    [undefined, ""],
    [Object.assign(new Error(""), { code: "EPIPE" }), "EPIPE"],
  ])("%o", (error, expected) => {
    expect(describeError(error)).toBe(expected);
  });
});
