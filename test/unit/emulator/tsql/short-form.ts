import { parseBatch } from "../../../emulator/tsql/parse-batch.ts";

/**
 * A syntax tree in few words, for expectations that a reader can check: no positions, no fields without a value; names, types, literals and
 * simple expressions as text.
 */
export function shortForm(text: string): unknown[] {
  return parseBatch(text).statements.map(shorten);
}

type Fields = Record<string, unknown>;

function shorten(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shorten);
  if (typeof value !== "object" || value === null) return value;
  const node = value as Fields;
  const fields: Fields = {};
  for (const [key, child] of Object.entries(node)) {
    if (key === "pos" || key === "line" || key === "definition") {
      if (key !== "definition" || typeof child === "string") continue;
    }
    if (child === undefined || child === false || (Array.isArray(child) && child.length === 0)) continue;
    fields[key] = shorten(child);
  }
  return asText(node, fields) ?? fields;
}

function asText(node: Fields, short: Fields): string | undefined {
  switch (node["kind"]) {
    case "literal":
      return String(node["text"]);
    case "name":
      return dotted([node["server"], node["database"], node["schema"], node["name"]]);
    case "column":
    case "pseudo-column":
      return dotted([short["table"], node["name"]]);
    case "variable":
    case "global-variable":
    case "date-part":
      return String(node["name"]);
    case "default-value":
      return "DEFAULT";
    case "data-type": {
      const args = node["arguments"] as unknown[];
      return dotted([node["schema"], node["name"]]) + (args.length > 0 ? `(${args.join(",")})` : "");
    }
    case "index-column":
      return `${String(node["name"])}${node["descending"] === true ? " DESC" : ""}`;
    case "unary":
      return allText(short["operand"]) ? `${String(node["operator"])}${short["operand"] as string}` : undefined;
    case "binary":
    case "comparison":
      if (!allText(short["left"], short["right"])) return undefined;
      return `(${short["left"] as string} ${String(node["operator"])} ${short["right"] as string})`;
    case "and":
    case "or": {
      const operands = short["operands"] as unknown[];
      return allText(...operands) ? `(${operands.join(` ${String(node["kind"])} `)})` : undefined;
    }
    case "not":
      return allText(short["operand"]) ? `not ${short["operand"] as string}` : undefined;
    case "is-null":
      if (!allText(short["operand"])) return undefined;
      return `${short["operand"] as string} is ${node["negated"] === true ? "not " : ""}null`;
    case "function-call":
      return callText(short);
    case "named-table":
      return Object.keys(short).length === 2 ? String(short["name"]) : undefined;
    case "order-item":
      if (!allText(short["expression"])) return undefined;
      return `${short["expression"] as string}${node["descending"] === true ? " DESC" : ""}`;
    case "select-expression":
      if (!allText(short["expression"])) return undefined;
      return `${short["expression"] as string}${node["alias"] === undefined ? "" : ` AS ${node["alias"] as string}`}`;
    case "select-star":
      return dotted([short["table"], "*"]);
    default:
      return undefined;
  }
}

function callText(short: Fields): string | undefined {
  const args = (short["arguments"] ?? []) as unknown[];
  const simple = Object.keys(short).every((key) => ["kind", "name", "arguments", "star"].includes(key));
  if (!simple || !allText(...args)) return undefined;
  return `${String(short["name"])}(${short["star"] === true ? "*" : args.join(", ")})`;
}

function allText(...values: unknown[]): boolean {
  return values.every((value) => typeof value === "string");
}

/** Parts before the first that is there are left out; empty ones between stay empty. */
function dotted(parts: unknown[]): string {
  const first = parts.findIndex((part) => part !== undefined);
  return parts
    .slice(first)
    .map((part) => (part === undefined ? "" : String(part as string)))
    .join(".");
}
