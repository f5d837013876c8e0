import { describe, expect, it } from "vitest";
import { redisKeys, tableKinds } from "../../../src/state/keys.ts";

const keys = redisKeys("mssql_sync");

describe("redisKeys", () => {
  it.each([
    [{ schema: "dbo", name: "User" }, "mssql_sync:enabled:User"],
    [{ schema: "sales", name: "OrderLine" }, "mssql_sync:enabled:sales.OrderLine"],
    [{ schema: "dbo", name: "sales.OrderLine" }, "mssql_sync:enabled:[sales.OrderLine]"],
    [{ schema: "dbo", name: "a:b" }, "mssql_sync:enabled:a:b"],
    [{ schema: "dbo", name: "with blank 🙂" }, "mssql_sync:enabled:with blank 🙂"],
  ])("names and reads the key of %j", (table, key) => {
    expect(keys.of("enabled", table)).toBe(key);
    expect(keys.parse(key)).toMatchObject({ kind: "enabled", table });
  });

  it.each(tableKinds)("reads keys of the kind %s", (kind) => {
    const table = { schema: "s", name: "T" };
    expect(keys.parse(keys.of(kind, table))).toEqual({ kind, text: "s.T", table });
  });

  it.each([
    "mssql_sync:epoch",
    "mssql_sync:config:primary_url",
    "mssql_sync:config:replica_url",
    "mssql_sync:app_lease:modules",
    "mssql_sync:modules",
    "mssql_sync:module_run",
  ])("knows %s as its own", (key) => {
    expect(keys.parse(key)).toEqual({ kind: "app" });
  });

  it("names the keys of module sync", () => {
    expect([keys.modules, keys.moduleRun, keys.appLease("modules")]).toEqual([
      "mssql_sync:modules",
      "mssql_sync:module_run",
      "mssql_sync:app_lease:modules",
    ]);
  });

  it.each([
    "mssql_sync:modules:vOrders",
    "mssql_sync:enable:User",
    "mssql_sync:config:other",
    "mssql_sync:",
    "other:enabled:User",
    "mssql_sync:enabled",
  ])("does not know %s", (key) => {
    expect(keys.parse(key)).toBeUndefined();
  });

  it.each(["dbo.User", "[User]", "a.b.c", "a[", ""])("takes %j for no table's name", (text) => {
    expect(keys.parse(`mssql_sync:enabled:${text}`)).toEqual({ kind: "enabled", text, table: undefined });
  });

  it("escapes what is special in a glob", () => {
    expect(redisKeys("a-b_{c}.d").pattern).toBe("a\\-b_{c}.d:*");
    expect(redisKeys("a*?[x]").pattern).toBe("a\\*\\?\\[x\\]:*");
  });
});
