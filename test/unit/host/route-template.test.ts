import { describe, expect, it } from "vitest";
import { matchRoute, parseRoute } from "../../host/route-template.ts";

const matches: [template: string, path: string, params: Record<string, string> | undefined][] = [
  ["tables", "tables", {}],
  ["tables", "Tables/", {}],
  ["tables", "tables/x", undefined],
  ["tables/{table}", "tables/User", { table: "User" }],
  ["tables/{table}", "tables", undefined],
  ["tables/{table}", "tables/", undefined],
  ["tables/{table}", "tables/a%20b%5B", { table: "a b[" }],
  ["tables/{table}", "tables/a%2Fb", { table: "a%2Fb" }],
  ["tables/{table}", "tables/a%2fb%20c", { table: "a%2fb c" }],
  ["tables/{table}", "tables/%F0%9F%98%80", { table: "😀" }],
  ["tables/{table}", "tables/%FF", { table: "%FF" }],
  ["tables/{table}", "tables/a/b", undefined],
  ["tables/{table}/enable", "tables/User/ENABLE", { table: "User" }],
  ["tables/{table?}", "tables", {}],
  ["tables/{table=User}", "tables", { table: "User" }],
  ["tables/{*rest}", "tables/a/b/c", { rest: "a/b/c" }],
  ["tables/{*rest}", "tables", {}],
  ["{id:int}", "12", { id: "12" }],
  ["{id:int}", "-12", { id: "-12" }],
  ["{id:int}", "2147483648", undefined],
  ["{id:int}", "x", undefined],
  ["{id:long}", "2147483648", { id: "2147483648" }],
  ["{id:int:min(5)}", "4", undefined],
  ["{id:int:min(5)}", "5", { id: "5" }],
  ["{id:range(1,3)}", "4", undefined],
  ["{id:guid}", "0f8fad5b-d9cb-469f-a165-70867728950e", { id: "0f8fad5b-d9cb-469f-a165-70867728950e" }],
  ["{id:guid}", "0f8fad5b", undefined],
  ["{word:alpha}", "abc", { word: "abc" }],
  ["{word:alpha}", "ab1", undefined],
  ["{word:length(2,3)}", "abcd", undefined],
  ["{word:maxlength(3)}", "abc", { word: "abc" }],
  ["{word:bool}", "True", { word: "True" }],
  ["{word:regex(^a{{2}}$)}", "aa", { word: "aa" }],
];

describe("a route", () => {
  it.each(matches)("%s against %s gives %o", (template, path, params) => {
    expect(matchRoute(parseRoute(template), path)).toEqual(params);
  });

  it.each([
    ["admin/x", /conflicts with one or more built in routes/],
    ["Administrators", /conflicts/],
    ["runtime", /conflicts/],
    ["{id:whole}", /':whole' could not be resolved/],
    ["{a?}/b", /not its last segment/],
    ["file-{name}", /mixes text and parameters/],
  ])("%s is refused", (template, error) => {
    expect(() => parseRoute(template)).toThrow(error);
  });

  it("is tried before a less exact one", () => {
    const templates = ["x/{*all}", "x/{a}", "x/{a:int}", "x/y"];
    const sorted = [...templates].sort((a, b) => (parseRoute(a).precedence < parseRoute(b).precedence ? -1 : 1));
    expect(sorted).toEqual(["x/y", "x/{a:int}", "x/{a}", "x/{*all}"]);
  });
});
