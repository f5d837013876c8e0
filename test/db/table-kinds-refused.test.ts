import { Connection } from "tedious";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readTables, reportTables } from "../../src/operations/read-tables.ts";
import { enableTable } from "../../src/operations/enable-table.ts";
import type { TableReport } from "../../src/operations/table-report.ts";
import { expectEqualTables } from "../support/expect-equal.ts";
import { setKey, startSyncStack, type SyncStack } from "../support/sync-stack.ts";

/** The texts of all requests that the app sends while `work` runs, to either server. */
async function sentDuring(work: () => Promise<void>): Promise<string[]> {
  interface Sender {
    makeRequest: (this: Sender, request: { readonly sqlTextOrProcedure?: string }, ...rest: unknown[]) => unknown;
    readonly config: { readonly options: { readonly appName?: string } };
  }
  const prototype = Connection.prototype as unknown as Sender;
  const send = prototype.makeRequest;
  const sent: string[] = [];
  prototype.makeRequest = function (request, ...rest) {
    if (this.config.options.appName === "mssql_sync") sent.push(request.sqlTextOrProcedure ?? "");
    return send.call(this, request, ...rest);
  };
  try {
    await work();
  } finally {
    prototype.makeRequest = send;
  }
  return sent;
}

const encrypted = (type: string): string =>
  `ENCRYPTED WITH (COLUMN_ENCRYPTION_KEY = Cek, ENCRYPTION_TYPE = ${type}, ALGORITHM = 'AEAD_AES_256_CBC_HMAC_SHA_256')`;

const sparseColumns = Array.from({ length: 1100 }, (_, at) => `c${at} int SPARSE NULL`).join(", ");

interface Refused {
  readonly table: string;
  readonly create: string;
  /** Gives the table a row. */
  readonly insert: string;
  readonly reason: RegExp;
}

const refused: readonly Refused[] = [
  {
    table: "Deterministic",
    create: `CREATE TABLE Deterministic (id int NOT NULL PRIMARY KEY,
      Ssn char(11) COLLATE Latin1_General_BIN2 ${encrypted("DETERMINISTIC")} NULL);`,
    insert: "INSERT Deterministic (id) VALUES (1);",
    reason: /column Ssn is encrypted \(Always Encrypted\)/,
  },
  {
    table: "Randomized",
    create: `CREATE TABLE Randomized (id int NOT NULL PRIMARY KEY, Born date ${encrypted("RANDOMIZED")} NULL);`,
    insert: "INSERT Randomized (id) VALUES (1);",
    reason: /column Born is encrypted \(Always Encrypted\)/,
  },
  {
    table: "Person",
    create: "CREATE TABLE Person (id int NOT NULL PRIMARY KEY, name nvarchar(20) NULL) AS NODE;",
    insert: "INSERT Person (id) VALUES (1);",
    reason: /it is a graph table/,
  },
  {
    table: "Knows",
    create: "CREATE TABLE Knows (id int NOT NULL PRIMARY KEY, since date NULL) AS EDGE;",
    insert: "",
    reason: /it is a graph table/,
  },
  {
    table: "Appended",
    create: "CREATE TABLE Appended (id int NOT NULL PRIMARY KEY, v money NULL) WITH (LEDGER = ON (APPEND_ONLY = ON));",
    insert: "INSERT Appended VALUES (1, 2);",
    reason: /it is a ledger table/,
  },
  {
    table: "Updatable",
    create: `CREATE TABLE Updatable (id int NOT NULL PRIMARY KEY, v money NULL)
      WITH (SYSTEM_VERSIONING = ON, LEDGER = ON);`,
    insert: "INSERT Updatable VALUES (1, 2);",
    reason: /it is a ledger table/,
  },
  {
    table: "Wide",
    create: `CREATE TABLE Wide (id int NOT NULL PRIMARY KEY, ${sparseColumns},
      properties xml COLUMN_SET FOR ALL_SPARSE_COLUMNS);`,
    insert: "INSERT Wide (id, c1099) VALUES (1, 2);",
    reason: /it has 1102 columns; 1,024 is the most/,
  },
];

