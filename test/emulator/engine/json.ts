import { sqlError } from "../values/error-table.ts";

/**
 * JSON as the server reads it: numbers keep their text, order and duplicates of names are kept.
 * An object is a JsonObject, a number a JsonNumber.
 */
export type JsonValue = null | boolean | string | JsonNumber | JsonValue[] | JsonObject;

export interface JsonNumber {
  readonly number: string;
}

export interface JsonObject {
  readonly members: readonly (readonly [string, JsonValue])[];
}

export function isJsonNumber(value: JsonValue): value is JsonNumber {
  return typeof value === "object" && value !== null && "number" in value;
}

export function isJsonObject(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && "members" in value;
}

/** @throws SqlError 13609 */
export function parseJson(text: string): JsonValue {
  let at = 0;
  const fail = (): never => {
    const shown = at < text.length ? text[at]! : ".";
    throw sqlError(13609, shown, at);
  };
  const blank = (): void => {
    while (/\s/.test(text[at] ?? "")) at++;
  };
  const parseString = (): string => {
    const start = at++;
    while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
    if (at >= text.length) fail();
    at++;
    try {
      return JSON.parse(text.slice(start, at).replace(/[\n\r\t]/g, (c) => JSON.stringify(c).slice(1, -1))) as string;
    } catch {
      return fail();
    }
  };
  const value = (): JsonValue => {
    blank();
    const c = text[at];
    if (c === "{") {
      at++;
      const members: [string, JsonValue][] = [];
      blank();
      if (text[at] === "}") {
        at++;
        return { members };
      }
      for (;;) {
        blank();
        if (text[at] !== '"') fail();
        const key = parseString();
        blank();
        if (text[at] !== ":") fail();
        at++;
        members.push([key, value()]);
        blank();
        if (text[at] === ",") at++;
        else if (text[at] === "}") {
          at++;
          return { members };
        } else fail();
      }
    }
    if (c === "[") {
      at++;
      const items: JsonValue[] = [];
      blank();
      if (text[at] === "]") {
        at++;
        return items;
      }
      for (;;) {
        items.push(value());
        blank();
        if (text[at] === ",") at++;
        else if (text[at] === "]") {
          at++;
          return items;
        } else fail();
      }
    }
    if (c === '"') return parseString();
    for (const [word, result] of [
      ["true", true],
      ["false", false],
      ["null", null],
    ] as const) {
      if (text.startsWith(word, at)) {
        at += word.length;
        return result;
      }
    }
    const m = /^-?\d+(\.\d+)?([eE][+-]?\d+)?/.exec(text.slice(at, at + 400));
    if (!m) return fail();
    at += m[0].length;
    return { number: m[0] };
  };
  const result = value();
  blank();
  if (at < text.length) fail();
  return result;
}

export function writeJson(value: JsonValue): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return quoteJson(value);
  if (Array.isArray(value)) return `[${value.map(writeJson).join(",")}]`;
  if (isJsonNumber(value)) return value.number;
  return `{${value.members.map(([key, item]) => `${quoteJson(key)}:${writeJson(item)}`).join(",")}}`;
}

/** FOR JSON escapes the slash too. */
export function quoteJson(text: string): string {
  return JSON.stringify(text).replace(/\//g, "\\/");
}

/** @throws SqlError 13607 for a path that is none */
export function jsonAt(root: JsonValue, path: string): { value: JsonValue | undefined; strict: boolean } {
  const m = /^\s*(lax|strict)?\s*\$/i.exec(path);
  if (!m) throw sqlError(13607, path[0] ?? ".", 0);
  const strict = m[1]?.toLowerCase() === "strict";
  let at = m[0].length;
  let value: JsonValue | undefined = root;
  while (at < path.length) {
    const rest = path.slice(at);
    const key = /^\.(?:"((?:[^"\\]|\\.)*)"|([A-Za-z_$][\w$]*))/.exec(rest);
    const index = /^\[(\d+)\]/.exec(rest);
    if (key) {
      const name = key[1] ?? key[2]!;
      const object: JsonValue | undefined = value;
      value =
        object !== undefined && isJsonObject(object)
          ? object.members.find(([member]) => member === name)?.[1]
          : undefined;
    } else if (index) value = Array.isArray(value) ? value[Number(index[1])] : undefined;
    else if (/^\s*$/.test(rest)) break;
    else throw sqlError(13607, rest[0]!, at);
    at += (key ?? index)![0].length;
  }
  return { value, strict };
}
