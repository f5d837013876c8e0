import { describe, expect, it } from "vitest";
import {
  confirmQuery,
  emptyBody,
  readBody,
  readParams,
  readQuery,
  tableParam,
  versionBody,
} from "../../../src/http/input.ts";
import { HttpProblem } from "../../../src/http/problem.ts";

function request(body: string, headers: Record<string, string> = {}) {
  return { headers: new Headers(headers), text: () => Promise.resolve(body) } as Parameters<typeof readBody>[0];
}

async function problem(work: () => unknown): Promise<HttpProblem> {
  try {
    await work();
  } catch (error) {
    if (error instanceof HttpProblem) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("readBody", () => {
  it.each(["", "  ", "{}"])("takes %j for nothing", async (body) => {
    expect(await readBody(request(body), emptyBody)).toEqual({});
  });

  it.each([
    ['{"version":5}', 5n],
    ['{"version":"5"}', 5n],
    ['{"version":0}', 0n],
    ['{"version":"9223372036854775807"}', 9_223_372_036_854_775_807n],
  ])("reads the version of %s", async (body, version) => {
    expect(await readBody(request(body), versionBody)).toEqual({ version });
  });

  it.each([
    "",
    "{}",
    "[]",
    "5",
    '{"version":null}',
    '{"version":-1}',
    '{"version":1.5}',
    '{"version":9007199254740993}',
    '{"version":"9223372036854775808"}',
    '{"version":"0x5"}',
    '{"version":"5","more":1}',
    '{"version"',
  ])("refuses %j as a version with 400", async (body) => {
    const { status, message } = await problem(() => readBody(request(body), versionBody));
    expect(status).toBe(400);
    expect(message).not.toBe("");
  });

  it("refuses members that mean nothing", async () => {
    expect(await problem(() => readBody(request('{"enabled":true}'), emptyBody))).toMatchObject({ status: 400 });
  });

  it("refuses a body that is too large, announced or not", async () => {
    const large = request("", { "content-length": "1000000" });
    expect(await problem(() => readBody(large, emptyBody))).toMatchObject({ status: 413 });
    expect(await problem(() => readBody(request(" ".repeat(20_000)), emptyBody))).toMatchObject({ status: 413 });
  });
});

describe("readParams", () => {
  it("takes the longest name that a table can have", () => {
    const table = `[${"]]".repeat(128)}].[${"]]".repeat(128)}]`;
    expect(readParams({ params: { table } }, tableParam)).toEqual({ table });
  });

  it.each([{}, { table: "" }, { table: "x".repeat(601) }])("refuses %j", async (params) => {
    const given = { params };
    expect(await problem(() => readParams(given, tableParam))).toMatchObject({ status: 400 });
  });
});

describe("readQuery", () => {
  const given = (query: string) => ({ query: new URLSearchParams(query) });

  it.each([
    ["", {}],
    ["confirm=1", { confirm: "1" }],
    ["confirm=0&code=the-key&clientId=default", { confirm: "0" }],
  ])("reads %j", (query, expected) => {
    expect(readQuery(given(query), confirmQuery)).toEqual(expected);
  });

  it.each([
    ["confirm=", "confirm"],
    ["confirm=true", "confirm"],
    ["CONFIRM=1", "CONFIRM"],
    ["confirm=1&dry=1", "dry"],
  ])("refuses %j and names the parameter", async (query, named) => {
    const { status, message } = await problem(() => readQuery(given(query), confirmQuery));
    expect(status).toBe(400);
    expect(message).toContain(named);
  });
});
