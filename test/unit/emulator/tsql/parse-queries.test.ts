import { describe, expect, test } from "vitest";
import { shortForm } from "./short-form.ts";

/** The body of a SELECT statement's query. */
function selectOf(text: string): unknown {
  const [statement] = shortForm(text) as { query: { body: unknown } }[];
  return statement!.query.body;
}

const itemOf = (expression: string) => (selectOf(`SELECT ${expression}`) as { items: unknown[] }).items[0];
const whereOf = (condition: string) => (selectOf(`SELECT 1 WHERE ${condition}`) as { where: unknown }).where;
const fromOf = (source: string) => (selectOf(`SELECT * FROM ${source}`) as { from: unknown[] }).from;

describe("expressions", () => {
  const cases: [expression: string, short: unknown][] = [
    ["1 + 2 * 3", "(1 + (2 * 3))"],
    ["(1 + 2) * 3", "((1 + 2) * 3)"],
    ["1 - 2 - 3", "((1 - 2) - 3)"],
    ["1 + 2 & 3 | 4 ^ 5", "((((1 + 2) & 3) | 4) ^ 5)"],
    ["-1", "-1"],
    ["- 1", "- 1"],
    ["-a", "-a"],
    ["- -a * ~b", "(--a * ~b)"],
    ["2-1", "(2 - 1)"],
    ["a.b.c.d.e", "a.b.c.d.e"],
    ["db..t.c", "db..t.c"],
    ["@a + @@rowcount", "(@a + @@rowcount)"],
    ["@@ROWCOUNT", "@@rowcount"],
    ["a b", "a AS b"],
    ["a AS [b c]", "a AS b c"],
    ["a 'b'", "a AS b"],
    ["b = a", "a AS b"],
    ["'b' = a", "a AS b"],
    ["t.*", "t.*"],
    ["dbo.t.*", "dbo.t.*"],
    ["1a", "1 AS a"],
    ["1 GO", "1 AS GO"],
    ["f(1, a)", "f(1, a)"],
    ["dbo.f(1)", "dbo.f(1)"],
    ["db.dbo.f()", "db.dbo.f()"],
    ["COUNT(*)", "COUNT(*)"],
    ["LEFT(a, 1) + RIGHT(b, 2)", "(LEFT(a, 1) + RIGHT(b, 2))"],
    ["COALESCE(a, b, NULL)", "COALESCE(a, b, NULL)"],
    ["CURRENT_TIMESTAMP", "CURRENT_TIMESTAMP()"],
    ["DATEADD(DAY, 1, a)", "DATEADD(day, 1, a)"],
    ["$action", "$action"],
    ["t.$IDENTITY", "t.$identity"],
    ["x = NULL", "NULL AS x"],
  ];
  test.each(cases)("SELECT %s", (expression, short) => {
    expect(itemOf(expression)).toEqual(short);
  });

  const trees: [expression: string, short: unknown][] = [
    ["COUNT(DISTINCT a)", { kind: "function-call", name: "COUNT", arguments: ["a"], distinct: true }],
    ["CAST(a AS decimal(10, 2))", { kind: "cast", function: "cast", operand: "a", type: "decimal(10,2)" }],
    [
      "CONVERT(varchar(max), a, 126)",
      { kind: "cast", function: "convert", operand: "a", type: "varchar(max)", style: "126" },
    ],
    ["TRY_CAST(a AS dbo.Flag)", { kind: "cast", function: "try_cast", operand: "a", type: "dbo.Flag" }],
    [
      "PARSE(a AS int USING 'de-DE')",
      { kind: "cast", function: "parse", operand: "a", type: "int", culture: "'de-DE'" },
    ],
    ["a COLLATE Latin1_General_BIN2", { kind: "collate", operand: "a", collation: "Latin1_General_BIN2" }],
    ["a AT TIME ZONE 'UTC'", { kind: "at-time-zone", operand: "a", zone: "'UTC'" }],
    [
      "CASE a WHEN 1 THEN 'x' ELSE 'y' END",
      { kind: "case", input: "a", branches: [{ when: "1", then: "'x'" }], otherwise: "'y'" },
    ],
    ["CASE WHEN a = 1 THEN 2 END", { kind: "case", branches: [{ when: "(a = 1)", then: "2" }] }],
    ["IIF(a = 1, 2, 3)", { kind: "case", branches: [{ when: "(a = 1)", then: "2" }], otherwise: "3" }],
    ["TRIM(LEADING '.' FROM a)", { kind: "trim", side: "leading", characters: "'.'", operand: "a" }],
    ["NEXT VALUE FOR dbo.s", { kind: "next-value", sequence: "dbo.s" }],
    [
      "x.value('.', 'int')",
      { kind: "method-call", target: "x", method: "value", call: true, arguments: ["'.'", "'int'"] },
    ],
    ["t.h.ToString()", { kind: "method-call", target: "t.h", method: "ToString", call: true }],
    ["@h.GetLevel()", { kind: "method-call", target: "@h", method: "GetLevel", call: true }],
    [
      "hierarchyid::Parse('/')",
      { kind: "static-method-call", type: "hierarchyid", method: "Parse", call: true, arguments: ["'/'"] },
    ],
    [
      "STRING_AGG(a, ',') WITHIN GROUP (ORDER BY b DESC)",
      { kind: "function-call", name: "STRING_AGG", arguments: ["a", "','"], withinGroup: ["b DESC"] },
    ],
    [
      "ROW_NUMBER() OVER (PARTITION BY a ORDER BY b)",
      { kind: "function-call", name: "ROW_NUMBER", over: { kind: "over", partitionBy: ["a"], orderBy: ["b"] } },
    ],
    [
      "SUM(a) OVER (ORDER BY b ROWS BETWEEN 2 PRECEDING AND UNBOUNDED FOLLOWING)",
      {
        kind: "function-call",
        name: "SUM",
        arguments: ["a"],
        over: {
          kind: "over",
          orderBy: ["b"],
          frame: {
            kind: "frame",
            unit: "rows",
            start: { kind: "frame-bound", bound: "preceding", offset: "2" },
            end: { kind: "frame-bound", bound: "unbounded following" },
          },
        },
      },
    ],
  ];
  test.each(trees)("SELECT %s", (expression, short) => {
    expect(itemOf(expression)).toEqual({ kind: "select-expression", expression: short });
  });

  test("a query in parentheses is a value, also with a set operator of its own", () => {
    const query = { kind: "query", body: { kind: "select-query", items: ["1"] } };
    expect(itemOf("(SELECT 1)")).toMatchObject({ expression: { kind: "scalar-subquery", query } });
    expect(itemOf("((SELECT 1))")).toMatchObject({ expression: { kind: "scalar-subquery", query } });
    expect(itemOf("((SELECT 1) UNION (SELECT 2))")).toMatchObject({
      expression: { kind: "scalar-subquery", query: { body: { kind: "set-operation", operator: "union" } } },
    });
    expect(itemOf("(((SELECT 1)) + 2)")).toMatchObject({ expression: { kind: "binary", operator: "+", right: "2" } });
  });
});

