import type { ForClause } from "../../tsql/ast-queries.ts";
import { sqlError } from "../../values/error-table.ts";
import { coerce } from "../../values/coerce.ts";
import { nvarchar, typeFamily } from "../../values/coerce-type.ts";
import { plainText } from "../../values/plain-text.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { SqlRow, SqlType, SqlValue } from "../../values/sql-type.ts";
import type { RowPlan } from "../expressions/expression-env.ts";
import { quoteJson } from "../json.ts";

/** FOR JSON PATH ("Format query results as JSON with FOR JSON"): one row with one text. */

const COLUMN = "JSON_F52E2B61-18A1-11d1-B105-00805F49916B";

interface Branch {
  readonly members: Map<string, Branch | number>;
}

/** Dots in column names nest; the parts of one object must stand together. */
function branchOf(plan: RowPlan): Branch {
  const root: Branch = { members: new Map() };
  plan.columns.forEach((column, at) => {
    if (column.name === "") throw sqlError(13605);
    const parts = column.name.split(".");
    let branch = root;
    for (const part of parts.slice(0, -1)) {
      const known = branch.members.get(part);
      if (typeof known === "number") throw sqlError(13601, column.name);
      if (known) branch = known;
      else {
        const made: Branch = { members: new Map() };
        branch.members.set(part, made);
        branch = made;
      }
    }
    const last = parts.at(-1)!;
    if (branch.members.has(last)) throw sqlError(13601, column.name);
    branch.members.set(last, at);
  });
  return root;
}

export function jsonScalar(value: SqlValue, type: SqlType): string {
  if (value === null) return "null";
  const family = typeFamily(type);
  if (type.name === "bit") return value === 1 ? "true" : "false";
  if (family === "integer") return plainText(value);
  if (family === "decimal" || family === "money") {
    return coerce(
      value,
      type,
      { name: "varchar", length: 60 },
      { explicit: true, style: family === "money" ? 2 : 0 },
    ) as string;
  }
  if (family === "float")
    return coerce(
      value,
      type,
      { name: "varchar", length: 60 },
      { explicit: true, style: type.name === "real" ? 1 : 2 },
    ) as string;
  if (family === "binary") return quoteJson((value as Buffer).toString("base64"));
  if (family === "datetime")
    return quoteJson(coerce(value, type, { name: "varchar", length: 60 }, { explicit: true, style: 126 }) as string);
  if (family === "string" || family === "uniqueidentifier") return quoteJson(value as string);
  throw new Unsupported(`FOR JSON of ${type.name}`);
}

function writeBranch(branch: Branch, row: SqlRow, plan: RowPlan, nulls: boolean): string | undefined {
  const parts: string[] = [];
  for (const [name, member] of branch.members) {
    if (typeof member === "number") {
      const value = row[member]!;
      const column = plan.columns[member]!;
      if (value === null && !nulls) continue;
      const nested = column.source?.text === "json" && typeof value === "string";
      parts.push(`${quoteJson(name)}:${nested ? value : jsonScalar(value, column.type)}`);
    } else {
      const inner = writeBranch(member, row, plan, nulls);
      if (inner !== undefined) parts.push(`${quoteJson(name)}:${inner}`);
    }
  }
  return parts.length === 0 ? undefined : `{${parts.join(",")}}`;
}

export function forClausePlan(clause: ForClause, plan: RowPlan): RowPlan {
  if (clause.format !== "json" || clause.mode !== "path" || clause.modeArgument !== undefined) {
    throw new Unsupported(`FOR ${clause.format} ${clause.mode}`);
  }
  let nulls = false;
  let wrapper = true;
  let root: string | undefined;
  for (const directive of clause.directives) {
    if (directive.name === "include_null_values") nulls = true;
    else if (directive.name === "without_array_wrapper") wrapper = false;
    else if (directive.name === "root") root = directive.argument ?? "root";
    else throw new Unsupported(`FOR JSON ${directive.name}`);
  }
  if (root !== undefined && !wrapper) throw sqlError(13620);
  const shape = branchOf(plan);
  const type = nvarchar(-1);
  return {
    columns: [
      {
        name: COLUMN,
        type,
        nullable: true,
        source: { type, nullable: true, evaluate: () => null, slots: new Set(), collation: "coercible", text: "json" },
      },
    ],
    outerSlots: plan.outerSlots,
    volatile: plan.volatile,
    estimate: () => 1,
    open: (runtime) => {
      const cursor = plan.open(runtime);
      let done = false;
      return {
        reset: () => {
          done = false;
          cursor.reset();
        },
        next: () => {
          if (done) return undefined;
          done = true;
          const items: string[] = [];
          for (let row = cursor.next(); row !== undefined; row = cursor.next())
            items.push(writeBranch(shape, row, plan, nulls) ?? "{}");
          if (items.length === 0) return undefined;
          const body = items.join(",");
          const list = wrapper ? `[${body}]` : body;
          return [root === undefined ? list : `{${quoteJson(root)}:${list}}`];
        },
      };
    },
  };
}
