import { attributeValues, logEvents, logFields, metrics, spans } from "../../../src/telemetry/telemetry-names.ts";
import { logTables } from "./log-tables.ts";
import { type KqlToken, tokenizeKql } from "./tokenize-kql.ts";

export interface CheckedQuery {
  /** What is wrong with it, in words. */
  readonly findings: readonly string[];
  /** Columns of its result. */
  readonly columns: readonly string[];
  /** Metrics that it names. */
  readonly metrics: readonly string[];
}

export interface QueryNames {
  /** Functions of the app, by the names that the host counts their invocations under. */
  readonly functions: readonly string[];
  /** Parameters of the workbook that the query stands in. */
  readonly parameters: readonly string[];
}

const functions = new Set([
  ...["ago", "now", "bin", "iff", "isnull", "isempty", "tostring", "toint", "tolong", "parse_json", "strcat", "round"],
  ...["real", "count", "countif", "sum", "sumif", "min", "minif", "max", "maxif", "avg", "percentile", "arg_max"],
]);
const words = new Set([
  "and",
  "or",
  "not",
  "in",
  "startswith",
  "endswith",
  "has",
  "true",
  "false",
  "null",
  "asc",
  "desc",
]);
const values: Readonly<Record<string, readonly string[]>> = attributeValues;
const metricNames = new Map(
  Object.values(metrics).map(({ name, attributes }) => [name as string, attributes as readonly string[]]),
);
const spanNames = new Map(
  Object.values(spans).map(({ name, attributes }) => [name as string, attributes as readonly string[]]),
);
const eventNames = new Map<string, readonly string[]>(Object.entries(logEvents));

/** Holds a query against the columns of its tables and the names that the code emits. Pure. */
export function checkQuery(text: string, names: QueryNames): CheckedQuery {
  const check = new Check(names);
  const statements = split(tokenizeKql(text), ";").filter((statement) => statement.length > 0);
  for (const statement of statements.slice(0, -1)) check.let(statement);
  const columns = check.pipeline(statements.at(-1) ?? []);
  return { findings: check.findings, columns: [...columns], metrics: check.metrics };
}

class Check {
  readonly findings: string[] = [];
  readonly metrics: string[] = [];
  readonly #names: QueryNames;
  readonly #lets = new Set<string>();

  constructor(names: QueryNames) {
    this.#names = names;
  }

  let([word, name, sign, ...value]: readonly KqlToken[]): void {
    if (word?.text !== "let" || name === undefined || sign?.text !== "=") this.findings.push("a statement is no let");
    this.#expression(value, new Set(), []);
    this.#lets.add(name?.text ?? "");
  }

  /** @returns the columns that it ends with */
  pipeline(tokens: readonly KqlToken[]): Set<string> {
    const [source, ...operators] = split(tokens, "|");
    const table = source?.[0]?.text ?? "";
    const known = logTables[table];
    if (known === undefined) this.findings.push(`${table} is no table`);
    const emitted = this.#emitted(table, tokens);
    let columns = new Set(known ?? []);
    for (const [operator, ...rest] of operators) columns = this.#operator(operator?.text ?? "", rest, columns, emitted);
    return columns;
  }

  /** Names that Properties and Line may be followed by, from the metrics, spans or events that the query chooses. */
  #emitted(table: string, tokens: readonly KqlToken[]): readonly string[] {
    if (table === "AppTraces") {
      const chosen = chosenBy(tokens, "event", "Event");
      for (const event of chosen) if (!eventNames.has(event)) this.findings.push(`${event} is no event of the log`);
      const end = tokens[tokens.findIndex(({ text }) => text === "endswith") + 1];
      const ending = end?.kind === "string" ? [...eventNames.keys()].filter((event) => event.endsWith(end.text)) : [];
      if (end?.kind === "string" && ending.length === 0) this.findings.push(`no event ends with ${end.text}`);
      return [...logFields, ...[...chosen, ...ending].flatMap((event) => eventNames.get(event) ?? [])];
    }
    const emitters = table === "AppMetrics" ? metricNames : table === "AppDependencies" ? spanNames : undefined;
    const chosen = chosenBy(tokens, "Name");
    if (emitters === undefined) {
      for (const name of chosen)
        if (!this.#names.functions.includes(name)) this.findings.push(`${name} is no function`);
      return [];
    }
    if (chosen.length === 0) this.findings.push(`no Name of ${table} is chosen`);
    for (const name of chosen) if (!emitters.has(name)) this.findings.push(`${name} is not emitted into ${table}`);
    if (table === "AppMetrics") this.metrics.push(...chosen);
    // Of several metrics an attribute must stand with each: a series without it would be lost in silence.
    const attributes = chosen.map((name) => emitters.get(name) ?? []);
    return (attributes[0] ?? []).filter((attribute) => attributes.every((each) => each.includes(attribute)));
  }

