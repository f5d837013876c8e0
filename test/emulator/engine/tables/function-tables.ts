import type { FunctionTable, OpenJson, OpenJsonColumn } from "../../tsql/ast-queries.ts";
import { coerce } from "../../values/coerce.ts";
import { BIGINT, nvarchar, TINYINT, typeFamily, typeRank } from "../../values/coerce-type.ts";
import { sqlError } from "../../values/error-table.ts";
import { plainText } from "../../values/plain-text.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { SqlRow, SqlType, SqlValue } from "../../values/sql-type.ts";
import { convertTo } from "../expressions/arithmetic.ts";
import { unionSlots, type Compiled } from "../expressions/compiled.ts";
import { compileExpression } from "../expressions/expression.ts";
import type { ExpressionEnv, OutputColumn, RowPlan } from "../expressions/expression-env.ts";
import { isJsonNumber, isJsonObject, jsonAt, parseJson, writeJson, type JsonValue } from "../json.ts";
import { userTableFunction } from "../procedures/table-functions.ts";
import { tableOfPlan, type ResolvedTable } from "../query/compile-from.ts";
import type { Runtime } from "../runtime.ts";

/** Table-valued functions of the server, and the way to those of users. */

/** A plan whose rows are worked out from arguments each time it is read. */
export function rowsFrom(
  columns: readonly OutputColumn[],
  args: readonly Compiled[],
  make: (values: readonly SqlValue[], runtime: Runtime) => Iterable<SqlRow>,
): RowPlan {
  return {
    columns,
    outerSlots: unionSlots(...args.map((arg) => arg.slots)),
    volatile: args.some((arg) => arg.volatile === true),
    estimate: () => 50,
    open: (runtime) => {
      let rows: Iterator<SqlRow> | undefined;
      return {
        reset: () => {
          rows = undefined;
        },
        next: () => {
          rows ??= make(
            args.map((arg) => arg.evaluate(runtime)),
            runtime,
          )[Symbol.iterator]();
          const next = rows.next();
          return next.done === true ? undefined : next.value;
        },
      };
    },
  };
}

export function functionTable(source: FunctionTable, env: ExpressionEnv): ResolvedTable {
  const schema = source.name.schema?.toLowerCase();
  const name = source.name.name.toLowerCase();
  if (schema === undefined || schema === "sys") {
    const plan = builtIn(name, source, env);
    if (plan) return tableOfPlan(plan, source.alias ?? source.name.name, source.columns);
  }
  const args = source.arguments.map((argument) =>
    argument.kind === "column" && argument.table === undefined && argument.name.toLowerCase() === "default"
      ? undefined
      : compileExpression(argument, env),
  );
  const plan = userTableFunction(source.name, args, env);
  return tableOfPlan(plan, source.alias ?? source.name.name, source.columns);
}

function builtIn(name: string, source: FunctionTable, env: ExpressionEnv): RowPlan | undefined {
  const args = (): Compiled[] => source.arguments.map((argument) => compileExpression(argument, env));
  switch (name) {
    case "string_split":
      return stringSplit(args());
    case "generate_series":
      return generateSeries(args());
    case "dm_exec_describe_first_result_set":
      return env.context.session.engine.describeFirstResultSet(args(), env);
    default:
      return undefined;
  }
}

function stringSplit(args: readonly Compiled[]): RowPlan {
  const [text, separator, ordinal] = args as [Compiled, Compiled, Compiled | undefined];
  if (args.length < 2 || args.length > 3) throw sqlError(189, "string_split", 2, 3);
  const type: SqlType = typeFamily(text.type) === "string" ? text.type : nvarchar(4000);
  const withOrdinal = ordinal?.literal === 1;
  const columns: OutputColumn[] = [
    { name: "value", type: { ...type, name: type.name.startsWith("n") ? "nvarchar" : "varchar" }, nullable: true },
    ...(withOrdinal ? [{ name: "ordinal", type: BIGINT, nullable: true }] : []),
  ];
  return rowsFrom(columns, [convertTo(text, type), separator], ([value, by]) => {
    if (value === null) return [];
    if (typeof by !== "string" || by.length !== 1) throw sqlError(214, "separator", "nchar(1)/nvarchar(1)");
    return (value as string).split(by).map((part, at): SqlRow => (withOrdinal ? [part, BigInt(at + 1)] : [part]));
  });
}

