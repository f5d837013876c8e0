import { beforeEach, describe, expect, it } from "vitest";
import { Unsupported } from "../../../emulator/values/sql-error.ts";
import { newSession, type TestSession } from "./engine-session.ts";

let session: TestSession;

beforeEach(async () => {
  session = newSession();
  await session.run("ALTER DATABASE CURRENT SET CHANGE_TRACKING = ON");
});

async function lines(sql: string): Promise<string[]> {
  return (await session.rows(sql)).map((row) => row.map((value) => value ?? "-").join(" "));
}

async function expectUnsupported(sql: string, what = ""): Promise<void> {
  const error: unknown = await session.run(sql).then(
    ({ errors }) => errors,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Unsupported);
  expect(String(error)).toContain(what);
}

describe("graph tables", () => {
  it("have the server's own columns before theirs", async () => {
    await session.run("CREATE TABLE n (id int NOT NULL PRIMARY KEY) AS NODE; CREATE TABLE e AS EDGE");
    const columns = `SELECT LEFT(name, LEN(name) - CASE WHEN graph_type IS NULL THEN 0 ELSE 33 END), graph_type,
      graph_type_desc, is_hidden, TYPE_NAME(user_type_id) FROM sys.columns WHERE object_id = OBJECT_ID`;
    expect(await lines(`${columns}('n') ORDER BY column_id`)).toEqual([
      "graph_id 1 GRAPH_ID 1 bigint",
      "$node_id 2 GRAPH_ID_COMPUTED 0 nvarchar",
      "id - - 0 int",
    ]);
    expect(await lines(`${columns}('e') ORDER BY column_id`)).toEqual([
      "graph_id 1 GRAPH_ID 1 bigint",
      "$edge_id 2 GRAPH_ID_COMPUTED 0 nvarchar",
      "from_obj_id 4 GRAPH_FROM_OBJ_ID 1 int",
      "from_id 3 GRAPH_FROM_ID 1 bigint",
      "$from_id 5 GRAPH_FROM_ID_COMPUTED 0 nvarchar",
      "to_obj_id 7 GRAPH_TO_OBJ_ID 1 int",
      "to_id 6 GRAPH_TO_ID 1 bigint",
      "$to_id 8 GRAPH_TO_ID_COMPUTED 0 nvarchar",
    ]);
    expect(await lines("SELECT name, is_node, is_edge FROM sys.tables ORDER BY name")).toEqual(["e 0 1", "n 1 0"]);
    expect(
      await lines(
        "SELECT LEFT(name, 18), is_unique, type_desc FROM sys.indexes WHERE object_id = OBJECT_ID('n') AND index_id = 2",
      ),
    ).toEqual(["GRAPH_UNIQUE_INDEX 1 NONCLUSTERED"]);
  });

  it("take rows of nodes, and are tracked like others", async () => {
    await session.run("CREATE TABLE n (id int NOT NULL PRIMARY KEY, v int NULL) AS NODE");
    expect(await session.errors("ALTER TABLE n ENABLE CHANGE_TRACKING")).toEqual([]);
    expect(await session.errors("INSERT n VALUES (1, 10), (2, 20); INSERT n (id) VALUES (3)")).toEqual([]);
    expect(await lines("SELECT id, v FROM n ORDER BY id")).toEqual(["1 10", "2 20", "3 -"]);
    expect(await lines("SELECT COUNT(*) FROM CHANGETABLE(CHANGES n, 0) AS c")).toEqual(["3"]);
  });

  it.each<[statement: string]>([
    ["SELECT * FROM n"],
    ["INSERT e (id) VALUES (1)"],
    ["ALTER TABLE n DROP COLUMN graph_id"],
  ])("refuse what is not modelled: %s", async (statement) => {
    await session.run("CREATE TABLE n (id int NOT NULL PRIMARY KEY) AS NODE; CREATE TABLE e (id int) AS EDGE");
    const column = await session.value(
      "SELECT name FROM sys.columns WHERE graph_type = 1 AND object_id = OBJECT_ID('n')",
    );
    await expectUnsupported(statement.replace("graph_id", column ?? ""));
  });
});

