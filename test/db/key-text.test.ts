import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Database } from "../../src/db/database.ts";
import { keyColumns } from "../../src/model/table-shape.ts";
import { readShape } from "../../src/primary/read-shape.ts";
import { keyTextExpression, keyValueExpression } from "../../src/sql/key-text.ts";
import { openTestDatabases, type TestDatabases } from "../support/databases.ts";
import { productDatabase } from "../support/product-database.ts";

let databases: TestDatabases;
let primary: Database;

beforeAll(async () => {
  databases = await openTestDatabases();
  primary = productDatabase("primary", databases.primary.url);
});
afterAll(async () => {
  await primary.close();
  await databases.close();
});

/** A key's type with values, and the texts that they become, in the server's order of the values. */
const cases: readonly (readonly [type: string, values: readonly string[], texts: readonly string[]])[] = [
  ["bit", ["0", "1"], ["0", "1"]],
  ["tinyint", ["0", "255"], ["0", "255"]],
  ["smallint", ["-32768", "32767"], ["-32768", "32767"]],
  ["int", ["-2147483648", "0", "2147483647"], ["-2147483648", "0", "2147483647"]],
  [
    "bigint",
    ["-9223372036854775808", "9007199254740993", "9223372036854775807"],
    ["-9223372036854775808", "9007199254740993", "9223372036854775807"],
  ],
  [
    "decimal(38,10)",
    ["-9999999999999999999999999999.9999999999", "0.0000000001", "9999999999999999999999999999.9999999999"],
    ["-9999999999999999999999999999.9999999999", "0.0000000001", "9999999999999999999999999999.9999999999"],
  ],
  [
    "money",
    ["-922337203685477.5808", "0.0001", "922337203685477.5807"],
    ["-922337203685477.5808", "0.0001", "922337203685477.5807"],
  ],
  ["smallmoney", ["-214748.3648", "214748.3647"], ["-214748.3648", "214748.3647"]],
  [
    "uniqueidentifier",
    ["'FFFFFFFF-0000-0000-0000-000000000000'", "'00000000-0000-0000-0000-010000000000'"],
    ["FFFFFFFF-0000-0000-0000-000000000000", "00000000-0000-0000-0000-010000000000"],
  ],
  ["date", ["'0001-01-01'", "'9999-12-31'"], ["0001-01-01", "9999-12-31"]],
  ["time(7)", ["'00:00:00'", "'23:59:59.9999999'"], ["00:00:00.0000000", "23:59:59.9999999"]],
  ["time(0)", ["'12:34:56'"], ["12:34:56"]],
  [
    "datetime",
    ["'17530101'", "'20240229 12:34:56.003'", "'99991231 23:59:59.997'"],
    ["1753-01-01 00:00:00.000", "2024-02-29 12:34:56.003", "9999-12-31 23:59:59.997"],
  ],
  [
    "datetime2(7)",
    ["'0001-01-01'", "'9999-12-31 23:59:59.9999999'"],
    ["0001-01-01 00:00:00.0000000", "9999-12-31 23:59:59.9999999"],
  ],
  [
    "datetimeoffset(7)",
    ["'2024-01-01 00:00:00.0000001 +14:00'", "'2024-01-01 00:00:00.0000001 -14:00'"],
    ["2024-01-01 00:00:00.0000001 +14:00", "2024-01-01 00:00:00.0000001 -14:00"],
  ],
  ["binary(4)", ["0x00000000", "0x00FF00D1"], ["0x00000000", "0x00FF00D1"]],
  ["varbinary(10)", ["0x", "0x00AB"], ["0x", "0x00AB"]],
  ["nvarchar(20) COLLATE Latin1_General_100_CI_AS", ["N'a'", "N'Ä😀'", "N'z '"], ["a", "Ä😀", "z "]],
  ["nchar(3) COLLATE Latin1_General_100_CI_AS", ["N'a'", "N'bc'"], ["a  ", "bc "]],
  ["varchar(20) COLLATE Greek_CI_AS", ["N'αβγ'", "N'ω'"], ["αβγ", "ω"]],
  ["char(4) COLLATE Cyrillic_General_CI_AS", ["N'жук'", "N'яма '"], ["жук ", "яма "]],
];

describe.each(cases)("a key of %s", (type, values, texts) => {
  const table = { schema: "dbo", name: `key ${type}` };
  const quoted = `[key ${type}]`;

  it("becomes text and comes back as the same bytes, in the server's order", async () => {
    await databases.primary.run(`
      CREATE TABLE ${quoted} (k ${type} NOT NULL PRIMARY KEY);
      ALTER TABLE ${quoted} ENABLE CHANGE_TRACKING;
      INSERT ${quoted} VALUES ${values.map((value) => `(${value})`).join(", ")};`);
    const found = await primary.withSession(async (session) => {
      const shape = await readShape(session, table);
      const key = shape === undefined ? undefined : keyColumns(shape)[0];
      if (key === undefined) throw new Error(`no key of ${type}`);
      const [rows] = await session.query({
        text: `SELECT ${keyTextExpression(key, "t.k")} AS k0 FROM ${quoted} AS t ORDER BY t.k;`,
        params: [],
      });
      const written = (rows ?? []).map((row) => row["k0"] as string);
      for (const value of written) {
        const [same] = await session.query({
          text: `SELECT COUNT(*) AS n FROM ${quoted} AS t WHERE t.k = ${keyValueExpression(key, "@c0")}
            AND CONVERT(varbinary(200), t.k) = CONVERT(varbinary(200), ${keyValueExpression(key, "@c0")});`,
          params: [{ name: "c0", type: "nvarchar", value }],
        });
        expect(same?.[0]?.["n"]).toBe(1);
      }
      return written;
    });
    expect(found).toEqual(texts);
  });
});

describe.each(["float", "real"])("a key of %s", (type) => {
  it("comes back as the same bytes", async () => {
    const values =
      type === "float" ? "(1.7976931348623157e308), (0.1), (-5e-324), (1e0/3)" : "(3.4028235e38), (0.1), (1e-45)";
    await databases.primary.run(`
      CREATE TABLE key_${type} (k ${type} NOT NULL PRIMARY KEY);
      ALTER TABLE key_${type} ENABLE CHANGE_TRACKING;
      INSERT key_${type} VALUES ${values};`);
    await primary.withSession(async (session) => {
      const shape = await readShape(session, { schema: "dbo", name: `key_${type}` });
      const key = shape === undefined ? undefined : keyColumns(shape)[0];
      if (key === undefined) throw new Error(`no key of ${type}`);
      const [rows] = await session.query({
        text: `SELECT ${keyTextExpression(key, "t.k")} AS k0 FROM key_${type} AS t ORDER BY t.k;`,
        params: [],
      });
      expect(rows?.length).toBeGreaterThan(2);
      for (const row of rows ?? []) {
        const [same] = await session.query({
          text: `SELECT COUNT(*) AS n FROM key_${type} AS t WHERE t.k = ${keyValueExpression(key, "@c0")};`,
          params: [{ name: "c0", type: "nvarchar", value: row["k0"] as string }],
        });
        expect(same?.[0]?.["n"], String(row["k0"])).toBe(1);
      }
    });
  });
});