function generateSeries(args: readonly Compiled[]): RowPlan {
  if (args.length < 2 || args.length > 3) throw sqlError(189, "generate_series", 2, 3);
  const type = args.map((arg) => arg.type).reduce((a, b) => (typeRank(a) >= typeRank(b) ? a : b));
  if (typeFamily(type) !== "integer") throw new Unsupported(`GENERATE_SERIES of ${type.name}`);
  const converted = args.map((arg) => convertTo(arg, BIGINT));
  const big = type.name === "bigint";
  return rowsFrom([{ name: "value", type, nullable: true }], converted, function* ([start, stop, step]) {
    if (start === null || stop === null || step === null) return;
    const [from, to] = [start as bigint, stop as bigint];
    const by = (step as bigint | undefined) ?? (from <= to ? 1n : -1n);
    if (by === 0n) throw sqlError(4199, 3, "GENERATE_SERIES");
    for (let value = from; by > 0n ? value <= to : value >= to; value += by) yield [big ? value : Number(value)];
  });
}

/** OPENJSON ("OPENJSON (Transact-SQL)"). */
export function openJsonTable(source: OpenJson, env: ExpressionEnv): ResolvedTable {
  const json = compileExpression(source.json, env);
  const text = typeFamily(json.type) === "string" ? json : convertTo(json, nvarchar(-1));
  const path = source.path ? convertTo(compileExpression(source.path, env), nvarchar(4000)) : undefined;
  const args = path ? [text, path] : [text];
  const alias = source.alias ?? "OPENJSON";
  if (!source.schema) return tableOfPlan(defaultJsonPlan(args), alias, source.columns);
  const schema = source.schema.map((column) => ({
    column,
    type: withCollation(env.context.dataType(column.type, "declaration"), column, env),
    path: column.path ?? `$."${column.name}"`,
  }));
  const columns = schema.map(({ column, type }): OutputColumn => ({ name: column.name, type, nullable: true }));
  const plan = rowsFrom(columns, args, ([value, at]) => {
    if (value === null) return [];
    const root = select(value as string, at as string | undefined);
    if (root === undefined || root === null) return [];
    const items = Array.isArray(root) ? root : [root];
    return items.map((item): SqlRow =>
      schema.map(({ column, type, path: own }) => columnValue(item, column, type, own)),
    );
  });
  return tableOfPlan(plan, alias, source.columns);
}

function withCollation(type: SqlType, column: OpenJsonColumn, env: ExpressionEnv): SqlType {
  if (column.collation === undefined) return type;
  return { ...type, collation: env.context.checkCollation(column.collation) };
}

function select(text: string, path: string | undefined): JsonValue | undefined {
  const root = parseJson(text);
  if (typeof root !== "object" || root === null || isJsonNumber(root)) throw sqlError(13609, text[0] ?? ".", 0);
  if (path === undefined) return root;
  const { value, strict } = jsonAt(root, path);
  if (value === undefined && strict) throw sqlError(13608);
  return value;
}

function columnValue(item: JsonValue, column: OpenJsonColumn, type: SqlType, path: string): SqlValue {
  const { value, strict } = jsonAt(item, path);
  if (value === undefined) {
    if (strict) throw sqlError(13608);
    return null;
  }
  if (value === null) return null;
  const isContainer = Array.isArray(value) || isJsonObject(value);
  if (column.asJson) return isContainer ? writeJson(value) : null;
  if (isContainer) {
    if (strict) throw sqlError(13624);
    return null;
  }
  const text = typeof value === "string" ? value : isJsonNumber(value) ? value.number : String(value);
  if (type.name === "bit" && typeof value === "boolean") return value ? 1 : 0;
  if (typeFamily(type) === "binary") return Buffer.from(text, "base64");
  return coerce(text, nvarchar(-1), type);
}

const TYPE_NUMBERS = { null: 0, string: 1, number: 2, boolean: 3, array: 4, object: 5 } as const;

function kindOf(value: JsonValue): keyof typeof TYPE_NUMBERS {
  if (value === null) return "null";
  if (typeof value === "string") return "string";
  if (typeof value === "boolean") return "boolean";
  if (Array.isArray(value)) return "array";
  return isJsonNumber(value) ? "number" : "object";
}

function defaultJsonPlan(args: readonly Compiled[]): RowPlan {
  const columns: OutputColumn[] = [
    { name: "key", type: { ...nvarchar(4000), collation: "Latin1_General_BIN2" }, nullable: false },
    { name: "value", type: nvarchar(-1), nullable: true },
    { name: "type", type: TINYINT, nullable: false },
  ];
  return rowsFrom(columns, args, ([value, at]) => {
    if (value === null) return [];
    const root = select(value as string, at as string | undefined);
    if (root === undefined || root === null) return [];
    const entries: readonly (readonly [string, JsonValue])[] = Array.isArray(root)
      ? root.map((item, index) => [String(index), item] as const)
      : isJsonObject(root)
        ? root.members
        : [];
    return entries.map(([key, item]): SqlRow => {
      const kind = kindOf(item);
      const text =
        kind === "null"
          ? null
          : kind === "array" || kind === "object"
            ? writeJson(item)
            : typeof item === "string"
              ? item
              : isJsonNumber(item)
                ? item.number
                : plainText(item as boolean);
      return [key, text, TYPE_NUMBERS[kind]];
    });
  });
}
