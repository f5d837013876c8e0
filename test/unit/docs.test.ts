import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const project = join(import.meta.dirname, "../..");
const read = (file: string): string => readFileSync(join(project, file), "utf8");

function filesBelow(folder: string, extension: string): string[] {
  if (!existsSync(join(project, folder))) return [];
  return readdirSync(join(project, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(extension))
    .map((entry) => relative(project, join(entry.parentPath, entry.name)));
}

const pages = ["README.md", ...filesBelow("docs", ".md")];
const operations = read("docs/operations.md");

/** As GitHub makes them of headings: lower case, no punctuation, hyphens for blanks. */
function anchors(page: string): Set<string> {
  const headings = withoutCode(read(page)).matchAll(/^#{1,6} (.+)$/gm);
  return new Set(
    [...headings].map(([, heading = ""]) =>
      heading
        .trim()
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}

function withoutCode(markdown: string): string {
  return markdown.replace(/^ *```[^]*?^ *```/gm, "");
}

describe.each(pages)("%s", (page) => {
  it("leads to pages and headings that exist", () => {
    for (const [, target = ""] of withoutCode(read(page)).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      const [path = "", anchor] = target.split("#");
      const file = path === "" ? page : relative(project, join(project, dirname(page), path));
      expect(existsSync(join(project, file)), `${target} in ${page}`).toBe(true);
      if (anchor !== undefined) expect(anchors(file), `${target} in ${page}`).toContain(anchor);
    }
  });

  it("names scripts of package.json and files of the project", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    for (const [, script = ""] of read(page).matchAll(/\bnpm run ([\w:-]+)/g)) expect(scripts).toHaveProperty([script]);
    for (const [, file = ""] of read(page).matchAll(
      /\b((?:infra|docs|test|src)\/[\w./-]+\.(?:sql|bicep|bicepparam|md|ts))\b/g,
    )) {
      expect(existsSync(join(project, file)), `${file} in ${page}`).toBe(true);
    }
  });
});

describe("README.md", () => {
  it("has every setting of the configuration in its table", () => {
    const source = ["src/config.ts", ...filesBelow("src/config", ".ts")].map(read).join("\n");
    const table = /const examples = \{([^]*?)\} as const/.exec(source)?.[1] ?? "";
    const settings = [...table.matchAll(/^ {2}([A-Z][A-Z0-9_]+):/gm)].map(([, name]) => name);
    expect(settings.length).toBeGreaterThan(10);
    for (const setting of settings) expect(read("README.md")).toMatch(new RegExp(`^\\| \`${setting}\` `, "m"));
  });
});

describe("docs/operations.md", () => {
  it.each(["no-tick", "lag", "retention", "blocked", "login-failures"])("has what the alert %s leads to", (alert) => {
    expect(anchors("docs/operations.md")).toContain(`alert-${alert}`);
  });

  it("has every heading that the infrastructure leads to", () => {
    for (const file of filesBelow("infra", ".bicep")) {
      for (const [, anchor = ""] of read(file).matchAll(/runbook: '[^']*operations\.md#([\w-]+)'/g)) {
        expect(anchors("docs/operations.md"), file).toContain(anchor);
      }
    }
  });

  it("says what has not been run", () => {
    expect(anchors("docs/operations.md")).toContain("not-yet-run");
  });
});

/**
 * Where the texts of blocked tables are written: the literals of these properties, and what these functions return. All
 * that differs from table to table is `…`.
 */
const reasonSources: Readonly<Record<string, (node: ts.Node) => ts.Expression | undefined>> = {
  "src/tick/plan-table.ts": (node) => (isInBlocked(node) ? property(node, "reason") : undefined),
  "src/primary/preflight.ts": (node) => property(node, "what"),
  "src/replica/fit-replica-table.ts": (node) => property(node, "what"),
  "src/replica/prepare-table.ts": (node) => property(node, "what"),
  "src/state/adoption.ts": (node) => property(node, "what"),
  "src/model/table-shape.ts": (node) => returnedBy(node, /^refuse/),
  "src/tick/name-refused-row.ts": (node) => thrown(node),
  "src/tick/choose-transport.ts": (node) => thrown(node),
};

/** Files that hand a reason on, and write none. */
const messengers = [
  "src/tick/move-rows.ts",
  "src/tick/prepare.ts",
  "src/tick/settle-table.ts",
  "src/tick/start-load.ts",
  "src/tick/sync-table.ts",
];

function property(node: ts.Node, name: string): ts.Expression | undefined {
  return ts.isPropertyAssignment(node) && node.name.getText() === name ? node.initializer : undefined;
}

function isInBlocked(node: ts.Node): boolean {
  const { parent } = node;
  return (
    ts.isPropertyAssignment(node) &&
    ts.isObjectLiteralExpression(parent) &&
    parent.properties.some((each) => property(each, "kind")?.getText() === '"blocked"')
  );
}

function returnedBy(node: ts.Node, name: RegExp): ts.Expression | undefined {
  if (!ts.isReturnStatement(node)) return undefined;
  let at: ts.Node = node;
  while (!ts.isSourceFile(at) && !ts.isFunctionDeclaration(at)) at = at.parent;
  return ts.isFunctionDeclaration(at) && name.test(at.name?.text ?? "") ? node.expression : undefined;
}

function thrown(node: ts.Node): ts.Expression | undefined {
  const isError = ts.isNewExpression(node) && ts.isThrowStatement(node.parent);
  const isSuper = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.SuperKeyword;
  return isError || isSuper ? node.arguments?.[0] : undefined;
}

/** A literal with `…` for each of its variable parts; undefined for what is no literal, or is nothing but variable. */
function textOf(expression: ts.Expression | undefined): string | undefined {
  if (expression === undefined) return undefined;
  if (ts.isStringLiteral(expression) || ts.isNoSubstitutionTemplateLiteral(expression)) return expression.text;
  if (!ts.isTemplateExpression(expression)) return undefined;
  const text = expression.head.text + expression.templateSpans.map(({ literal }) => `…${literal.text}`).join("");
  return /[a-z]{4}/.test(text.replaceAll("column", "")) ? text : undefined;
}

function reasonsIn(file: string): string[] {
  const source = ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const text = textOf(reasonSources[file]?.(node));
    if (text !== undefined) found.push(text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Prettier may break a text over two lines of a paragraph. */
const oneLine = operations.replace(/\s+/g, " ");

describe("the runbook for blocked tables", () => {
  it("knows every file that blocks a table", () => {
    const blocking = filesBelow("src", ".ts").filter(
      (file) =>
        !file.startsWith("src/modules/") && /kind: "blocked"[,;}]? ?(?:as|reason|what|\.\.\.|\n)/.test(read(file)),
    );
    expect(blocking.filter((file) => !(file in reasonSources) && !messengers.includes(file))).toEqual([]);
  });

  it.each(Object.keys(reasonSources))("has an entry for each reason of %s", (file) => {
    const reasons = reasonsIn(file);
    expect(reasons).not.toEqual([]);
    for (const reason of reasons) expect(oneLine, reason).toContain(`\`${reason.trim()}`);
  });

  it("has a row for each error of SQL Server that the app knows a remedy for", () => {
    const numbers = [...read("src/db/fix-for-error.ts").matchAll(/^ {2}(\d+):/gm)].map(([, number]) => number);
    expect(numbers.length).toBeGreaterThan(15);
    const section = /^### Blocked: errors of SQL Server$([^]*?)^## /m.exec(operations)?.[1] ?? "";
    for (const number of numbers) expect(section).toMatch(new RegExp(`^\\|.*\\b${number}\\b.*\\|`, "m"));
  });
});