describe("conditions", () => {
  const cases: [condition: string, short: unknown][] = [
    ["a = 1 OR b = 2 AND c = 3", "((a = 1) or ((b = 2) and (c = 3)))"],
    ["a = 1 AND b = 2 AND c = 3", "((a = 1) and (b = 2) and (c = 3))"],
    ["NOT a = 1 AND b = 2", "(not (a = 1) and (b = 2))"],
    ["NOT (a = 1 OR b = 2)", "not ((a = 1) or (b = 2))"],
    ["NOT NOT a = 1", "(a = 1)"],
    ["((a)) = ((1 + b)) * 2", "(a = ((1 + b) * 2))"],
    ["(((a = 1)))", "(a = 1)"],
    ["a != 1 AND b !< 2 AND c !> 3 AND d <> 4", "((a <> 1) and (b >= 2) and (c <= 3) and (d <> 4))"],
    ["a < = 1 AND b > = 2 AND c < > 3", "((a <= 1) and (b >= 2) and (c <> 3))"],
    ["a IS NULL AND b IS NOT NULL", "(a is null and b is not null)"],
    ["a IS DISTINCT FROM b", { kind: "is-distinct", left: "a", right: "b" }],
    ["a IS NOT DISTINCT FROM b", { kind: "is-distinct", left: "a", right: "b", negated: true }],
    ["a + 1 BETWEEN b AND c + 1", { kind: "between", operand: "(a + 1)", low: "b", high: "(c + 1)" }],
    ["a NOT BETWEEN 1 AND 2", { kind: "between", operand: "a", low: "1", high: "2", negated: true }],
    ["a IN (1, b)", { kind: "in-list", operand: "a", values: ["1", "b"] }],
    ["a NOT IN (1)", { kind: "in-list", operand: "a", values: ["1"], negated: true }],
    ["a LIKE 'x'", { kind: "like", operand: "a", pattern: "'x'" }],
    ["a NOT LIKE b ESCAPE '!'", { kind: "like", operand: "a", pattern: "b", escape: "'!'", negated: true }],
  ];
  test.each(cases)("WHERE %s", (condition, short) => {
    expect(whereOf(condition)).toEqual(short);
  });

  test.each([
    ["EXISTS (SELECT 1)", { kind: "exists", query: { kind: "query" } }],
    ["a IN (SELECT 1)", { kind: "in-query", operand: "a", query: { kind: "query" } }],
    ["a IN ((SELECT 1) UNION SELECT 2)", { kind: "in-query", query: { body: { operator: "union" } } }],
    ["a = ANY (SELECT 1)", { kind: "quantified", operator: "=", quantifier: "any", left: "a" }],
    ["a <> SOME (SELECT 1)", { kind: "quantified", operator: "<>", quantifier: "any" }],
    ["a >= ALL (SELECT 1)", { kind: "quantified", operator: ">=", quantifier: "all" }],
  ])("WHERE %s", (condition, short) => {
    expect(whereOf(condition)).toMatchObject(short);
  });
});

