import { coerce } from "../../values/coerce.ts";
import { maxLength, typeFamily } from "../../values/coerce-type.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { SqlRow, SqlType, SqlValue } from "../../values/sql-type.ts";
import type { RowCursor, RowPlan } from "../expressions/expression-env.ts";
import type { Runtime } from "../runtime.ts";

/** Dynamic data masking ("Dynamic data masking"): what a column shows to who has not UNMASK. NULL stays NULL. */

/** What an expression over a masked column gets, whatever the column's own function. */
export const DEFAULT_MASK = "default()";

type Mask = (value: SqlValue, runtime: Runtime) => SqlValue;

const TEXT: SqlType = { name: "nvarchar", length: -1 };

/** The result of a statement with its masked columns as the reader may see them. */
export function withMasks(plan: RowPlan): RowPlan {
  const masks = plan.columns.map(({ masked, type }) => (masked === undefined ? undefined : maskFunction(masked, type)));
  if (masks.every((mask) => mask === undefined)) return plan;
  const show = (row: SqlRow, runtime: Runtime): SqlRow =>
    row.map((value, at) => {
      const mask = masks[at];
      return mask === undefined || value === null ? value : mask(value, runtime);
    });
  return {
    ...plan,
    open: (runtime, goal): RowCursor => {
      const cursor = plan.open(runtime, goal);
      return {
        reset: () => cursor.reset(),
        next: () => {
          const row = cursor.next();
          return row && show(row, runtime);
        },
      };
    },
  };
}

function maskFunction(text: string, type: SqlType): Mask {
  const [, name = "", args = ""] = /^\s*(\w+)\s*\((.*)\)\s*$/s.exec(text) ?? [];
  const family = typeFamily(type);
  switch (name.toLowerCase()) {
    case "default": {
      const shown = defaultMask(type);
      return () => shown;
    }
    case "email":
      if (family !== "string") break;
      return (value) => coerce(`${(value as string).slice(0, 1)}XXX@XXXX.com`, TEXT, type);
    case "partial": {
      const parts = /^\s*(\d+)\s*,\s*"(.*)"\s*,\s*(\d+)\s*$/s.exec(args);
      if (family !== "string" || !parts) break;
      const [prefix, padding, suffix] = [Number(parts[1]), parts[2]!, Number(parts[3])];
      return (value) => {
        const whole = value as string;
        if (whole.length < prefix + suffix) throw new Unsupported("partial() of a text that is too short for it");
        return coerce(whole.slice(0, prefix) + padding + whole.slice(whole.length - suffix), TEXT, type);
      };
    }
    case "random": {
      const parts = /^\s*(-?\d+)\s*,\s*(-?\d+)\s*$/.exec(args);
      if (!["integer", "decimal", "money", "float"].includes(family) || !parts) break;
      const [least, most] = [Number(parts[1]), Number(parts[2])];
      return (_value, runtime) =>
        coerce(least + Math.floor(runtime.random(undefined) * (most - least + 1)), { name: "int" }, type);
    }
  }
  throw new Unsupported(`a column of type ${type.name} MASKED WITH ${text}`);
}

/** "Full masking according to the data types". */
function defaultMask(type: SqlType): SqlValue {
  switch (typeFamily(type)) {
    case "string": {
      const length = maxLength(type) / (type.name.startsWith("n") ? 2 : 1);
      return coerce("x".repeat(length > 0 ? Math.min(4, length) : 4), TEXT, type);
    }
    case "integer":
    case "decimal":
    case "money":
    case "float":
      return coerce(0, { name: "int" }, type);
    case "datetime":
      return coerce("1900-01-01T00:00:00", TEXT, type, { explicit: true });
    default:
      throw new Unsupported(`a masked column of type ${type.name}`);
  }
}
