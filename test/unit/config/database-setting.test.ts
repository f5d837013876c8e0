import { describe, expect, it } from "vitest";
import { parseAdoText } from "../../../src/config/ado-text.ts";
import { parseDatabaseSetting } from "../../../src/config/database-setting.ts";

function parsed(text: string) {
  const result = parseDatabaseSetting(text, 8);
  if (!result.ok) throw new Error(result.problems.join("; "));
  return result.value;
}

function problems(text: string): readonly string[] {
  const result = parseDatabaseSetting(text, 8);
  return result.ok ? [] : result.problems;
}

describe("parseAdoText", () => {
  it.each([
    ["a=1;b=2", { a: "1", b: "2" }],
    [" a = 1 ; b = 2 ; ", { a: "1", b: "2" }],
    ["a=1;;b=2;", { a: "1", b: "2" }],
    ['Password="p;w=""x""";b=2', { Password: 'p;w="x"', b: "2" }],
    ["Password='it''s';", { Password: "it's" }],
    ["a=;b=2", { a: "", b: "2" }],
    ["a=x=y", { a: "x=y" }],
    ["User ID=sa", { "User ID": "sa" }],
  ])("splits %s", (text, expected) => {
    expect(Object.fromEntries(parseAdoText(text) ?? [])).toEqual(expected);
  });

  it.each(["a", "a=1;b", 'a="1', "=x", 'a="1"x;'])("refuses %s", (text) => {
    expect(parseAdoText(text)).toBeUndefined();
  });
});

describe("parseDatabaseSetting", () => {
  it.each([
    [
      "mssql://sa:p%40ss%2F@db:1434/my%20db",
      { server: "db", port: 1434, database: "my db", user: "sa", password: "p@ss/" },
    ],
    ["mssql://sa:p@db/my", { server: "db", port: 1433, database: "my" }],
    ["MSSQL://sa:p@DB/my", { server: "DB", database: "my" }],
    ["Server=tcp:db,1434;Database=my;User Id=sa;Password=p", { server: "db", port: 1434, user: "sa", password: "p" }],
    ["Data Source=(local);Initial Catalog=my;uid=sa;pwd=p", { server: "localhost", port: 1433, database: "my" }],
    ["Server=db;Database=my;User=sa;Password=p;Connect Timeout=7", { connectionTimeout: 7000 }],
    ["mssql://sa:p@db/my?commandTimeout=30", { requestTimeout: 30_000 }],
    ["mssql://sa:p@[::1]:1434/my", { server: "::1", port: 1434 }],
  ])("reads %s", (text, expected) => {
    expect(parsed(text).config).toMatchObject(expected);
  });

  it.each([
    ["", { encrypt: true, trustServerCertificate: false }],
    ["encrypt=false&trustServerCertificate=true", { encrypt: false, trustServerCertificate: true }],
    ["Encrypt=Strict", { encrypt: "strict" }],
    ["encrypt=optional", { encrypt: false }],
    ["packet size=8000", { packetSize: 8000 }],
    ["multiSubnetFailover=yes", { multiSubnetFailover: true }],
    ["Application Name=other", { appName: "mssql_sync" }],
  ])("reads the options %s", (query, expected) => {
    expect(parsed(`mssql://sa:p@db/my?${query}`).config.options).toMatchObject(expected);
    expect(
      parsed(`Server=db;Database=my;User Id=sa;Password=p;${query.replaceAll("&", ";")}`).config.options,
    ).toMatchObject(expected);
  });

  it("looks an instance up by its name only without a port", () => {
    expect(parsed("Server=db\\SQL1;Database=my;uid=sa;pwd=p").config).toMatchObject({
      server: "db",
      options: { instanceName: "SQL1" },
    });
    expect(parsed("Server=db\\SQL1;Database=my;uid=sa;pwd=p").config.port).toBeUndefined();
    expect(parsed("Server=db\\SQL1,1434;Database=my;uid=sa;pwd=p").config.port).toBe(1434);
    expect(parsed("Server=db\\SQL1,1434;Database=my;uid=sa;pwd=p").config.options?.instanceName).toBeUndefined();
  });

  it.each([
    ["Active Directory Default", "", { type: "azure-active-directory-default", options: {} }],
    ["ActiveDirectoryDefault", "Client Id=c", { type: "azure-active-directory-default", options: { clientId: "c" } }],
    ["Active Directory Managed Identity", "", { type: "azure-active-directory-msi-app-service", options: {} }],
    [
      "Active Directory MSI",
      "User Id=c",
      { type: "azure-active-directory-msi-app-service", options: { clientId: "c" } },
    ],
    [
      "Active Directory Service Principal",
      "User Id=c;Password=s;Tenant ID=t",
      {
        type: "azure-active-directory-service-principal-secret",
        options: { clientId: "c", clientSecret: "s", tenantId: "t" },
      },
    ],
    [
      "Active Directory Password",
      "User Id=u;Password=p;Client ID=c",
      {
        type: "azure-active-directory-password",
        options: { userName: "u", password: "p", clientId: "c", tenantId: "common" },
      },
    ],
  ])("reads Authentication=%s", (authentication, more, expected) => {
    const { config } = parsed(`Server=db;Database=my;Authentication=${authentication};${more}`);
    expect(config.authentication).toEqual(expected);
    expect(config.user).toBeUndefined();
    expect(config.password).toBeUndefined();
  });

  it.each([
    ["nonsense", "neither"],
    ["mssql://sa:p@db", "no database"],
    ["mssql:///my", "no server"],
    ["mssql://db/my", "no user"],
    ["mssql://sa@db/my", "no password"],
    ["mssql://sa:p#x@db/my", "is no URL"],
    ["mssql://sa:p%zz@db/my", "%25"],
    ["mssql://sa:p@db/a/b/c", "more than"],
    ["mssql://sa:p@db/my?colour=red", "unknown option 'colour'"],
    ["mssql://sa:p@db/my?encrypt=perhaps", "encrypt"],
    ["mssql://sa:p@db/my?trustServerCertificate=perhaps", "trustservercertificate"],
    ["mssql://sa:p@db/my?connectTimeout=soon", "number of seconds"],
    ["mssql://sa:p@db/my?packetSize=100", "packet size"],
    ["Server=db,port;Database=my;uid=sa;pwd=p", "port"],
    ["Server=np:\\\\db\\pipe;Database=my;uid=sa;pwd=p", "protocol"],
    ["Server=(localdb)\\x;Database=my;uid=sa;pwd=p", "LocalDB"],
    ["Server=db;Database=my;Integrated Security=SSPI", "Windows authentication"],
    ["Server=db;Database=my;uid=sa;pwd=p;ApplicationIntent=ReadOnly", "readable secondary"],
    ["Server=db;Database=my;Authentication=Active Directory Interactive", "not supported"],
    ["Server=db;Database=my;Authentication=Active Directory Service Principal", "Tenant ID"],
  ])("refuses %s", (text, word) => {
    expect(problems(text).join("; ")).toContain(word);
  });

  it("gives a URL without credentials, that reads as the same database", () => {
    const { url, identity } = parsed("mssql://sa:p@DB.example.com/my%2Fdb");
    expect(url).toBe("mssql://db.example.com:1433/my%2Fdb");
    expect(parsed(url.replace("://", "://u:p@")).identity).toBe(identity);
  });
});