describe("table sources", () => {
  const cases: [source: string, short: unknown[]][] = [
    ["t", ["t"]],
    ["t, u", ["t", "u"]],
    ["srv...t", ["srv...t"]],
    ["dbo.t AS x", [{ kind: "named-table", name: "dbo.t", alias: "x" }]],
    [
      "t x WITH (NOLOCK, INDEX(ix))",
      [
        {
          kind: "named-table",
          name: "t",
          alias: "x",
          hints: [
            { kind: "table-hint", name: "nolock" },
            { kind: "table-hint", name: "index", arguments: ["ix"] },
          ],
        },
      ],
    ],
    ["t (NOLOCK)", [{ kind: "named-table", name: "t", hints: [{ kind: "table-hint", name: "nolock" }] }]],
    ["@t AS x", [{ kind: "table-variable", name: "@t", alias: "x" }]],
    ["#t", ["#t"]],
    ["(VALUES (1, 2)) AS v (a, b)", [{ kind: "values-table", rows: [["1", "2"]], alias: "v", columns: ["a", "b"] }]],
    ["f(1) AS x", [{ kind: "function-table", name: "f", arguments: ["1"], alias: "x" }]],
    ["STRING_SPLIT('a', ',')", [{ kind: "function-table", name: "STRING_SPLIT", arguments: ["'a'", "','"] }]],
    ["OPENJSON(@j, '$.a')", [{ kind: "open-json", json: "@j", path: "'$.a'" }]],
    [
      "OPENJSON(@j) WITH (a int '$.b', c nvarchar(max) AS JSON)",
      [
        {
          kind: "open-json",
          json: "@j",
          schema: [
            { kind: "open-json-column", name: "a", type: "int", path: "$.b" },
            { kind: "open-json-column", name: "c", type: "nvarchar(max)", asJson: true },
          ],
        },
      ],
    ],
    [
      "@x.nodes('/a') AS t(c)",
      [{ kind: "method-table", target: "@x", method: "nodes", arguments: ["'/a'"], alias: "t", columns: ["c"] }],
    ],
    [
      "CHANGETABLE(CHANGES dbo.t, @v) AS ct",
      [{ kind: "changetable-changes", table: "dbo.t", since: "@v", alias: "ct" }],
    ],
    [
      "CHANGETABLE(CHANGES t, NULL, FORCESEEK) ct (a, b)",
      [{ kind: "changetable-changes", table: "t", since: "NULL", forceSeek: true, alias: "ct", columns: ["a", "b"] }],
    ],
    [
      "CHANGETABLE(VERSION t, (a, b), (1, @b)) AS cv",
      [{ kind: "changetable-version", table: "t", keyColumns: ["a", "b"], keyValues: ["1", "@b"], alias: "cv" }],
    ],
    [
      "t FOR SYSTEM_TIME AS OF @d AS x",
      [{ kind: "named-table", name: "t", alias: "x", systemTime: { kind: "system-time", mode: "as of", from: "@d" } }],
    ],
    ["a JOIN b ON a.x = b.x", [{ kind: "join", type: "inner", left: "a", right: "b", on: "(a.x = b.x)" }]],
    [
      "a LEFT OUTER LOOP JOIN b ON 1 = 1",
      [{ kind: "join", type: "left", hint: "loop", left: "a", right: "b", on: "(1 = 1)" }],
    ],
    [
      "a JOIN b ON 1 = 1 CROSS JOIN c",
      [
        {
          kind: "join",
          type: "cross",
          left: { kind: "join", type: "inner", left: "a", right: "b", on: "(1 = 1)" },
          right: "c",
        },
      ],
    ],
    [
      "a LEFT JOIN b JOIN c ON b.x = c.x ON a.x = b.x",
      [
        {
          kind: "join",
          type: "left",
          left: "a",
          right: { kind: "join", type: "inner", left: "b", right: "c", on: "(b.x = c.x)" },
          on: "(a.x = b.x)",
        },
      ],
    ],
    [
      "a RIGHT JOIN (b CROSS JOIN c) ON 1 = 1",
      [
        {
          kind: "join",
          type: "right",
          left: "a",
          right: { kind: "join", type: "cross", left: "b", right: "c" },
          on: "(1 = 1)",
        },
      ],
    ],
    [
      "a OUTER APPLY f(a.x) AS g",
      [
        {
          kind: "join",
          type: "outer apply",
          left: "a",
          right: { kind: "function-table", name: "f", arguments: ["a.x"], alias: "g" },
        },
      ],
    ],
  ];
  test.each(cases)("FROM %s", (source, short) => {
    expect(fromOf(source)).toEqual(short);
  });

  test("a derived table may begin with parentheses of its own or of a join", () => {
    expect(fromOf("((SELECT 1 AS a) UNION SELECT 2) AS x")).toMatchObject([{ kind: "derived-table", alias: "x" }]);
    expect(fromOf("((SELECT 1 AS a) AS x CROSS JOIN t)")).toMatchObject([
      { kind: "join", left: { kind: "derived-table", alias: "x" }, right: "t" },
    ]);
  });
});