describe("ledger tables", () => {
  const generated = `SELECT OBJECT_NAME(object_id), name, generated_always_type_desc, is_hidden, is_nullable FROM sys.columns
    WHERE generated_always_type > 0 ORDER BY object_id, column_id`;

  it("get the columns that their definition leaves out, hidden", async () => {
    await session.run("CREATE TABLE a (id int NOT NULL PRIMARY KEY) WITH (LEDGER = ON (APPEND_ONLY = ON))");
    await session.run("CREATE TABLE u (id int NOT NULL PRIMARY KEY) WITH (SYSTEM_VERSIONING = ON, LEDGER = ON)");
    expect(await lines(generated)).toEqual([
      "a ledger_start_transaction_id AS_TRANSACTION_ID_START 1 0",
      "a ledger_start_sequence_number AS_SEQUENCE_NUMBER_START 1 0",
      "u ledger_start_transaction_id AS_TRANSACTION_ID_START 1 0",
      "u ledger_end_transaction_id AS_TRANSACTION_ID_END 1 1",
      "u ledger_start_sequence_number AS_SEQUENCE_NUMBER_START 1 0",
      "u ledger_end_sequence_number AS_SEQUENCE_NUMBER_END 1 1",
    ]);
    const id = await session.value("SELECT OBJECT_ID('u')");
    expect(await lines("SELECT name, ledger_type_desc, temporal_type FROM sys.tables ORDER BY object_id")).toEqual([
      "a APPEND_ONLY_LEDGER_TABLE 0",
      "u UPDATABLE_LEDGER_TABLE 0",
      `MSSQL_LedgerHistoryFor_${id} HISTORY_TABLE 0`,
    ]);
  });

  it("keep columns that their definition names", async () => {
    await session.run(`CREATE TABLE a (id int NOT NULL PRIMARY KEY, tx bigint GENERATED ALWAYS AS TRANSACTION_ID START NOT NULL,
      no bigint GENERATED ALWAYS AS SEQUENCE_NUMBER START HIDDEN NOT NULL) WITH (LEDGER = ON (APPEND_ONLY = ON))`);
    expect(await lines(generated)).toEqual(["a tx AS_TRANSACTION_ID_START 0 0", "a no AS_SEQUENCE_NUMBER_START 1 0"]);
  });

  it("take rows and Change Tracking", async () => {
    await session.run("CREATE TABLE u (id int NOT NULL PRIMARY KEY, v int) WITH (SYSTEM_VERSIONING = ON, LEDGER = ON)");
    expect(await session.errors("ALTER TABLE u ENABLE CHANGE_TRACKING")).toEqual([]);
    expect(await session.errors("INSERT u VALUES (1, 2)")).toEqual([]);
    expect(await lines("SELECT * FROM u")).toEqual(["1 2"]);
    const history = await session.value("SELECT name FROM sys.tables WHERE ledger_type = 1");
    expect(await session.errors(`ALTER TABLE ${history} ENABLE CHANGE_TRACKING`)).toEqual([13563]);
    expect(await session.errors(`DELETE ${history}`)).toEqual([13560]);
  });

  it.each<[statement: string]>([
    ["UPDATE u SET v = 1"],
    ["DELETE u"],
    ["TRUNCATE TABLE u"],
    ["DROP TABLE u"],
    ["ALTER TABLE u ADD w int NULL"],
    ["SELECT ledger_start_sequence_number FROM u"],
    ["CREATE TABLE x (id int, tx bigint GENERATED ALWAYS AS TRANSACTION_ID START NOT NULL)"],
    ["CREATE TABLE x (id int) WITH (LEDGER = ON)"],
  ])("refuse what is not modelled: %s", async (statement) => {
    await session.run(`CREATE TABLE u (id int NOT NULL PRIMARY KEY, v int) WITH (SYSTEM_VERSIONING = ON, LEDGER = ON);
      INSERT u VALUES (1, 2)`);
    await expectUnsupported(statement);
  });
});

