import { INT, nvarchar } from "../../values/coerce-type.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { SqlValue } from "../../values/sql-type.ts";
import { jsonAt, parseJson, writeJson, type JsonValue } from "../json.ts";
import type { ScalarFunction } from "./scalar-function.ts";

/** "JSON functions (Transact-SQL)". A path is lax unless it says strict. */

function found(text: SqlValue, path: SqlValue): { value: JsonValue | undefined; strict: boolean } {
  return jsonAt(parseJson(text as string), path as string);
}

export const jsonFunctions: readonly ScalarFunction[] = [
  {
    name: "ISJSON",
    parameters: ["string"],
    result: INT,
    evaluate: ([text]) => {
      try {
        const value = parseJson(text as string);
        return typeof value === "object" && value !== null ? 1 : 0;
      } catch {
        return 0;
      }
    },
  },
  {
    name: "JSON_VALUE",
    parameters: ["string", "string"],
    result: nvarchar(4000),
    mayBeNull: true,
    evaluate: ([text, path]) => {
      const { value, strict } = found(text!, path!);
      if (value === undefined || value === null) {
        if (value === undefined && strict) throw sqlError(13608);
        return null;
      }
      if (typeof value === "object" && !("number" in value && typeof value.number === "string")) {
        if (strict) throw sqlError(13623);
        return null;
      }
      const scalar = typeof value === "object" ? (value as { number: string }).number : String(value);
      if (scalar.length > 4000) {
        if (strict) throw sqlError(13625);
        return null;
      }
      return scalar;
    },
  },
  {
    name: "JSON_QUERY",
    parameters: ["string", "string"],
    optional: 1,
    result: nvarchar(-1),
    mayBeNull: true,
    evaluate: ([text, path]) => {
      const { value, strict } = found(text!, path ?? "$");
      if (value === undefined || value === null || typeof value !== "object" || isNumber(value)) {
        if (strict) throw value === undefined ? sqlError(13608) : sqlError(13624);
        return null;
      }
      return writeJson(value);
    },
  },
  {
    name: "JSON_MODIFY",
    parameters: ["string", "string", "any"],
    handlesNull: true,
    result: nvarchar(-1),
    evaluate: () => {
      throw new Unsupported("function JSON_MODIFY");
    },
  },
];

function isNumber(value: JsonValue): boolean {
  return typeof value === "object" && value !== null && "number" in value && typeof value.number === "string";
}
