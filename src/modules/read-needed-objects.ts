import { groupRows } from "../db/group-rows.ts";
import type { Row } from "../db/session.ts";
import type { NeededObject } from "../model/needed-object.ts";
import type { TableName } from "../model/table-name.ts";
import { readColumn } from "../primary/read-column.ts";
import { readSequence } from "../primary/read-sequence.ts";
import { createNeededObject, type TableTypeIndex } from "../sql/create-needed-object.ts";
import { neededObjectsRowsets } from "../sql/needed-objects-query.ts";

/**
 * What the rowsets of `neededObjectsQuery` show, of either side.
 * @throws Error for another number of rowsets: a mistake of the caller
 */
export function readNeededObjects(rowsets: readonly (readonly Row[])[]): NeededObject[] {
  if (rowsets.length !== neededObjectsRowsets) {
    throw new Error(`read what modules need: ${rowsets.length} rowsets instead of ${neededObjectsRowsets}`);
  }
  const [types = [], columns = [], indexes = [], checks = [], sequences = [], synonyms = [], collections = []] =
    rowsets;
  const parts: TableTypeParts = {
    columns: groupRows(columns, "object_id"),
    indexes: groupRows(indexes, "object_id"),
    checks: groupRows(checks, "parent_object_id"),
  };
  return [
    ...types.map((row) => typeOf(row, parts)),
    ...sequences.map(readSequence),
    ...synonyms.map((row) =>
      createNeededObject({
        kind: "synonym",
        name: nameOf(row),
        id: row["object_id"] as number,
        baseObject: row["base_object_name"] as string,
      }),
    ),
    ...collections.map((row) =>
      createNeededObject({
        kind: "xml schema collection",
        name: nameOf(row),
        id: row["xml_collection_id"] as number,
      }),
    ),
  ];
}

/** By the object that stands for the table type. */
interface TableTypeParts {
  readonly columns: ReadonlyMap<unknown, readonly Row[]>;
  readonly indexes: ReadonlyMap<unknown, readonly Row[]>;
  readonly checks: ReadonlyMap<unknown, readonly Row[]>;
}

function typeOf(row: Row, parts: TableTypeParts): NeededObject {
  const identity = { name: nameOf(row), id: row["user_type_id"] as number };
  if (row["is_table_type"] === true) {
    const id = row["type_table_object_id"];
    const columns = parts.columns.get(id) ?? [];
    const indexes = parts.indexes.get(id) ?? [];
    const checks = (parts.checks.get(id) ?? []).map((check) => check["definition"]);
    return createNeededObject({
      ...identity,
      kind: "table type",
      memoryOptimized: row["is_memory_optimized"] === true,
      columns: columns.map(readColumn),
      indexes: [...groupRows(indexes, "index_id").values()].map(indexOf),
      checks: checks.filter((check) => typeof check === "string"),
      hidden: columns.some(isHidden) || indexes.some(hidesFilter) || checks.some((check) => typeof check !== "string"),
    });
  }
  if (row["is_assembly_type"] === true) return createNeededObject({ ...identity, kind: "clr type" });
  return createNeededObject({
    ...identity,
    kind: "alias type",
    type: {
      name: row["base_type"] as string,
      maxLength: row["max_length"] as number,
      precision: row["precision"] as number,
      scale: row["scale"] as number,
    },
    nullable: row["is_nullable"] === true,
  });
}

/** Whether the column has a definition that the login may not read. */
function isHidden(row: Row): boolean {
  return (
    (row["is_computed"] === true && typeof row["computed_definition"] !== "string") ||
    (row["default_object_id"] !== 0 && typeof row["default_definition"] !== "string")
  );
}

function hidesFilter(row: Row): boolean {
  return row["has_filter"] === true && typeof row["filter_definition"] !== "string";
}

function indexOf(columns: readonly Row[]): TableTypeIndex {
  const first = columns[0] ?? {};
  const type = first["type"] as number;
  const included = (row: Row): boolean => row["is_included_column"] === true;
  const ofConstraint = first["is_unique_constraint"] === true ? "unique constraint" : "index";
  return {
    name: first["index_name"] as string,
    role: first["is_primary_key"] === true ? "primary key" : ofConstraint,
    // https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-indexes-transact-sql
    clustered: type === 1 || type === 2 ? type === 1 : undefined,
    unique: first["is_unique"] === true,
    ignoresDuplicates: first["ignore_dup_key"] === true,
    filter: first["has_filter"] === true ? (first["filter_definition"] as string) : undefined,
    keys: columns
      .filter((row) => !included(row))
      .map((row) => ({ column: row["column_name"] as string, descending: row["is_descending_key"] === true })),
    included: columns.filter(included).map((row) => row["column_name"] as string),
  };
}

function nameOf(row: Row): TableName {
  return { schema: row["schema_name"] as string, name: row["name"] as string };
}