describe("tables that are refused by name", () => {
  let stack: SyncStack;
  let sent: string[];
  beforeAll(async () => {
    stack = await startSyncStack();
    const { primary } = stack.databases;
    await primary.run(`
      CREATE COLUMN MASTER KEY Cmk WITH (KEY_STORE_PROVIDER_NAME = 'MSSQL_CERTIFICATE_STORE',
        KEY_PATH = 'CurrentUser/My/F2260F28D909D21C642A3D8E0B45A830E79A1420');
      CREATE COLUMN ENCRYPTION KEY Cek WITH VALUES (COLUMN_MASTER_KEY = Cmk, ALGORITHM = 'RSA_OAEP',
        ENCRYPTED_VALUE = 0x01700000016C006F00630061006C006D0061006300680069006E0065002F006D0079);
      CREATE TABLE Plain (id int NOT NULL PRIMARY KEY, v int NULL);
      ALTER TABLE Plain ENABLE CHANGE_TRACKING;
      INSERT Plain VALUES (1, 1), (2, 2);`);
    for (const { table, create, insert } of refused) {
      await primary.run(create);
      await primary.run(`ALTER TABLE ${table} ENABLE CHANGE_TRACKING;`);
      if (insert !== "") await primary.run(insert);
    }
    sent = await sentDuring(async () => {
      for (const { table } of refused) await setKey(stack.app, `enabled:${table}`, "true");
      await stack.load("Plain");
      await primary.run("UPDATE Plain SET v = 3; INSERT Plain VALUES (3, 3);");
      await stack.tick();
    });
  });
  afterAll(() => stack.close());

  async function reportOn(table: string): Promise<TableReport | undefined> {
    return reportTables(await readTables(stack.app)).tables.find((report) => report.table === table);
  }

  it.each(refused)("shows why: $table", async ({ table, reason }) => {
    const report = await reportOn(table);
    expect(report).toMatchObject({ state: "blocked", enabled: true, version: null, error: { kind: "blocked" } });
    expect(report?.error?.what).toMatch(reason);
  });

  it.each(refused)("reads no row of it, and makes no table for it: $table", async ({ table }) => {
    expect(sent.length).toBeGreaterThan(10);
    expect(sent.filter((text) => text.includes(`[${table}]`) && !isAboutVersions(text))).toEqual([]);
    expect(await stack.databases.replica.rows(`SELECT name FROM sys.tables WHERE name = N'${table}';`)).toEqual([]);
  });

  it.each(refused)("is refused by POST /api/tables/{table}/enable too: $table", async ({ table, reason }) => {
    await setKey(stack.app, `enabled:${table}`, "false");
    const result = await enableTable(stack.app, await readTables(stack.app), { schema: "dbo", name: table });
    expect(JSON.stringify(result)).toMatch(reason);
    expect((await reportOn(table))?.enabled).toBe(false);
  });

  it("lets other tables go on", async () => {
    expect(sent.some((text) => text.includes("[Plain]"))).toBe(true);
    expect(await reportOn("Plain")).toMatchObject({ state: "live", error: null });
    await expectEqualTables(stack, "Plain", ["id", "v"]);
  });
});

/** Asks Change Tracking whether the table has changed at all; brings no value of a row. */
function isAboutVersions(text: string): boolean {
  return text.includes("CHANGETABLE") && text.includes("EXISTS");
}

describe("tables that Change Tracking itself refuses", () => {
  it("has an encrypted column in the key", async () => {
    const stack = await startSyncStack();
    try {
      const { primary } = stack.databases;
      await primary.run(`
        CREATE COLUMN MASTER KEY Cmk WITH (KEY_STORE_PROVIDER_NAME = 'AZURE_KEY_VAULT', KEY_PATH = 'https://v/keys/k/1');
        CREATE COLUMN ENCRYPTION KEY Cek WITH VALUES (COLUMN_MASTER_KEY = Cmk, ALGORITHM = 'RSA_OAEP', ENCRYPTED_VALUE = 0x01);
        CREATE TABLE EncryptedKey (id int ${encrypted("DETERMINISTIC")} NOT NULL PRIMARY KEY);`);
      const enabling = primary.run("ALTER TABLE EncryptedKey ENABLE CHANGE_TRACKING;");
      await expect(enabling).rejects.toMatchObject({ cause: { number: 22118 } });
    } finally {
      await stack.close();
    }
  });
});