describe("queries", () => {
  test("every clause has its field", () => {
    expect(
      shortForm(
        "SELECT DISTINCT TOP (5) WITH TIES a, COUNT(*) AS n FROM t WHERE a > 1 GROUP BY a, b HAVING COUNT(*) > 1 " +
          "ORDER BY a DESC, n OPTION (MAXDOP 1, RECOMPILE)",
      ),
    ).toEqual([
      {
        kind: "select",
        query: {
          kind: "query",
          body: {
            kind: "select-query",
            distinct: true,
            top: { kind: "top", count: "5", withTies: true },
            items: ["a", "COUNT(*) AS n"],
            from: ["t"],
            where: "(a > 1)",
            groupBy: ["a", "b"],
            having: "(COUNT(*) > 1)",
          },
          orderBy: ["a DESC", "n"],
        },
        options: [
          { kind: "query-hint", name: "maxdop", argument: "1" },
          { kind: "query-hint", name: "recompile" },
        ],
      },
    ]);
  });

  test("OFFSET and FETCH", () => {
    expect(shortForm("SELECT a FROM t ORDER BY a OFFSET @o ROWS FETCH NEXT 5 ROWS ONLY")).toMatchObject([
      { query: { orderBy: ["a"], offset: "@o", fetch: "5" } },
    ]);
  });

  test("INTERSECT binds tighter than UNION and EXCEPT, which go from left to right", () => {
    expect(selectOf("SELECT 1 UNION SELECT 2 EXCEPT SELECT 3 INTERSECT SELECT 4")).toMatchObject({
      operator: "except",
      left: { operator: "union" },
      right: { operator: "intersect" },
    });
    expect(selectOf("SELECT 1 UNION ALL (SELECT 2 UNION SELECT 3)")).toMatchObject({
      operator: "union all",
      right: { operator: "union" },
    });
  });

  test("SELECT INTO, variables, FOR JSON", () => {
    expect(shortForm("SELECT a INTO #x FROM t")).toMatchObject([{ into: "#x" }]);
    expect(selectOf("SELECT @a = b, @c += 1")).toMatchObject({
      items: [
        { kind: "select-assign", variable: "@a", operator: "=", expression: "b" },
        { kind: "select-assign", variable: "@c", operator: "+=", expression: "1" },
      ],
    });
    expect(shortForm("SELECT a FROM t FOR JSON PATH, ROOT('x')")).toMatchObject([
      { query: { for: { format: "json", mode: "path", directives: [{ name: "root", argument: "x" }] } } },
    ]);
  });

  test("common table expressions and the change tracking context", () => {
    expect(shortForm("WITH c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT * FROM c")).toMatchObject([
      { kind: "select", with: [{ name: "c", columns: ["n"], query: { body: { operator: "union all" } } }] },
    ]);
    expect(shortForm("WITH CHANGE_TRACKING_CONTEXT (@x) UPDATE t SET a = 1")).toMatchObject([
      { kind: "update", changeTrackingContext: "@x" },
    ]);
  });
});
