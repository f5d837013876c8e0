import { beforeEach, describe, expect, it } from "vitest";
import { newSession, type TestSession } from "./engine-session.ts";

let session: TestSession;

beforeEach(async () => {
  session = newSession();
  await session.script(`
    CREATE TABLE dbo.t (id int NOT NULL PRIMARY KEY, g int NOT NULL, n int NULL, s varchar(10) NULL, f float NOT NULL, d datetime NOT NULL);
    CREATE TABLE dbo.u (id int NOT NULL PRIMARY KEY, tid int NOT NULL, c int NOT NULL);
    INSERT dbo.t VALUES (1, 10, 1, 'a', 1, '20200101'), (2, 20, NULL, 'b', 2, '20200102');`);
});

async function error(sql: string): Promise<string> {
  const { errors } = await session.run(sql);
  return errors.map(({ number, message }) => `${number} ${message}`).join("\n");
}

describe("the definition of an indexed view", () => {
  it.each<[body: string, key: string, number: number]>([
    ["SELECT DISTINCT g FROM dbo.t", "g", 10100],
    ["SELECT TOP 5 id FROM dbo.t ORDER BY id", "id", 10101],
    ["SELECT x.id FROM (SELECT id FROM dbo.t) x", "id", 10109],
    ["SELECT t.id, x.c FROM dbo.t OUTER APPLY (SELECT c FROM dbo.u WHERE u.id = t.id) x", "id", 10110],
    ["SELECT t.id FROM dbo.t INNER LOOP JOIN dbo.u ON u.tid = t.id", "id", 10112],
    ["SELECT t.id, u.c FROM dbo.t LEFT JOIN dbo.u ON u.tid = t.id", "id", 10113],
    ["SELECT t.id, u.c FROM dbo.t FULL JOIN dbo.u ON u.tid = t.id", "id", 10113],
    ["SELECT id, g FROM dbo.t UNION ALL SELECT id, c FROM dbo.u", "id", 10116],
    ["SELECT g, COUNT_BIG(*) b FROM dbo.t GROUP BY g HAVING COUNT_BIG(*) > 0", "g", 10121],
    ["SELECT g, COUNT_BIG(*) b, MAX(id) m FROM dbo.t GROUP BY g", "g", 10125],
    ["SELECT g, COUNT_BIG(*) b, AVG(id) m FROM dbo.t GROUP BY g", "g", 10125],
    ["SELECT g, COUNT_BIG(DISTINCT id) b FROM dbo.t GROUP BY g", "g", 10126],
    ["SELECT id FROM dbo.t WHERE id IN (SELECT tid FROM dbo.u)", "id", 10127],
    ["SELECT id, (SELECT MAX(c) FROM dbo.u) c FROM dbo.t", "id", 10127],
    ["SELECT g, COUNT(*) b FROM dbo.t GROUP BY g", "g", 10136],
    ["WITH c AS (SELECT DISTINCT id FROM dbo.t) SELECT id FROM c", "id", 10137],
    ["SELECT g, SUM(id) b FROM dbo.t GROUP BY g", "g", 10138],
    ["SELECT id, DATEDIFF(day, d, '20210101') x FROM dbo.t", "id", 10139],
    ["SELECT id FROM dbo.t WHERE d > '20200101'", "id", 10139],
    ["SELECT id FROM dbo.t WITH (NOLOCK)", "id", 10140],
    ["SELECT t.id, x.c FROM dbo.t CROSS APPLY (SELECT c FROM dbo.u WHERE u.id = t.id) x", "id", 10142],
    ["SELECT id, ROW_NUMBER() OVER (ORDER BY id) r FROM dbo.t", "id", 10143],
    ["SELECT a.id, b.g FROM dbo.t a JOIN dbo.t b ON b.id = a.id", "id", 1947],
    ["SELECT id, DATEADD(day, 1, GETDATE()) x FROM dbo.t", "id", 1949],
    ["SELECT id, CURRENT_TIMESTAMP x FROM dbo.t", "id", 1949],
    ["SELECT id, DATENAME(month, d) x FROM dbo.t", "id", 1949],
    ["SELECT f, COUNT_BIG(*) b FROM dbo.t GROUP BY f", "f", 1962],
    ["SELECT id FROM dbo.t WHERE f > 1", "id", 1962],
    ["SELECT id, CONVERT(datetime, '1/2/2020') x FROM dbo.t", "id", 1963],
    ["SELECT id, CONVERT(datetime, '1/2/2020', 1) x FROM dbo.t", "id", 1963],
    ["SELECT id, f * 2 AS f2 FROM dbo.t", "f2", 1901],
    ["SELECT COUNT_BIG(*) b FROM dbo.t GROUP BY g", "b", 8660],
    ["SELECT g, COUNT_BIG(*) b FROM dbo.t GROUP BY g", "b", 8661],
    ["SELECT g, COUNT_BIG(*) b, SUM(n) x FROM dbo.t GROUP BY g", "g", 8662],
    ["SELECT g, COUNT_BIG(*) b, SUM(n + 1) x FROM dbo.t GROUP BY g", "g", 8662],
    ["SELECT g, COUNT_BIG(*) b, ISNULL(SUM(id), 0) x FROM dbo.t GROUP BY g", "g", 8668],
    ["SELECT g + 1 AS h, COUNT_BIG(*) b FROM dbo.t GROUP BY g", "h", 8668],
  ])("%s: not with a key on %s", async (body, key, number) => {
    await session.run(`CREATE VIEW dbo.v WITH SCHEMABINDING AS ${body}`);
    expect(await session.errors(`CREATE UNIQUE CLUSTERED INDEX ix ON dbo.v (${key})`)).toEqual([number]);
    expect(await session.value("SELECT COUNT(*) FROM sys.indexes WHERE object_id = OBJECT_ID('dbo.v')")).toBe("0");
  });

  it.each<[body: string, key: string]>([
    ["SELECT t.id, t.s, u.c FROM dbo.t JOIN dbo.u ON u.tid = t.id AND u.c > 1 WHERE s LIKE 'x%' OR n IN (1, 2)", "id"],
    ["SELECT t.id, u.c FROM dbo.t, dbo.u WHERE u.tid = t.id", "id"],
    ["SELECT g, COUNT_BIG(*) b, SUM(id * 2) x, SUM(ISNULL(n, 0)) y FROM dbo.t GROUP BY g", "g"],
    ["SELECT g % 2 AS h, COUNT_BIG(*) b FROM dbo.t GROUP BY t.G % 2", "h"],
    ["SELECT id, f * 2 AS f2, UPPER(s) AS s2, CASE WHEN n > 1 THEN 'x' ELSE s END AS s3 FROM dbo.t", "id"],
    ["SELECT id FROM dbo.t WHERE d > CONVERT(datetime, '20200101', 112)", "id"],
    ["SELECT id, YEAR(d) AS y, DATEADD(day, 1, d) AS e, CONVERT(char(8), d, 112) AS x FROM dbo.t", "id"],
  ])("%s: with a key on %s", async (body, key) => {
    await session.run(`CREATE VIEW dbo.v WITH SCHEMABINDING AS ${body}`);
    expect(await session.errors(`CREATE UNIQUE CLUSTERED INDEX ix ON dbo.v (${key})`)).toEqual([]);
  });

  it.each<[body: string]>([
    ["SELECT COUNT_BIG(*) AS id FROM dbo.t"],
    ["SELECT id, JSON_VALUE(s, '$.a') AS x FROM dbo.t"],
    ["SELECT id, f * 1e0 AS x FROM dbo.t"],
    ["SELECT id FROM STRING_SPLIT('a', ',') JOIN dbo.t ON s = value"],
  ])("%s: the emulator does not know", async (body) => {
    await session.run(`CREATE VIEW dbo.v WITH SCHEMABINDING AS ${body}`);
    await expect(session.run("CREATE UNIQUE CLUSTERED INDEX ix ON dbo.v (id)")).rejects.toThrow("Unsupported");
  });

  it("names every column of a schema-bound module", async () => {
    expect(await error("CREATE VIEW dbo.v WITH SCHEMABINDING AS SELECT * FROM dbo.t")).toBe(
      "1054 Syntax '*' is not allowed in schema-bound objects.",
    );
    expect(await session.errors("CREATE VIEW dbo.v WITH SCHEMABINDING AS SELECT COUNT(*) AS c FROM dbo.t")).toEqual([]);
  });

  it("no other view, and no table of another owner", async () => {
    await session.run("CREATE VIEW dbo.v WITH SCHEMABINDING AS SELECT id FROM dbo.t");
    await session.run("CREATE VIEW dbo.w WITH SCHEMABINDING AS SELECT id FROM dbo.v");
    expect(await error("CREATE UNIQUE CLUSTERED INDEX ix ON dbo.w (id)")).toBe(
      "1937 Cannot create index on view 'test.dbo.w' because it references another view 'dbo.v'. Consider expanding referenced view's definition by hand in indexed view definition.",
    );
    await session.script(
      "CREATE USER o WITHOUT LOGIN\nGO\nCREATE SCHEMA o AUTHORIZATION o\nGO\nCREATE TABLE o.x (id int)",
    );
    await session.run("CREATE VIEW dbo.y WITH SCHEMABINDING AS SELECT id FROM o.x");
    expect(await session.errors("CREATE UNIQUE CLUSTERED INDEX ix ON dbo.y (id)")).toEqual([1938]);
  });
});
