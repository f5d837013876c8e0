import { readdirSync, readFileSync } from "node:fs";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { logEvents, logFields, metrics, spans } from "../../../src/telemetry/telemetry-names.ts";

const root = new URL("../../../", import.meta.url);
const levels = new Set(["debug", "info", "warn", "error"]);

/** Names and texts in the product's source, and the texts that a log is given as its event. */
const source = readSource();

function readSource(): { readonly words: ReadonlySet<string>; readonly events: ReadonlySet<string> } {
  const words = new Set<string>();
  const events = new Set<string>();
  for (const folder of ["src/", "functions/"]) {
    for (const file of readdirSync(new URL(folder, root), { recursive: true, encoding: "utf8" })) {
      if (!file.endsWith(".ts") || file.endsWith("telemetry-names.ts")) continue;
      const text = readFileSync(new URL(folder + file, root), "utf8");
      visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest));
    }
  }
  return { words, events };

  function visit(node: ts.Node): void {
    if (ts.isIdentifier(node) || ts.isStringLiteral(node)) words.add(node.text);
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const { name, expression } = node.expression;
      const of = ts.isPropertyAccessExpression(expression) || ts.isCallExpression(expression) ? expression : undefined;
      const log =
        (ts.isIdentifier(expression) && expression.text === "log") ||
        (of !== undefined && ts.isPropertyAccessExpression(of) && of.name.text === "log") ||
        (of !== undefined && ts.isCallExpression(of) && /invocationLog|consoleLog/.test(calledName(of)));
      const [event] = node.arguments;
      if (log && levels.has(name.text) && event !== undefined && ts.isStringLiteral(event)) events.add(event.text);
    }
    ts.forEachChild(node, visit);
  }
}

function calledName(call: ts.CallExpression): string {
  return ts.isIdentifier(call.expression) ? call.expression.text : "";
}

describe("the names of telemetry", () => {
  it("hold every event that the code logs", () => {
    expect([...source.events].filter((event) => !Object.hasOwn(logEvents, event))).toEqual([]);
    expect(source.events.size).toBeGreaterThan(15);
  });

  it("hold no event that the code does not know", () => {
    // Redis lost, replica replaced: the event is a value by then.
    expect(Object.keys(logEvents).filter((event) => !source.words.has(event))).toEqual([]);
  });

  it("hold no field or attribute that the code does not know", () => {
    const fields = [...logFields, ...Object.values(logEvents).flat()];
    const attributes = [...Object.values(metrics), ...Object.values(spans)].flatMap((each) => [...each.attributes]);
    expect([...fields, ...attributes].filter((name) => !source.words.has(name))).toEqual([]);
  });

  it("hold no metric or span that the code does not emit", () => {
    const keys = [...Object.keys(metrics), ...Object.keys(spans)];
    expect(keys.filter((key) => !source.words.has(key))).toEqual([]);
  });

  it("hold each metric once", () => {
    const names = Object.values(metrics).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});
