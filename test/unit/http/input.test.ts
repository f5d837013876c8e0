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

describe("readBody and what is sent by mistake or on purpose", () => {
  /** A request whose body is a stream, as the runtime gives it. */
  function streamed(pull: (controller: ReadableStreamDefaultController<Uint8Array>) => void, onCancel = () => {}) {
    const body = new ReadableStream<Uint8Array>({ pull, cancel: onCancel }, { highWaterMark: 0 });
    return { headers: new Headers(), body, text: () => Promise.reject(new Error("read at once")) } as Parameters<
      typeof readBody
    >[0];
  }

  it("stops reading a body without an end, and cancels it", async () => {
    let bytes = 0;
    let cancelled = false;
    const endless = streamed(
      (controller) => {
        bytes += 1024;
        controller.enqueue(new Uint8Array(1024).fill(32));
      },
      () => (cancelled = true),
    );
    expect(await problem(() => readBody(endless, emptyBody))).toMatchObject({ status: 413 });
    expect(bytes).toBeLessThanOrEqual(18 * 1024);
    expect(cancelled).toBe(true);
  });

  it("reads a body in pieces, cut in the middle of a character", async () => {
    const pieces = [...Buffer.from('{"version":"５"}')].map((byte) => Uint8Array.of(byte));
    const inPieces = streamed((controller) => {
      const next = pieces.shift();
      if (next === undefined) controller.close();
      else controller.enqueue(next);
    });
    expect((await problem(() => readBody(inPieces, versionBody))).message).toContain("version");
  });

  it.each(["application/json", "application/JSON; charset=utf-8", "text/plain;charset=UTF-8"])(
    "takes JSON as %s",
    async (type) => {
      expect(await readBody(request('{"version":5}', { "content-type": type }), versionBody)).toEqual({ version: 5n });
    },
  );

  it("takes JSON as curl -d sends it", async () => {
    const sent = request('{"version":5}', { "content-type": "application/x-www-form-urlencoded" });
    expect(await readBody(sent, versionBody)).toEqual({ version: 5n });
  });

  it.each(["application/xml", "multipart/form-data; boundary=x", "application/octet-stream", "x", "application/jsonx"])(
    "refuses a body of %s and names the header",
    async (type) => {
      const { status, more } = await problem(() => readBody(request("{}", { "content-type": type }), emptyBody));
      expect(status).toBe(400);
      expect(more).toMatchObject({ issues: [{ path: "content-type" }] });
    },
  );

  it("does not mind the type of no body", async () => {
    expect(await readBody(request("", { "content-type": "application/xml" }), emptyBody)).toEqual({});
  });

  it.each([
    ["deep", `${"[".repeat(8_000)}${"]".repeat(8_000)}`],
    ["deep within the member", `{"version":${'{"a":'.repeat(2_000)}1${"}".repeat(2_000)}}`],
    ["deep and broken", "[".repeat(16_000)],
    ["not UTF-8", "\ufffd"],
    ["NUL", '{"version":"\\u0000"}'],
    ["a prototype", '{"version":"5","__proto__":{"x":1}}'],
    ["a constructor", '{"version":"5","constructor":{"prototype":{"x":1}}}'],
    ["the same member twice", '{"version":"5","version":"x"}'],
  ])("refuses a body that is %s with 400", async (_, body) => {
    const { status, message } = await problem(() => readBody(request(body), versionBody));
    expect(status).toBe(400);
    expect(message.length).toBeLessThan(1_000);
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });

  it("names what it does not know, shortened", async () => {
    const body = JSON.stringify({ enabled: true, ["x".repeat(10_000)]: 1 });
    const { message, more } = await problem(() => readBody(request(body), emptyBody));
    expect(message).toContain("enabled: is not known here");
    expect(message.length).toBeLessThan(300);
    expect(more["issues"]).toHaveLength(2);
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
