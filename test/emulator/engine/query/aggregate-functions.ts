import { coercion } from "../../values/coerce.ts";
import { typeWord } from "../../values/coerce-number.ts";
import { BIGINT, decimalShape, FLOAT, INT, isUnicode, typeFamily } from "../../values/coerce-type.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { SqlType, SqlValue } from "../../values/sql-type.ts";
import { comparerOf } from "../expressions/compare.ts";

/** "Aggregate functions (Transact-SQL)": what each gives, and how it adds up. NULLs never reach `add`. */
export interface Aggregator {
  add(value: Exclude<SqlValue, null>): void;
  result(): SqlValue;
}

export interface AggregateKind {
  readonly type: SqlType;
  readonly nullable: boolean;
  make(): Aggregator;
}

// prettier-ignore
export const AGGREGATES: ReadonlySet<string> = new Set([
  "COUNT", "COUNT_BIG", "SUM", "AVG", "MIN", "MAX", "STDEV", "STDEVP", "VAR", "VARP", "STRING_AGG", "CHECKSUM_AGG", "APPROX_COUNT_DISTINCT", "GROUPING", "GROUPING_ID",
]);

function counter(big: boolean): AggregateKind {
  return {
    type: big ? BIGINT : INT,
    nullable: false,
    make: () => {
      let count = 0;
      return {
        add: () => {
          count++;
        },
        result: () => {
          if (big) return BigInt(count);
          if (count > 2147483647) throw sqlError(8115, "expression", "int");
          return count;
        },
      };
    },
  };
}

/** SUM: int for the small integers, decimal(38, s) for decimals, money and float as they are. */
function sumType(type: SqlType, name: string): SqlType {
  switch (typeFamily(type)) {
    case "integer":
      if (type.name === "bit") break;
      return type.name === "bigint" ? BIGINT : INT;
    case "decimal":
      return { name: type.name, precision: 38, scale: decimalShape(type).scale };
    case "money":
      return { name: "money" };
    case "float":
      return FLOAT;
    default:
      break;
  }
  throw sqlError(8117, typeWord(type), name.toLowerCase());
}

function exactSum(type: SqlType, finish: (sum: bigint, count: bigint) => SqlValue): AggregateKind {
  return {
    type,
    nullable: true,
    make: () => {
      let sum = 0n;
      let count = 0n;
      return {
        add: (value) => {
          sum += BigInt(value as number | bigint);
          count++;
        },
        result: () => (count === 0n ? null : finish(sum, count)),
      };
    },
  };
}

function rangeCheck(type: SqlType): (sum: bigint) => SqlValue {
  if (type.name === "int") {
    return (sum) => {
      if (sum > 2147483647n || sum < -2147483648n) throw sqlError(8115, "expression", "int");
      return Number(sum);
    };
  }
  const limit = typeFamily(type) === "decimal" ? 10n ** 38n : 1n << 63n;
  return (sum) => {
    if (sum >= limit || sum < -limit) throw sqlError(8115, "expression", typeWord(type));
    return sum;
  };
}

function sum(type: SqlType): AggregateKind {
  const result = sumType(type, "sum");
  if (result.name === "float") return floats(result, (values) => values.reduce((a, b) => a + b, 0));
  const check = rangeCheck(result);
  return exactSum(result, (total) => check(total));
}

/** AVG: decimal(38, max(s, 6)); integers are cut. */
function average(type: SqlType): AggregateKind {
  const base = sumType(type, "avg");
  if (base.name === "float") return floats(base, (values) => values.reduce((a, b) => a + b, 0) / values.length);
  if (typeFamily(base) === "decimal") {
    const scale = Math.max(base.scale ?? 0, 6);
    const factor = 10n ** BigInt(scale - (base.scale ?? 0));
    return exactSum({ ...base, scale }, (total, count) => (total * factor) / count);
  }
  const check = rangeCheck(base);
  return exactSum(base, (total, count) => check(total / count));
}

function floats(type: SqlType, finish: (values: readonly number[]) => number, least = 1): AggregateKind {
  return {
    type,
    nullable: true,
    make: () => {
      const values: number[] = [];
      return {
        add: (value) => {
          values.push(value as number);
        },
        result: () => (values.length < least ? null : finish(values)),
      };
    },
  };
}

function variance(type: SqlType, sample: boolean, root: boolean): AggregateKind {
  const convert = coercion(type, FLOAT, { explicit: true });
  const kind = floats(
    FLOAT,
    (values) => {
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      const squares = values.reduce((a, b) => a + (b - mean) ** 2, 0);
      const result = squares / (sample ? values.length - 1 : values.length);
      return root ? Math.sqrt(result) : result;
    },
    sample ? 2 : 1,
  );
  return {
    ...kind,
    make: () => {
      const inner = kind.make();
      return { ...inner, add: (value) => inner.add((convert ? convert(value) : value)!) };
    },
  };
}

function extreme(type: SqlType, sign: 1 | -1, name: string): AggregateKind {
  if (type.name === "bit" || type.name === "geography" || type.name === "geometry")
    throw sqlError(8117, type.name, name.toLowerCase());
  const compare = comparerOf(type);
  return {
    type,
    nullable: true,
    make: () => {
      let best: SqlValue = null;
      return {
        add: (value) => {
          if (best === null || compare(value, best) * sign > 0) best = value;
        },
        result: () => best,
      };
    },
  };
}

/** The values come in the wanted order; `separator` is the second argument. */
function stringAggregate(type: SqlType, separator: string): AggregateKind {
  const long = type.length === -1;
  const unicode = isUnicode(type);
  const limit = unicode ? 4000 : 8000;
  return {
    type: {
      name: unicode ? "nvarchar" : "varchar",
      length: long ? -1 : limit,
      ...(type.collation === undefined ? {} : { collation: type.collation }),
    },
    nullable: true,
    make: () => {
      const parts: string[] = [];
      return {
        add: (value) => {
          parts.push(value as string);
        },
        result: () => {
          if (parts.length === 0) return null;
          const text = parts.join(separator);
          if (!long && text.length > limit) throw sqlError(9829);
          return text;
        },
      };
    },
  };
}

/** @throws SqlError 8117; Unsupported */
export function aggregateKind(name: string, argument: SqlType, separator: string): AggregateKind {
  switch (name) {
    case "COUNT":
      return counter(false);
    case "COUNT_BIG":
    case "APPROX_COUNT_DISTINCT":
      return counter(true);
    case "SUM":
      return sum(argument);
    case "AVG":
      return average(argument);
    case "MIN":
      return extreme(argument, -1, name);
    case "MAX":
      return extreme(argument, 1, name);
    case "STDEV":
      return variance(argument, true, true);
    case "STDEVP":
      return variance(argument, false, true);
    case "VAR":
      return variance(argument, true, false);
    case "VARP":
      return variance(argument, false, false);
    case "STRING_AGG":
      return stringAggregate(argument, separator);
    default:
      throw new Unsupported(`aggregate ${name}`);
  }
}
