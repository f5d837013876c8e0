import { randomUUID } from "node:crypto";
import type { Column, Index } from "../../storage/database-model.ts";
import type { GraphColumnType } from "../../storage/table-kind-model.ts";
import { nextIndexId } from "./build-index.ts";

/**
 * What the server adds to node and edge tables, before the columns of their own ("SQL Graph architecture": sys.columns).
 * The JSON of the pseudo columns is made of the hidden ones when it is read, which is refused here.
 */
const COLUMNS: readonly (readonly [name: string, type: GraphColumnType, of: "node" | "edge" | "both"])[] = [
  ["graph_id", "GRAPH_ID", "both"],
  ["$node_id", "GRAPH_ID_COMPUTED", "node"],
  ["$edge_id", "GRAPH_ID_COMPUTED", "edge"],
  ["from_obj_id", "GRAPH_FROM_OBJ_ID", "edge"],
  ["from_id", "GRAPH_FROM_ID", "edge"],
  ["$from_id", "GRAPH_FROM_ID_COMPUTED", "edge"],
  ["to_obj_id", "GRAPH_TO_OBJ_ID", "edge"],
  ["to_id", "GRAPH_TO_ID", "edge"],
  ["$to_id", "GRAPH_TO_ID_COMPUTED", "edge"],
];

export function graphColumns(kind: "node" | "edge", collation: string): Column[] {
  return COLUMNS.filter(([, , of]) => of === "both" || of === kind).map(([name, graphType], at) => {
    const computed = graphType.endsWith("COMPUTED");
    const type = computed
      ? ({ name: "nvarchar", length: 1000, collation } as const)
      : ({ name: graphType.endsWith("OBJ_ID") ? "int" : "bigint" } as const);
    return {
      columnId: at + 1,
      name: `${name}_${randomUUID().replaceAll("-", "").toUpperCase()}`,
      type,
      nullable: computed,
      graphType,
      ...(computed ? {} : { hidden: true }),
    };
  });
}

/** "If one is not created, a default unique, non-clustered index is automatically created", on the internal column. */
export function graphIndex(columns: readonly Column[], indexes: readonly Index[]): Index {
  const id = columns.find((column) => column.graphType === "GRAPH_ID")!;
  return {
    indexId: nextIndexId(indexes, false),
    name: `GRAPH_UNIQUE_INDEX_${id.name.slice(-32)}`,
    clustered: false,
    unique: true,
    primaryKey: false,
    uniqueConstraint: false,
    keyColumns: [{ columnId: id.columnId, descending: false }],
    includedColumnIds: [],
    ignoreDupKey: false,
    disabled: false,
    fillFactor: 0,
    padded: false,
    allowRowLocks: true,
    allowPageLocks: true,
  };
}