describe("Always Encrypted", () => {
  beforeEach(async () => {
    const { errors } = await session.run(`
      CREATE COLUMN MASTER KEY Cmk WITH (KEY_STORE_PROVIDER_NAME = 'AZURE_KEY_VAULT', KEY_PATH = 'https://v/keys/k/1');
      CREATE COLUMN ENCRYPTION KEY Cek WITH VALUES (COLUMN_MASTER_KEY = Cmk, ALGORITHM = 'RSA_OAEP', ENCRYPTED_VALUE = 0x0170);`);
    expect(errors).toEqual([]);
  });

  const clause = (type: string): string =>
    `ENCRYPTED WITH (COLUMN_ENCRYPTION_KEY = Cek, ENCRYPTION_TYPE = ${type}, ALGORITHM = 'AEAD_AES_256_CBC_HMAC_SHA_256')`;

  it("shows keys and columns in the catalog", async () => {
    await session.run(`CREATE TABLE t (id int NOT NULL PRIMARY KEY, a nvarchar(9) COLLATE Latin1_General_BIN2 ${clause("DETERMINISTIC")} NULL,
      b date ${clause("RANDOMIZED")} NULL)`);
    expect(
      await lines("SELECT name, encryption_type, encryption_type_desc, column_encryption_key_id FROM sys.columns"),
    ).toEqual(["id - - -", "a 1 DETERMINISTIC 1", "b 2 RANDOMIZED 1"]);
    expect(
      await lines(`SELECT m.name, k.name, v.encryption_algorithm_name, v.encrypted_value FROM sys.column_encryption_key_values AS v
        JOIN sys.column_master_keys AS m ON m.column_master_key_id = v.column_master_key_id
        JOIN sys.column_encryption_keys AS k ON k.column_encryption_key_id = v.column_encryption_key_id`),
    ).toEqual(["Cmk Cek RSA_OAEP 0x0170"]);
  });

  it("lets rows in whose encrypted values are NULL, and no others", async () => {
    await session.run(`CREATE TABLE t (id int NOT NULL PRIMARY KEY, b int ${clause("RANDOMIZED")} NULL)`);
    expect(await session.errors("INSERT t (id) VALUES (1); INSERT t VALUES (2, NULL); UPDATE t SET b = NULL")).toEqual(
      [],
    );
    expect(await lines("SELECT id FROM t")).toEqual(["1", "2"]);
    await expectUnsupported("INSERT t VALUES (3, 4)");
  });

  it("refuses to read", async () => {
    await session.run(`CREATE TABLE t (id int NOT NULL PRIMARY KEY, b int ${clause("RANDOMIZED")} NULL)`);
    await expectUnsupported("SELECT b FROM t");
  });

  it("is no key for Change Tracking", async () => {
    await session.run(`CREATE TABLE t (id int ${clause("DETERMINISTIC")} NOT NULL PRIMARY KEY)`);
    expect(await session.errors("ALTER TABLE t ENABLE CHANGE_TRACKING")).toEqual([22118]);
  });
});