  #operator(
    operator: string,
    rest: readonly KqlToken[],
    columns: Set<string>,
    emitted: readonly string[],
  ): Set<string> {
    switch (operator) {
      case "where":
        this.#expression(rest, columns, emitted);
        return columns;
      case "extend":
        return new Set([...columns, ...this.#assigned(rest, columns, emitted)]);
      case "project":
      case "distinct":
        return new Set(this.#assigned(rest, columns, emitted));
      case "summarize": {
        const by = rest.findIndex(({ text }) => text === "by");
        const [values, keys] = by < 0 ? [rest, []] : [rest.slice(0, by), rest.slice(by + 1)];
        return new Set([...this.#assigned(values, columns, emitted), ...this.#assigned(keys, columns, emitted)]);
      }
      case "order":
        if (rest[0]?.text !== "by") this.findings.push("order without by");
        this.#expression(rest.slice(1), columns, []);
        return columns;
      case "take":
        if (rest.length !== 1 || rest[0]?.kind !== "number") this.findings.push("take needs a number");
        return columns;
      case "join":
        return this.#join(rest, columns);
      case "render":
        if (!["timechart", "table", "columnchart"].includes(rest[0]?.text ?? "")) this.findings.push("render what?");
        return columns;
      default:
        this.findings.push(`${operator} is no operator that is known here`);
        return columns;
    }
  }

  #join(rest: readonly KqlToken[], columns: Set<string>): Set<string> {
    const open = rest.findIndex(({ text }) => text === "(");
    const close = rest.findLastIndex(({ text }) => text === ")");
    const right = this.pipeline(rest.slice(open + 1, close));
    const key = rest.at(-1)?.text ?? "";
    if (rest.at(-2)?.text !== "on" || !columns.has(key) || !right.has(key)) {
      this.findings.push(`join on ${key}, which is not on both sides`);
    }
    return new Set([...columns, ...right]);
  }

  /** Checks `a = expression, b, bin(c, 5m), arg_max(d, e)` and returns the columns that come of it. */
  #assigned(tokens: readonly KqlToken[], columns: ReadonlySet<string>, emitted: readonly string[]): string[] {
    return split(tokens, ",").flatMap((part) => {
      const [first, sign] = part;
      if (sign?.text === "=") {
        this.#expression(part.slice(2), columns, emitted);
        return [first?.text ?? ""];
      }
      this.#expression(part, columns, emitted);
      if (sign?.text !== "(") return part.length === 1 ? [first?.text ?? ""] : [];
      const inner = split(part.slice(2, -1), ",").map(([name]) => name?.text ?? "");
      if (first?.text === "bin") return inner.slice(0, 1);
      if (first?.text === "arg_max") return inner;
      this.findings.push(`${first?.text ?? ""}(...) has no name`);
      return [];
    });
  }

  #expression(tokens: readonly KqlToken[], columns: ReadonlySet<string>, emitted: readonly string[]): void {
    for (const [i, { kind, text }] of tokens.entries()) {
      const before = tokens[i - 1]?.text;
      if (kind === "parameter") {
        if (!this.#names.parameters.includes(text.replace(/:.*/, ""))) this.findings.push(`{${text}} is no parameter`);
      } else if (kind === "name") {
        if (before === ".") this.#member(tokens, i, emitted);
        else if (tokens[i + 1]?.text === "(" && !words.has(text)) {
          if (!functions.has(text)) this.findings.push(`${text}() is no function that is known here`);
        } else if (!words.has(text) && !columns.has(text) && !this.#lets.has(text)) {
          this.findings.push(`${text} is no column here`);
        }
      }
    }
  }

  /** `Properties.outcome == "ok"`: the attribute, and the word that it is compared with. */
  #member(tokens: readonly KqlToken[], at: number, emitted: readonly string[]): void {
    const name = tokens[at]?.text ?? "";
    const base = tokens[at - 2]?.text ?? "";
    if (base !== "Properties" && base !== "Line") this.findings.push(`${base} has no parts`);
    if (!emitted.includes(name)) this.findings.push(`${base}.${name} is not emitted there`);
    const compared = tokens.slice(at + 1, at + 4).filter(({ text }) => text !== ")");
    const word = compared[0]?.text === "==" && compared[1]?.kind === "string" ? compared[1].text : undefined;
    if (base === "Properties" && word !== undefined && values[name]?.includes(word) !== true) {
      this.findings.push(`${name} is never ${word}`);
    }
  }
}

/** Strings that a column is compared with: `Name == "a"`, `Name in ("a", "b")`, `tostring(Line.event) == "a"`. */
function chosenBy(tokens: readonly KqlToken[], ...columns: readonly string[]): string[] {
  return tokens.flatMap(({ text }, i) => {
    if (!columns.includes(text)) return [];
    const rest = tokens.slice(i + 1);
    const at = rest[0]?.text === ")" ? 1 : 0;
    if (rest[at]?.text === "==" && rest[at + 1]?.kind === "string") return [rest[at + 1]?.text ?? ""];
    if (rest[at]?.text !== "in") return [];
    const list = rest.slice(
      at + 2,
      rest.findIndex((token, j) => j > at && token.text === ")"),
    );
    return list.filter(({ kind }) => kind === "string").map((token) => token.text);
  });
}

/** At a sign that stands in no parentheses. */
function split(tokens: readonly KqlToken[], sign: string): KqlToken[][] {
  const parts: KqlToken[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.kind === "sign" && token.text === "(") depth += 1;
    if (token.kind === "sign" && token.text === ")") depth -= 1;
    if (depth === 0 && token.kind === "sign" && token.text === sign) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}
