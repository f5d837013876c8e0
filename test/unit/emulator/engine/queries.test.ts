import { beforeAll, describe, expect, it } from "vitest";
import { newSession } from "./engine-session.ts";

const session = newSession();

beforeAll(async () => {
  const { errors } = await session.run(`
    CREATE TABLE item (id int NOT NULL PRIMARY KEY, grp varchar(10) NULL, price decimal(9,2) NULL, note nvarchar(20) NULL);
    INSERT item VALUES (1, 'a', 10, N'x'), (2, 'a', 20, NULL), (3, 'b', 30, N'z'), (4, NULL, NULL, N'w'), (5, 'B', 5, N'v');
    CREATE TABLE line (item_id int NULL, n int NOT NULL, txt varchar(10) NULL);
    INSERT line VALUES (1, 1, 'one'), (1, 2, 'two'), (3, 1, 'three'), (NULL, 9, 'none'), (77, 1, 'lost');
    CREATE TABLE pair (a int NOT NULL, b int NOT NULL, v varchar(5) NULL, PRIMARY KEY (a, b DESC));
    INSERT pair VALUES (1, 1, 'p'), (1, 2, 'q'), (1, 3, 'r'), (2, 1, 's'), (2, 2, 't');`);
  expect(errors).toEqual([]);
});

/** Rows as lines of values; NULL is a dash. */
async function lines(sql: string): Promise<string[]> {
  return (await session.rows(sql)).map((row) => row.map((value) => value ?? "-").join(" "));
}