describe("sparse columns and column sets", () => {
  it.each<[column: string]>([
    ["a int SPARSE NOT NULL"],
    ["a text SPARSE"],
    ["a rowversion SPARSE"],
    ["a int IDENTITY SPARSE"],
  ])("refuses %s", async (column) => {
    expect((await session.errors(`CREATE TABLE t (id int, ${column})`)).at(-1)).toBeGreaterThan(0);
  });

  it("hides sparse columns behind their set", async () => {
    await session.run(`CREATE TABLE t (id int NOT NULL PRIMARY KEY, a int SPARSE NULL, b int NULL,
      cs xml COLUMN_SET FOR ALL_SPARSE_COLUMNS)`);
    expect(await session.errors("INSERT t (id, a, b) VALUES (1, 2, 3); INSERT t VALUES (2, 4, DEFAULT)")).toEqual([]);
    expect(await lines("SELECT id, a, b FROM t")).toEqual(["1 2 3", "2 - 4"]);
    expect(await lines("SELECT name, is_sparse, is_column_set FROM sys.columns ORDER BY column_id")).toEqual([
      "id 0 0",
      "a 1 0",
      "b 0 0",
      "cs 0 1",
    ]);
    await expectUnsupported("SELECT * FROM t", "column set");
  });

  it("takes 1,024 columns, and more with a set", async () => {
    const columns = (count: number, rest: string): string =>
      Array.from({ length: count }, (_, at) => `c${at} ${rest}`).join(", ");
    expect(await session.errors(`CREATE TABLE t (${columns(1024, "int")})`)).toEqual([]);
    expect(await session.errors("ALTER TABLE t ADD more int NULL")).toEqual([1702]);
    expect(await session.errors(`CREATE TABLE #t (${columns(1025, "int")})`)).toEqual([1702]);
    expect(await session.errors(`CREATE TABLE u (${columns(1025, "int SPARSE")})`)).toEqual([1702]);
    const set = "cs xml COLUMN_SET FOR ALL_SPARSE_COLUMNS";
    expect(await session.errors(`CREATE TABLE u (${set}, ${columns(3000, "int SPARSE")})`)).toEqual([]);
    expect(await session.errors(`CREATE TABLE v (${set}, ${columns(1024, "int")})`)).toEqual([1702]);
    expect(await session.errors(`CREATE TABLE w (${set}, ${set.replace("cs", "ct")})`)).toEqual([1732]);
  });
});

describe("tables that need a filegroup of their own", () => {
  const streamed = `CREATE TABLE t (id int NOT NULL PRIMARY KEY, g uniqueidentifier ROWGUIDCOL NOT NULL UNIQUE,
    b varbinary(max) FILESTREAM NULL)`;

  it("FILESTREAM: with a container", async () => {
    expect(await session.errors(streamed)).toEqual([1969]);
    await session.run("ALTER DATABASE CURRENT ADD FILEGROUP fs CONTAINS FILESTREAM");
    expect(await session.errors(streamed)).toEqual([1969]);
    await session.run("ALTER DATABASE CURRENT ADD FILE (NAME = f, FILENAME = '/data/f') TO FILEGROUP fs");
    expect(await session.errors(streamed)).toEqual([]);
    expect(await lines("SELECT name, type, type_desc FROM sys.data_spaces")).toEqual([
      "PRIMARY FG ROWS_FILEGROUP",
      "fs FD FILESTREAM_DATA_FILEGROUP",
    ]);
    expect(await lines("SELECT name FROM sys.columns WHERE is_filestream = 1")).toEqual(["b"]);
    expect(await session.errors("CREATE TABLE u (id int) FILESTREAM_ON fs")).toEqual([1716]);
  });

  it("memory-optimized: none can be made here", async () => {
    const create = "CREATE TABLE t (id int NOT NULL PRIMARY KEY NONCLUSTERED) WITH (MEMORY_OPTIMIZED = ON)";
    expect(await session.errors(create)).toEqual([41337]);
  });
});

describe("identity at the end of its type", () => {
  it.each<[type: string, identity: string]>([
    ["tinyint", "255, 1"],
    ["tinyint", "0, -1"],
    ["smallint", "32767, 1"],
    ["smallint", "-32768, -1"],
    ["int", "2147483647, 1"],
    ["bigint", "-9223372036854775808, -1"],
    ["decimal(3,0)", "999, 1"],
    ["numeric(3,0)", "-999, -1"],
    ["decimal(38,0)", "-99999999999999999999999999999999999999, -1"],
  ])("%s IDENTITY(%s) gives its last value and then 8115", async (type, identity) => {
    await session.run(`CREATE TABLE t (n ${type} IDENTITY(${identity}), v int)`);
    expect(await session.errors("INSERT t (v) VALUES (1)")).toEqual([]);
    expect(await lines("SELECT n FROM t")).toEqual([identity.split(",")[0]]);
    expect(await session.errors("INSERT t (v) VALUES (2)")).toEqual([8115]);
  });

  it.each<[column: string]>([["n decimal(5,1) IDENTITY"], ["n float IDENTITY"], ["n int IDENTITY(1, 0)"]])(
    "refuses %s",
    async (column) => {
      expect(await session.errors(`CREATE TABLE t (${column})`)).toEqual([2749]);
    },
  );
});
