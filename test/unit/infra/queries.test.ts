import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { metrics } from "../../../src/telemetry/telemetry-names.ts";
import { checkQuery } from "./check-query.ts";

const project = join(import.meta.dirname, "../../..");
const read = (file: string): string => readFileSync(join(project, file), "utf8");

interface WorkbookItem {
  readonly type: number;
  readonly name: string;
  readonly content: {
    readonly query?: string;
    readonly timeContextFromParameter?: string;
    readonly json?: string;
    readonly parameters?: readonly { readonly name: string; readonly id: string; readonly query?: string }[];
  };
}

interface Workbook {
  readonly version: string;
  readonly items: readonly WorkbookItem[];
  readonly fallbackResourceIds: readonly string[];
}

const functions = readdirSync(join(project, "functions")).flatMap((file) =>
  [...read(`functions/${file}`).matchAll(/app\.(?:timer|http)\("(\w+)"/g)].map(([, name = ""]) => name),
);
const workbook = JSON.parse(read("infra/workbook.json")) as Workbook;
const parameters = workbook.items.flatMap(({ content }) => content.parameters ?? []);
const shown = [
  ...workbook.items.flatMap(({ name, content }) =>
    content.query === undefined ? [] : [{ name, query: content.query }],
  ),
  ...parameters.flatMap(({ name, query }) => (query === undefined ? [] : [{ name, query }])),
];
const alertQueries = readdirSync(join(project, "infra/queries")).map((file) => ({
  name: file,
  query: read(`infra/queries/${file}`),
}));
const documented = [...read("docs/kql.md").matchAll(/^## ([^\n]*)|^```kql\n([^]*?)^```/gm)]
  .reduce<{ name: string; query: string }[]>((found, [, heading, query]) => {
    if (query !== undefined) found.push({ name: found.at(-1)?.name ?? "", query });
    else found.push({ name: heading ?? "", query: "" });
    return found;
  }, [])
  .filter(({ query }) => query !== "");

const inWorkbook = { functions, parameters: parameters.map(({ name }) => name) };
const alone = { functions, parameters: [] };

describe("workbook.json", () => {
  it.each(shown)("$name names what is emitted, and columns that exist", ({ query }) => {
    expect(checkQuery(query, inWorkbook).findings).toEqual([]);
  });

  it("shows every metric", () => {
    const seen = shown.flatMap(({ query }) => checkQuery(query, inWorkbook).metrics);
    expect(new Set(seen)).toEqual(new Set(Object.values(metrics).map(({ name }) => name)));
  });

  it("is a notebook whose items have names of their own, and whose queries follow the time range", () => {
    expect(workbook.version).toBe("Notebook/1.0");
    expect(workbook.fallbackResourceIds).toEqual(["WORKSPACE_ID"]);
    const names = workbook.items.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(parameters.map(({ id }) => id)).size).toBe(parameters.length);
    for (const { type, content } of workbook.items) {
      expect([1, 3, 9]).toContain(type);
      if (content.query !== undefined) expect(content.timeContextFromParameter).toBe("TimeRange");
    }
  });
});

describe("queries of alerts", () => {
  it.each(alertQueries)("$name names what is emitted, and columns that exist", ({ query }) => {
    expect(checkQuery(query, alone).findings).toEqual([]);
  });

  it("give the columns that the rules compare and split by, and each is used", () => {
    const rules = [
      ...read("infra/modules/alerts.bicep").matchAll(
        /loadTextContent\('\.\.\/queries\/([\w-]+\.kql)'\)\s+column: '(\w+)'\s+dimensions: \[([^\]]*)\]/g,
      ),
    ];
    expect(rules.length).toBeGreaterThanOrEqual(6);
    for (const [, file = "", column = "", dimensions = ""] of rules) {
      const { columns } = checkQuery(read(`infra/queries/${file}`), alone);
      const names = [...dimensions.matchAll(/'(\w+)'/g)].map(([, name]) => name);
      expect([...columns].sort(), file).toEqual([column, ...names].sort());
    }
    expect(new Set(rules.map(([, file]) => file))).toEqual(new Set(alertQueries.map(({ name }) => name)));
  });
});

describe("docs/kql.md", () => {
  it.each(documented)("$name", ({ query }) => {
    expect(checkQuery(query, alone).findings).toEqual([]);
  });

  it("answers each question of its list, and asks for every metric", () => {
    const text = read("docs/kql.md");
    const listed = [...text.matchAll(/^- \[([^\]]*)\]/gm)].map(([, name]) => name);
    expect([...new Set(documented.map(({ name }) => name))]).toEqual(listed);
    const seen = documented.flatMap(({ query }) => checkQuery(query, alone).metrics);
    expect(new Set(seen)).toEqual(new Set(Object.values(metrics).map(({ name }) => name)));
  });
});

describe("the check itself", () => {
  it.each([
    ['AppMetrics | where Name == "lag"', "lag is not emitted into AppMetrics"],
    ['AppMetrics | where Name == "lag_seconds" | project Value', "Value is no column here"],
    [
      'AppMetrics | where Name == "lag_seconds" | project T = tostring(Properties.tabel)',
      "Properties.tabel is not emitted there",
    ],
    [
      'AppMetrics | where Name in ("lag_seconds", "tables") | project T = Properties.table',
      "Properties.table is not emitted there",
    ],
    ['AppMetrics | where Name == "tables" and tostring(Properties.state) == "stuck"', "state is never stuck"],
    ["AppMetrics | project Sum", "no Name of AppMetrics is chosen"],
    ['AppDependencies | where Name == "tick" | summarize C = count() by Sum', "Sum is no column here"],
    [
      'AppTraces | extend Line = parse_json(Message) | where tostring(Line.event) == "tabel"',
      "tabel is no event of the log",
    ],
    [
      'AppTraces | extend Line = parse_json(Message) | where tostring(Line.event) == "table-retried" | project F = Line.fix',
      "Line.fix is not emitted there",
    ],
    ['AppRequests | where Name == "syncTable"', "syncTable is no function"],
    ["customMetrics | take 1", "customMetrics is no table"],
    ['AppMetrics | where Name == "bytes" | summarize median(Sum)', "median() is no function that is known here"],
    ['AppMetrics | where Name == "bytes" and "a" in ({Tabel})', "{Tabel} is no parameter"],
  ])("%s", (query, finding) => {
    expect(checkQuery(query, inWorkbook).findings).toContain(finding);
  });

  it("refuses what is no query", () => {
    expect(() => checkQuery("AppMetrics | where Name == 'x'", alone)).toThrow("no query goes on with: 'x'");
  });
});
