import { describe, expect, it } from "vitest";
import { parseVersion } from "../../../src/model/version.ts";

describe("parseVersion", () => {
  it.each([
    ["0", 0n],
    ["42", 42n],
    ["9223372036854775807", 9_223_372_036_854_775_807n],
    ["9223372036854775808", undefined],
    ["-1", undefined],
    ["1.5", undefined],
    ["", undefined],
    [" 1", undefined],
    ["1e3", undefined],
    ["null", undefined],
  ])("'%s'", (text, version) => {
    expect(parseVersion(text)).toBe(version);
  });
});