describe("queries", () => {
  it.each<[name: string, sql: string, expected: string[]]>([
    ["no FROM", "SELECT 1, 'a'", ["1 a"]],
    ["no FROM with WHERE", "SELECT 1 WHERE 1 = 2", []],
    ["a case-insensitive comparison", "SELECT id FROM item WHERE grp = 'b' ORDER BY id", ["3", "5"]],
    ["UNKNOWN is not true", "SELECT id FROM item WHERE NOT (grp = 'a') ORDER BY id", ["3", "5"]],
    ["IN with NULL", "SELECT id FROM item WHERE id NOT IN (1, 2, NULL)", []],
    ["IN over a list of an index", "SELECT id FROM item WHERE id IN (5, 1, 1, 99) ORDER BY id", ["1", "5"]],
    ["BETWEEN", "SELECT id FROM item WHERE price BETWEEN 10 AND 20 ORDER BY id", ["1", "2"]],
    ["LIKE", "SELECT txt FROM line WHERE txt LIKE 't[a-v]%' ORDER BY txt", ["three"]],
    ["LIKE with ESCAPE", "SELECT x FROM (VALUES ('a%b'), ('axb')) v(x) WHERE x LIKE 'a!%b' ESCAPE '!'", ["a%b"]],
    ["IS DISTINCT FROM", "SELECT id FROM item WHERE grp IS DISTINCT FROM 'a' ORDER BY id", ["3", "4", "5"]],
    ["NULL sorts first", "SELECT id FROM item ORDER BY price, id", ["4", "5", "1", "2", "3"]],
    ["descending", "SELECT id FROM item ORDER BY price DESC", ["3", "2", "1", "5", "4"]],
    [
      "ORDER BY position and alias",
      "SELECT id AS k, price FROM item WHERE id < 4 ORDER BY 2 DESC, k",
      ["3 30.00", "2 20.00", "1 10.00"],
    ],
    ["TOP", "SELECT TOP (2) id FROM item ORDER BY id DESC", ["5", "4"]],
    ["TOP PERCENT", "SELECT TOP 50 PERCENT id FROM item ORDER BY id", ["1", "2", "3"]],
    ["WITH TIES", "SELECT TOP 1 WITH TIES grp FROM item WHERE grp IS NOT NULL ORDER BY grp", ["a", "a"]],
    ["OFFSET and FETCH", "SELECT id FROM item ORDER BY id OFFSET 1 ROWS FETCH NEXT 2 ROWS ONLY", ["2", "3"]],
    [
      "a composite key in its own order",
      "SELECT a, b FROM pair ORDER BY a, b DESC",
      ["1 3", "1 2", "1 1", "2 2", "2 1"],
    ],
    ["a composite key backwards", "SELECT a, b FROM pair ORDER BY a DESC, b", ["2 1", "2 2", "1 1", "1 2", "1 3"]],
    [
      "a keyset predicate",
      "SELECT TOP 2 a, b FROM pair WHERE a > 1 OR (a = 1 AND b < 3) ORDER BY a, b DESC",
      ["1 2", "1 1"],
    ],
    [
      "the rest of a keyset",
      "SELECT a, b FROM pair WHERE a >= 1 AND (a > 1 OR (a = 1 AND b < 2)) ORDER BY a, b DESC",
      ["1 1", "2 2", "2 1"],
    ],
    [
      "INNER JOIN",
      "SELECT i.id, l.txt FROM item i JOIN line l ON l.item_id = i.id ORDER BY i.id, l.n",
      ["1 one", "1 two", "3 three"],
    ],
    [
      "LEFT JOIN",
      "SELECT i.id, l.txt FROM item i LEFT JOIN line l ON l.item_id = i.id AND l.n = 1 ORDER BY i.id",
      ["1 one", "2 -", "3 three", "4 -", "5 -"],
    ],
    [
      "a condition in WHERE after LEFT JOIN",
      "SELECT i.id FROM item i LEFT JOIN line l ON l.item_id = i.id WHERE l.n IS NULL ORDER BY i.id",
      ["2", "4", "5"],
    ],
    [
      "RIGHT JOIN",
      "SELECT i.id, l.txt FROM item i RIGHT JOIN line l ON l.item_id = i.id ORDER BY l.txt",
      ["77 lost", "- none"].map((line) => line.replace("77", "-")).concat(["1 one", "3 three", "1 two"]),
    ],
    [
      "FULL JOIN",
      "SELECT i.id, l.n FROM item i FULL JOIN line l ON l.item_id = i.id ORDER BY i.id, l.n",
      ["- 1", "- 9", "1 1", "1 2", "2 -", "3 1", "4 -", "5 -"],
    ],
    ["CROSS JOIN", "SELECT COUNT(*) FROM item CROSS JOIN line", ["25"]],
    ["comma join", "SELECT i.id FROM item i, line l WHERE l.item_id = i.id AND l.n = 2", ["1"]],
    [
      "a join in parentheses",
      "SELECT i.id, p.v FROM item i LEFT JOIN (line l JOIN pair p ON p.a = l.n) ON l.item_id = i.id AND p.b = 1 ORDER BY i.id, p.v",
      ["1 p", "1 s", "2 -", "3 p", "4 -", "5 -"],
    ],
    [
      "EXISTS",
      "SELECT id FROM item i WHERE EXISTS (SELECT 1 FROM line l WHERE l.item_id = i.id) ORDER BY id",
      ["1", "3"],
    ],
    [
      "NOT EXISTS",
      "SELECT id FROM item i WHERE NOT EXISTS (SELECT * FROM line l WHERE l.item_id = i.id) ORDER BY id",
      ["2", "4", "5"],
    ],
    [
      "EXISTS with INTERSECT",
      "SELECT i.id FROM item i JOIN line l ON l.item_id = i.id WHERE EXISTS (SELECT i.grp INTERSECT SELECT 'a') AND l.n = 1",
      ["1"],
    ],
    ["IN a subquery", "SELECT id FROM item WHERE id IN (SELECT item_id FROM line) ORDER BY id", ["1", "3"]],
    ["NOT IN a subquery with NULL", "SELECT id FROM item WHERE id NOT IN (SELECT item_id FROM line)", []],
    [
      "a correlated scalar subquery",
      "SELECT id, (SELECT COUNT(*) FROM line l WHERE l.item_id = i.id) FROM item i ORDER BY id",
      ["1 2", "2 0", "3 1", "4 0", "5 0"],
    ],
    ["ALL", "SELECT id FROM item WHERE price >= ALL (SELECT price FROM item WHERE price IS NOT NULL)", ["3"]],
    [
      "a derived table",
      "SELECT d.m FROM (SELECT grp, MAX(price) AS m FROM item GROUP BY grp) AS d WHERE d.grp = 'A'",
      ["20.00"],
    ],
    [
      "GROUP BY in the collation",
      "SELECT grp, COUNT(*), SUM(price) FROM item GROUP BY grp ORDER BY grp",
      ["- 1 -", "a 2 30.00", "b 2 35.00"],
    ],
    ["GROUP BY an expression", "SELECT id % 2, COUNT(*) FROM item GROUP BY id % 2 ORDER BY id % 2", ["0 2", "1 3"]],
    ["HAVING", "SELECT grp FROM item GROUP BY grp HAVING COUNT(*) > 1 AND MAX(price) > 25", ["b"]],
    ["an aggregate of nothing", "SELECT COUNT(*), SUM(price), MIN(id) FROM item WHERE 1 = 0", ["0 - -"]],
    ["COUNT DISTINCT", "SELECT COUNT(DISTINCT grp), COUNT(grp) FROM item", ["2 4"]],
    ["DISTINCT", "SELECT DISTINCT grp FROM item ORDER BY grp", ["-", "a", "b"]],
    [
      "STRING_AGG in order",
      "SELECT STRING_AGG(txt, '+') WITHIN GROUP (ORDER BY txt DESC) FROM line WHERE item_id = 1",
      ["two+one"],
    ],
    ["UNION", "SELECT 1 UNION SELECT 1 UNION ALL SELECT 2", ["1", "2"]],
    ["UNION of types", "SELECT 1 AS x UNION ALL SELECT 2.5 ORDER BY x", ["1.0", "2.5"]],
    ["EXCEPT", "SELECT id FROM item EXCEPT SELECT item_id FROM line ORDER BY id", ["2", "4", "5"]],
    ["INTERSECT binds tighter", "SELECT 1 UNION SELECT 2 INTERSECT SELECT 3", ["1"]],
    [
      "a CTE used twice",
      "WITH c AS (SELECT id FROM item WHERE id < 3) SELECT a.id, b.id FROM c a JOIN c b ON b.id = a.id + 1",
      ["1 2"],
    ],
    [
      "a recursive CTE",
      "WITH r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 4) SELECT n FROM r",
      ["1", "2", "3", "4"],
    ],
    [
      "ROW_NUMBER by partition",
      "SELECT id, ROW_NUMBER() OVER (PARTITION BY grp ORDER BY id DESC) FROM item WHERE grp IS NOT NULL ORDER BY id",
      ["1 2", "2 1", "3 2", "5 1"],
    ],
    [
      "RANK and DENSE_RANK",
      "SELECT n, RANK() OVER (ORDER BY n), DENSE_RANK() OVER (ORDER BY n) FROM line ORDER BY n",
      ["1 1 1", "1 1 1", "1 1 1", "2 4 2", "9 5 3"],
    ],
    [
      "a running sum",
      "SELECT id, SUM(id) OVER (ORDER BY id) FROM item ORDER BY id",
      ["1 1", "2 3", "3 6", "4 10", "5 15"],
    ],
    [
      "a sliding frame",
      "SELECT id, SUM(id) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM item ORDER BY id",
      ["1 3", "2 6", "3 9", "4 12", "5 9"],
    ],
    [
      "LAG and LEAD",
      "SELECT id, LAG(id, 1, 0) OVER (ORDER BY id), LEAD(id) OVER (ORDER BY id) FROM item ORDER BY id",
      ["1 0 2", "2 1 3", "3 2 4", "4 3 5", "5 4 -"],
    ],
    ["FIRST_VALUE", "SELECT DISTINCT FIRST_VALUE(id) OVER (ORDER BY price DESC) FROM item", ["3"]],
    [
      "a window over groups",
      "SELECT grp, COUNT(*) AS n, SUM(COUNT(*)) OVER () FROM item GROUP BY grp ORDER BY grp",
      ["- 1 5", "a 2 5", "b 2 5"],
    ],
    [
      "CROSS APPLY",
      "SELECT i.id, x.n FROM item i CROSS APPLY (SELECT MAX(n) AS n FROM line l WHERE l.item_id = i.id HAVING COUNT(*) > 0) x ORDER BY i.id",
      ["1 2", "3 1"],
    ],
    [
      "OUTER APPLY",
      "SELECT i.id, x.n FROM item i OUTER APPLY (SELECT TOP 1 n FROM line l WHERE l.item_id = i.id ORDER BY n DESC) x WHERE i.id < 3 ORDER BY i.id",
      ["1 2", "2 -"],
    ],
    ["VALUES", "SELECT a + b FROM (VALUES (1, 2), (3, 4)) AS v(a, b)", ["3", "7"]],
    ["STRING_SPLIT", "SELECT value FROM STRING_SPLIT('a,b,,c', ',')", ["a", "b", "", "c"]],
    [
      "OPENJSON with a schema",
      `SELECT a, b FROM OPENJSON(N'[{"a":1,"b":"x"},{"a":2}]') WITH (a int '$.a', b nvarchar(5) '$.b')`,
      ["1 x", "2 -"],
    ],
    ["OPENJSON without", `SELECT [key], value, type FROM OPENJSON(N'{"a":1,"b":[2]}')`, ["a 1 2", "b [2] 4"]],
    ["GENERATE_SERIES", "SELECT value FROM GENERATE_SERIES(1, 5, 2)", ["1", "3", "5"]],
    [
      "FOR JSON",
      "SELECT id, note AS [n.note] FROM item WHERE id < 3 ORDER BY id FOR JSON PATH",
      [`[{"id":1,"n":{"note":"x"}},{"id":2}]`],
    ],
    [
      "a variable assigned over rows",
      "DECLARE @s varchar(50) = ''; SELECT @s = @s + txt FROM line WHERE item_id = 1; SELECT @s",
      ["onetwo"],
    ],
    [
      "equality that matches NULL",
      "SELECT COUNT(*) FROM line a JOIN line b ON (a.item_id = b.item_id OR (a.item_id IS NULL AND b.item_id IS NULL))",
      ["7"],
    ],
  ])("%s", async (_name, sql, expected) => {
    expect(await lines(sql)).toEqual(expected);
  });

  it.each<[sql: string, error: number]>([
    ["SELECT * FROM missing", 208],
    ["SELECT nope FROM item", 207],
    ["SELECT i.nope FROM item i", 207],
    ["SELECT x.id FROM item i", 4104],
    ["SELECT id FROM item i JOIN pair p ON 1 = 1 JOIN item j ON 1 = 1", 209],
    ["SELECT i.id FROM item i JOIN item i ON 1 = 1", 1011],
    ["SELECT grp, id FROM item GROUP BY grp", 8120],
    ["SELECT grp FROM item GROUP BY grp HAVING id > 1", 8121],
    ["SELECT grp FROM item GROUP BY grp ORDER BY id", 8127],
    ["SELECT id FROM item WHERE COUNT(*) > 1", 147],
    ["SELECT id FROM item GROUP BY COUNT(*)", 144],
    ["SELECT id FROM item WHERE ROW_NUMBER() OVER (ORDER BY id) = 1", 4108],
    ["SELECT DISTINCT grp FROM item ORDER BY id", 145],
    ["SELECT id FROM item ORDER BY 3", 108],
    ["SELECT (SELECT id, grp FROM item)", 116],
    ["SELECT (SELECT id FROM item)", 512],
    ["SELECT 1 UNION SELECT 1, 2", 205],
    ["SELECT * FROM item WHERE id = (SELECT id FROM item)", 512],
    ["SELECT @x", 137],
    ["SELECT dbo.nothing(1)", 4121],
    ["SELECT LEN()", 174],
    ["SELECT * FROM (SELECT id, id FROM item) d", 8156],
    ["SELECT * FROM (SELECT id + 1 FROM item) d", 8155],
    ["SELECT id FROM item ORDER BY note COLLATE Nonsense", 448],
    [
      "SELECT 'a' COLLATE Latin1_General_CI_AS WHERE 'a' COLLATE Latin1_General_CI_AS = 'a' COLLATE Latin1_General_CS_AS",
      468,
    ],
    ["WITH r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT n FROM r OPTION (MAXRECURSION 10)", 530],
    ["SELECT ROW_NUMBER() OVER () FROM item", 4112],
  ])("%s gives %i", async (sql, error) => {
    expect(await session.errors(sql)).toEqual([error]);
  });
});
